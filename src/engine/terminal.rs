//! The person's terminal: raw while a container has it, and its size.

use std::fs::File;
use std::future::Future;
use std::time::Duration;

use bollard::query_parameters::ResizeContainerTTYOptions;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};

use super::client::Engine;
use super::console::Console;
use super::error::EngineError;

/// A container whose terminal is not there yet gets it within this many tries.
const RESIZE_TRIES: u32 = 10;
const RESIZE_PAUSE: Duration = Duration::from_millis(10);

/// A terminal that passes every key on; it is what it was before when this value goes.
#[derive(Debug)]
pub(super) struct RawTerminal {
    terminal: File,
    before: Option<Termios>,
}

impl RawTerminal {
    /// The console's input, if that is a terminal.
    pub(super) fn of(console: &Console) -> Result<Self, EngineError> {
        let terminal = console.stdin().map_err(EngineError::Terminal)?;
        if !console.stdin_is_terminal() {
            return Ok(Self { terminal, before: None });
        }
        let system = |e: rustix::io::Errno| EngineError::Terminal(e.into());
        let before = tcgetattr(&terminal).map_err(system)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&terminal, OptionalActions::Now, &raw).map_err(system)?;
        Ok(Self { terminal, before: Some(before) })
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // A terminal that is gone has nothing to restore.
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, before);
        }
    }
}

/// Gives the container our terminal's size now, and whenever it changes until `work` is done.
pub(super) async fn follow_size<T>(engine: &Engine, id: &str, console: &Console, work: impl Future<Output = T>) -> T {
    let follow = async {
        let changes = signal(SignalKind::window_change());
        for pause in 0..RESIZE_TRIES {
            if resize(engine, id, console).await.is_ok() {
                break;
            }
            tokio::time::sleep(RESIZE_PAUSE * (pause + 1)).await;
        }
        let Ok(mut changes) = changes else { return };
        while changes.recv().await.is_some() {
            // The next change brings the next chance.
            let _ = resize(engine, id, console).await;
        }
    };
    tokio::pin!(work);
    tokio::select! {
        // In this order the size is sent before an end is noticed.
        biased;
        () = follow => work.await,
        end = &mut work => end,
    }
}

async fn resize(engine: &Engine, id: &str, console: &Console) -> Result<(), EngineError> {
    match console.size() {
        None | Some((0, 0)) => Ok(()),
        Some((rows, columns)) => {
            let size = ResizeContainerTTYOptions { h: rows.into(), w: columns.into() };
            Ok(engine.docker().await?.resize_container_tty(id, size).await?)
        }
    }
}
