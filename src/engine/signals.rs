//! Signals to us become signals to the container.

use std::future::poll_fn;
use std::task::Poll;

use bollard::query_parameters::KillContainerOptions;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::Engine;

/// Every signal that can be caught and means something to a container. Children, pipes and urgent data are our own
/// business; KILL and STOP nobody can catch. TTIN and TTOU stop a run in the background that wants the terminal: caught,
/// they would make it try again for ever, as docker does.
const FORWARDED: [(i32, &str); 23] = [
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (10, "USR1"),
    (12, "USR2"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (18, "CONT"),
    (20, "TSTP"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "IO"),
    (30, "PWR"),
    (31, "SYS"),
    (34, "RTMIN"),
    (64, "RTMAX"),
];
const REAL_TIME: std::ops::RangeInclusive<i32> = 35..=63;
/// Above the middle of the real-time signals they are counted down from the last.
const REAL_TIME_MIDDLE: i32 = 49;
const INTERRUPTS: [i32; 2] = [2, 15];
/// So many interrupts in all end a run whose container does not mind them.
const INSISTENCE: u32 = 3;

/// The task that forwards; it ends with this value.
#[derive(Debug)]
pub(super) struct Signals {
    task: JoinHandle<()>,
    insisted: Option<oneshot::Receiver<()>>,
}

impl Signals {
    /// Catches signals from here on. Without `forward` only interrupts are caught, and swallowed.
    pub(super) fn forward(engine: &Engine, id: &str, forward: bool) -> Self {
        let mut caught = catch(forward);
        let (insist, insisted) = oneshot::channel();
        let (engine, id) = (engine.clone(), id.to_owned());
        let task = tokio::spawn(async move {
            let mut interrupts = 0;
            loop {
                let (number, name) = next(&mut caught).await;
                interrupts += u32::from(INTERRUPTS.contains(&number));
                if interrupts == INSISTENCE {
                    break;
                }
                if forward {
                    // An engine that does not answer must not keep the next signal waiting.
                    tokio::spawn(kill(engine.clone(), id.clone(), name));
                }
            }
            let _ = insist.send(());
        });
        Self { task, insisted: Some(insisted) }
    }

    /// Returns when the person has interrupted often enough.
    pub(super) async fn insisted(&mut self) {
        let insisted = match self.insisted.take() {
            Some(insisted) => insisted.await.is_ok(),
            None => false,
        };
        if !insisted {
            std::future::pending().await
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Caught = Vec<(i32, String, Signal)>;

fn catch(all: bool) -> Caught {
    let named = FORWARDED.iter().map(|(number, name)| (*number, (*name).to_owned()));
    let real_time = REAL_TIME.map(|number| (number, real_time_name(number)));
    named
        .chain(real_time)
        .filter(|(number, _)| all || INTERRUPTS.contains(number))
        // The system keeps some for itself.
        .filter_map(|(number, name)| Some((number, name, signal(SignalKind::from_raw(number)).ok()?)))
        .collect()
}

fn real_time_name(number: i32) -> String {
    match number {
        ..=REAL_TIME_MIDDLE => format!("RTMIN+{}", number - REAL_TIME.start() + 1),
        _ => format!("RTMAX-{}", REAL_TIME.end() + 1 - number),
    }
}

async fn next(caught: &mut Caught) -> (i32, String) {
    poll_fn(|context| {
        for (number, name, signal) in caught.iter_mut() {
            if let Poll::Ready(Some(())) = signal.poll_recv(context) {
                return Poll::Ready((*number, name.clone()));
            }
        }
        Poll::Pending
    })
    .await
}

/// A container that is not running has no use for it; docker does not say so either.
async fn kill(engine: Engine, id: String, signal: String) {
    if let Ok(docker) = engine.docker().await {
        let _ = docker.kill_container(&id, Some(KillContainerOptions { signal })).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time_signals_are_named_from_the_nearer_end() {
        assert_eq!(real_time_name(35), "RTMIN+1");
        assert_eq!(real_time_name(49), "RTMIN+15");
        assert_eq!(real_time_name(50), "RTMAX-14");
        assert_eq!(real_time_name(63), "RTMAX-1");
    }
}
