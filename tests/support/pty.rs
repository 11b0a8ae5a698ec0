//! A terminal to type into and to read from, with `sdocker` as its session's leader.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use crate::sandbox::{Sandbox, eventually, wait};

/// One program at a terminal.
#[derive(Debug)]
pub(crate) struct Pty {
    line: String,
    master: File,
    /// Kept open: the terminal's settings are looked at after the program's end.
    terminal: OwnedFd,
    child: Child,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Pty {
    /// Starts `sdocker LINE` at a terminal of that size.
    pub(crate) fn start(sandbox: &Sandbox, line: &str, rows: u16, columns: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let terminal = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        tcsetwinsize(&terminal, size(rows, columns)).unwrap();

        // A program of its own makes the terminal the session's: std cannot do it without unsafe code.
        let mut words = vec!["--ctty".to_owned(), env!("CARGO_BIN_EXE_sdocker").to_owned()];
        words.extend(shell_words::split(line).unwrap());
        let mut command = sandbox.wrapped("setsid", &words);
        command.stdin(end(&terminal)).stdout(end(&terminal)).stderr(end(&terminal));
        let child = command.spawn().unwrap();

        let screen = Arc::new(Mutex::new(Vec::new()));
        let master = File::from(master);
        let (mut from, to) = (master.try_clone().unwrap(), Arc::clone(&screen));
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut piece) {
                to.lock().unwrap().extend_from_slice(&piece[..count]);
            }
        });
        Self { line: line.to_owned(), master, terminal, child, screen }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until something is on the screen.
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) {
        eventually(&format!("`{text}` on the screen of sdocker {}", self.line), || self.screen().contains(text));
    }

    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        tcsetwinsize(&self.terminal, size(rows, columns)).unwrap();
    }

    pub(crate) fn settings(&self) -> Termios {
        tcgetattr(&self.terminal).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end and gives the exit code.
    pub(crate) fn ends(&mut self) -> Option<i32> {
        wait(&mut self.child, &self.line)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn end(terminal: &OwnedFd) -> Stdio {
    terminal.try_clone().unwrap().into()
}
