//! `sdocker doctor`: whether this installation protects. Gathers what there is to know; `audit` judges it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Command;
use serde::Serialize;

use super::failure::Failure;
use super::reach::{self, Reach};
use super::setting::{self, SYSTEM};
use super::{Invocation, decisions, own};
use crate::audit::doctor::{self, Checkup, Protection};
use crate::audit::{AccessFacts, DirectoryFacts, InstallFacts, Machine, PolicyFacts, Way, WayKind};
use crate::engine::{Endpoint, Engine};
use crate::files::{self, Found};
use crate::journal::Journal;
use crate::report;
use crate::request::{Caller, Check, Fact, Status, json_line};
use crate::rules::Rulebook;

const WARNED: u8 = 10;
const FAILED: u8 = 11;

/// Where an engine's own socket usually is.
const USUAL_SOCKET: &str = "/var/run/docker.sock";
/// What a gateway of ours is called.
const OURSELVES: &str = "sdocker";
const ENGINES_GROUP: &str = "docker";

pub(super) fn grammar() -> Command {
    Command::new("doctor")
        .about("Say whether this installation protects")
        .after_help("Exit codes: 0 nothing to say, 1 failed to run, 2 usage, 10 warnings, 11 failures")
        .arg(own::format())
}

pub(super) fn doctor(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let caller = files::caller().map_err(|why| decisions::failed(why.to_string()))?;
    let reach = reach::reach(invocation).map_err(|why| decisions::failed(why.to_string()))?;
    let machine = super::block_on(gather(invocation, &reach, caller))?;
    let checkup = doctor::examine(&machine);
    let text = match own::is_json(&matches) {
        true => format!("{}\n", json_line(&Answer::of(&checkup)).map_err(|why| decisions::failed(why.to_string()))?),
        false => report::checkup(&checkup.says, &checkup.checks, invocation.environment.style_of_output()),
    };
    own::print(invocation, &text)?;
    Ok(match checkup.worst() {
        Status::Ok | Status::Info | Status::Unknown => 0,
        Status::Warn => WARNED,
        Status::Fail => FAILED,
    })
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer<'a> {
    v: u32,
    sdocker: &'static str,
    protection: Protection,
    says: &'a str,
    checks: &'a [Check],
}

impl<'a> Answer<'a> {
    fn of(checkup: &'a Checkup) -> Self {
        let Checkup { protection, says, checks } = checkup;
        Self { v: 1, sdocker: env!("CARGO_PKG_VERSION"), protection: *protection, says, checks }
    }
}

async fn gather(invocation: &Invocation<'_>, reach: &Reach, caller: Caller) -> Result<Machine, Failure> {
    let engine = reach.engine();
    let about = engine.about().await;
    let server = engine.server().await;
    let here = reach.endpoint.is_local();
    let served_by = server.and_then(files::process_name);
    let is_gateway = served_by.as_deref() == Some(OURSELVES);
    let (daemon, files) = match here {
        true => files::daemon(server.filter(|_| !is_gateway)),
        false => (Fact::NotAsked, Vec::new()),
    };
    Ok(Machine {
        way: Way { address: engine.endpoint().to_string(), kind: way(&reach.endpoint, is_gateway) },
        engine: about.map_or_else(|why| Fact::Unknown(why.to_string()), Fact::Known),
        socket: socket(&reach.endpoint, is_gateway, served_by),
        docker_group: if here { Fact::Known(files::group_members(ENGINES_GROUP)) } else { Fact::NotAsked },
        files,
        listeners: if here { files::engine_ports() } else { Fact::NotAsked },
        data_root: if here { data_root(&engine, server).await } else { Fact::NotAsked },
        daemon,
        install: install(invocation),
        caller,
    })
}

fn way(endpoint: &Endpoint, is_gateway: bool) -> WayKind {
    match endpoint {
        Endpoint::Unix(_) if is_gateway => WayKind::Gateway,
        Endpoint::Unix(_) => WayKind::Socket,
        Endpoint::Tcp { tls: Some(_), .. } => WayKind::Tls,
        Endpoint::Tcp { tls: None, .. } => WayKind::Plain { local: endpoint.is_local() },
        Endpoint::Ssh(_) => WayKind::Ssh,
    }
}

/// The engine's own socket: behind a gateway, the usual one, if it is there.
fn socket(endpoint: &Endpoint, is_gateway: bool, served_by: Option<String>) -> Fact<AccessFacts> {
    let Some(path) = endpoint.socket() else { return Fact::NotAsked };
    if is_gateway {
        let usual = Path::new(USUAL_SOCKET);
        return match usual.try_exists() {
            Ok(true) => files::socket_access(usual),
            _ => Fact::Unknown("behind a gateway, the engine's socket is not where it usually is".to_owned()),
        };
    }
    match files::socket_access(path) {
        Fact::Known(access) => Fact::Known(AccessFacts { served_by, ..access }),
        other => other,
    }
}

async fn data_root(engine: &Engine, server: Option<i32>) -> Fact<DirectoryFacts> {
    if server.and_then(files::sees_other_files) == Some(true) {
        return Fact::Unknown(files::OTHER_FILES.to_owned());
    }
    let path = match engine.data_root().await {
        Ok(path) => path,
        Err(_) => return Fact::Unknown("the engine is not reached".to_owned()),
    };
    files::directory(Path::new(&path)).map_or_else(|why| Fact::Unknown(format!("{path}: {why}")), Fact::Known)
}

fn install(invocation: &Invocation<'_>) -> InstallFacts {
    let environment = invocation.environment;
    let own = std::env::current_exe().unwrap_or_default();
    let search = environment.filled("PATH").unwrap_or(OsStr::new(""));
    let programs = files::programs("docker", search, &own);
    let client = programs.iter().find(|program| !program.is_self).map(|program| program.path.clone());
    InstallFacts {
        policy: policy(invocation),
        machine_policy: Path::new(SYSTEM).is_dir(),
        client_version: client.as_deref().map_or(Fact::NotAsked, files::version),
        client,
        docker: programs.into_iter().next(),
        content_trust: environment.filled("DOCKER_CONTENT_TRUST").is_some_and(|value| !is_no(value)),
        journal: journal(invocation),
    }
}

/// The texts of the policy in force, once every rule has read its part, and the files that were passed over.
fn policy(invocation: &Invocation<'_>) -> Result<PolicyFacts, String> {
    let (_, places) = setting::who_and_where(invocation).map_err(|why| why.to_string())?;
    let Found { draft, notes } = files::find_policy(&places, &setting::choices(invocation));
    let book = Rulebook::of(draft).map_err(|problems| problems.to_string())?;
    let sources = book.policy().sources().iter().map(ToString::to_string).collect();
    let guests = book.policy().guests().iter().map(|guest| guest.name.to_string()).collect();
    Ok(PolicyFacts { sources, guests, notes })
}

/// What docker takes for a no.
fn is_no(value: &OsStr) -> bool {
    ["0", "f", "F", "false", "FALSE", "False"].iter().any(|no| value == *no)
}

fn journal(invocation: &Invocation<'_>) -> Fact<PathBuf> {
    let checked = |journal: Journal| journal.check().map(|()| journal.path().to_owned()).map_err(|why| why.to_string());
    let found = decisions::journal(invocation).map_err(|why| why.to_string());
    found.and_then(checked).map_or_else(Fact::Unknown, Fact::Known)
}
