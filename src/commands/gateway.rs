//! `sdocker gateway --listen unix:///PATH`: serves the judged part of the Engine API.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::{Arg, Command};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use super::failure::Failure;
use super::setting::{self, Decision, Setting};
use super::{Invocation, own, reach};
use crate::gateway::{Gateway, serve};

pub(super) fn grammar() -> Command {
    Command::new("gateway").about("Serve `POST /containers/create` and `/_ping` on a unix socket, judged").arg(
        Arg::new("listen").long("listen").value_name("unix:///PATH").required(true).help("The socket to listen on"),
    )
}

pub(super) fn gateway(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let address = matches.get_one::<String>("listen").map_or("", String::as_str);
    let Some(path) = address.strip_prefix("unix://").filter(|path| path.starts_with('/')).map(PathBuf::from) else {
        return Err(Failure::own(format!("`{address}` is no socket to listen on: write unix:///PATH")));
    };
    let engine = reach::reach(invocation)?.engine();
    let setting = Setting::of_gateway(invocation)?;
    let journal = setting.journal();
    let digest = setting.book.policy().digest();
    let record = Box::new(move |caller: &_, request: &_, image_id: Option<&_>, findings: &_, rewrites: Option<&_>| {
        let Some(journal) = &journal else { return Err("there is no place for the journal".to_owned()) };
        let decision = Decision { request, image_id, findings, rewrites, granted: &[], line: None };
        let took = std::time::Duration::ZERO;
        setting::write(journal, digest, caller, "create", decision, took).map_err(|why| why.to_string())
    });
    let gateway = Rc::new(Gateway { book: setting.book, today: Box::new(setting::today), engine, record });
    super::block_on(async {
        let served = LocalSet::new().run_until(listen(&path, gateway, invocation)).await;
        served.map(|()| 0).map_err(|why| Failure::own(format!("{}: {why}", path.display())))
    })
}

/// Serves until INT or TERM, and leaves no socket behind.
async fn listen(path: &Path, gateway: Rc<Gateway>, invocation: &Invocation<'_>) -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let listener = UnixListener::bind(path)?;
    let _socket = Socket(path);
    invocation.environment.complain(&format!("sdocker: listening on {}\n", path.display()));
    tokio::select! {
        ended = serve(listener, gateway) => ended,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

/// Removes the socket's file at the end.
struct Socket<'p>(&'p Path);

impl Drop for Socket<'_> {
    fn drop(&mut self) {
        // A socket that somebody else removed is gone all the same.
        let _ = std::fs::remove_file(self.0);
    }
}
