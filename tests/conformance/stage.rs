//! The built program in the world of one case: its directories, files, variables, input and terminal.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::corpus::Case;

/// No case takes a hundredth of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Makes the directories and files of a case.
pub(crate) fn furnish(case: &Case) {
    fs::create_dir_all(&case.places.cwd).unwrap();
    fs::create_dir_all(&case.places.home).unwrap();
    for (path, content) in case.files() {
        fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Plays a case under the policy that objects to nothing.
pub(crate) fn play(case: &Case) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
    command.args(["--policy", "permissive"]).args(case.argv());
    command.current_dir(&case.places.cwd).env_clear().envs(case.environment());
    // The only variable beside docker's: decisions of a test do not belong in anybody's journal.
    command.env("XDG_STATE_HOME", format!("{}/state", case.places.home));
    match case.console() {
        Some((rows, columns)) => at_terminal(command, rows, columns),
        None => with_pipes(command, case.text("stdin").as_bytes()),
    }
}

fn with_pipes(mut command: Command, stdin: &[u8]) -> Outcome {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    thread::scope(|scope| {
        // A program that does not read its input closes it.
        scope.spawn(move || input.map(|mut input| input.write_all(stdin)));
        let (stdout, stderr) = (scope.spawn(|| text(stdout)), scope.spawn(|| text(stderr)));
        let exit = wait(&mut child);
        Outcome { exit, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
    })
}

/// All three streams are the terminal, so all output is on the screen.
fn at_terminal(mut command: Command, rows: u16, columns: u16) -> Outcome {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let terminal = open(ptsname(&master, Vec::new()).unwrap(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size).unwrap();
    let end = || Stdio::from(terminal.try_clone().unwrap());
    let mut child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    // The screen ends when nobody holds the terminal any more.
    drop((command, terminal));
    let screen = thread::spawn(|| text(File::from(master)));
    let exit = wait(&mut child);
    Outcome { exit, stdout: screen.join().unwrap().replace("\r\n", "\n"), stderr: String::new() }
}

fn text(mut from: impl Read) -> String {
    let mut all = Vec::new();
    // A terminal that everybody has left ends with an error.
    let _ = from.read_to_end(&mut all);
    String::from_utf8(all).unwrap()
}

fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            return child.wait().unwrap().code();
        }
        thread::sleep(Duration::from_millis(2));
    }
}
