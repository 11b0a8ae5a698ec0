//! The streams of a run: one thread for each direction.
//!
//! Standard streams may block for ever, and setting them non-blocking would change them for every process that shares
//! them. So each direction is a plain thread that copies between blocking handles; nobody joins it, and a reader that
//! waits for a line that nobody types does not hold up the end of the process.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::thread;

use tokio::sync::oneshot;

use super::attach::Hijacked;
use super::console::Console;
use super::demux::{Channel, Demux, DemuxError};
use super::detach::{DetachKeys, Pressed};
use super::error::{EngineError, system_words};
use super::pour::{Patient, pour};
use super::run::RunOptions;

/// Several of the engine's frames at once.
const BUFFER: usize = 64 << 10;

/// How the streams of a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamsEnd {
    /// The engine closed them, or there is no more input and no output was wanted.
    Closed,
    /// The person pressed the keys that leave the container running.
    Detached,
}

/// The running copies.
#[derive(Debug)]
pub(super) struct Streams {
    output: Option<oneshot::Receiver<Result<(), EngineError>>>,
    input: Option<oneshot::Receiver<StreamsEnd>>,
}

impl Streams {
    /// Starts copying. Without input to send, the engine is told so at once.
    pub(super) fn start(hijacked: Hijacked, options: &RunOptions, console: &Console) -> io::Result<Self> {
        let output = if options.stdout || options.stderr {
            // With a terminal all output is one, wherever it was meant to go.
            let stdout = (options.stdout || options.tty).then(|| console.stdout()).transpose()?;
            let stderr = options.stderr.then(|| console.stderr()).transpose()?;
            let sinks = Sinks { stdout: stdout.map(Patient), stderr: stderr.map(Patient) };
            let (from, early, tty) = (hijacked.handle()?, hijacked.early.clone(), options.tty);
            Some(on_thread("output", move || copy_output(from, &early, tty, sinks))?)
        } else {
            None
        };
        let input = if options.stdin {
            let stdin = console.stdin()?;
            let keys = (options.tty && console.stdin_is_terminal())
                .then(|| DetachKeys::parse(options.detach_keys.as_deref().unwrap_or_default()));
            Some(on_thread("input", move || copy_input(stdin, &hijacked, keys))?)
        } else {
            // An engine that has hung up already says so elsewhere.
            let _ = hijacked.end_input();
            None
        };
        Ok(Self { output, input })
    }

    /// Waits for the end: of the output, or of the input where no output was wanted.
    pub(super) async fn end(self) -> Result<StreamsEnd, EngineError> {
        let Self { output, input } = self;
        let has_output = output.is_some();
        let output = async {
            match output {
                Some(end) => end.await.unwrap_or(Ok(())),
                None => std::future::pending().await,
            }
        };
        let input = async {
            match input {
                Some(end) => match end.await.unwrap_or(StreamsEnd::Closed) {
                    StreamsEnd::Closed if has_output => std::future::pending().await,
                    end => end,
                },
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            end = input => Ok(end),
            end = output => end.map(|()| StreamsEnd::Closed),
        }
    }
}

fn on_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<oneshot::Receiver<T>> {
    let (done, end) = oneshot::channel();
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody listens any more when the run has ended otherwise.
        let _ = done.send(work());
    })?;
    Ok(end)
}

/// Some engines send what nobody asked for; it is lost, as with those that do not.
struct Sinks {
    stdout: Option<Patient>,
    stderr: Option<Patient>,
}

impl Sinks {
    fn write(&mut self, channel: Channel, bytes: &[u8]) -> io::Result<()> {
        let sink = match channel {
            Channel::Stdout => &mut self.stdout,
            Channel::Stderr | Channel::System => &mut self.stderr,
        };
        sink.as_mut().map_or(Ok(()), |sink| sink.write_all(bytes))
    }
}

fn copy_output(mut from: File, early: &[u8], tty: bool, mut sinks: Sinks) -> Result<(), EngineError> {
    let mut demux = Demux::default();
    let mut sink = |channel: Channel, bytes: &[u8]| sinks.write(channel, bytes);
    let mut pass = |bytes: &[u8]| {
        if tty {
            return sink(Channel::Stdout, bytes).map_err(|e| DemuxError::Write(Channel::Stdout, e));
        }
        demux.feed(bytes, &mut sink)
    };
    pass(early).map_err(failed)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer) {
            Ok(length) if length > 0 => pass(buffer.get(..length).unwrap_or_default()).map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // An engine that goes away is an end as well; waiting for the exit code tells which.
            Ok(_) | Err(_) => return Ok(()),
        }
    }
}

fn failed(error: DemuxError) -> EngineError {
    match error {
        DemuxError::Header(_) => EngineError::Garbled { call: "attach".to_owned(), why: error.to_string() },
        DemuxError::Write(channel, why) => EngineError::Output {
            stream: if channel == Channel::Stdout { "stdout" } else { "stderr" },
            why: system_words(&why),
        },
    }
}

fn copy_input(stdin: File, to: &Hijacked, keys: Option<DetachKeys>) -> StreamsEnd {
    let end = match (to.handle(), keys) {
        (Ok(socket), None) => {
            pour(stdin, socket, to.is_unix());
            StreamsEnd::Closed
        }
        (Ok(socket), Some(keys)) => copy_keys(Patient(stdin), socket, keys),
        (Err(_), _) => StreamsEnd::Closed,
    };
    // An engine that is told of an end at a terminal ends the output too, and then a detach would look like an exit.
    if end == StreamsEnd::Closed {
        let _ = to.end_input();
    }
    end
}

fn copy_keys(mut stdin: Patient, mut socket: File, mut keys: DetachKeys) -> StreamsEnd {
    let mut buffer = [0; 4096];
    let mut passed = Vec::with_capacity(buffer.len());
    loop {
        let length = match stdin.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => return StreamsEnd::Closed,
            Ok(length) => length,
        };
        passed.clear();
        let pressed = keys.filter(buffer.get(..length).unwrap_or_default(), &mut passed);
        if socket.write_all(&passed).is_err() {
            return StreamsEnd::Closed;
        }
        if pressed == Pressed::Detach {
            return StreamsEnd::Detached;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    #[test]
    fn the_end_of_input_is_told_and_a_detach_is_not() {
        for (typed, end, heard, told) in
            [("ab", StreamsEnd::Closed, "ab", true), ("ab\x18", StreamsEnd::Detached, "ab", false)]
        {
            let (hijacked, mut engine) = Hijacked::with_other_end();
            let (stdin, mut typist) = io::pipe().unwrap();
            typist.write_all(typed.as_bytes()).unwrap();
            drop(typist);
            let keys = Some(DetachKeys::parse("ctrl-x"));
            assert_eq!(copy_input(OwnedFd::from(stdin).into(), &hijacked, keys), end);
            engine.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
            let mut all = Vec::new();
            assert_eq!(engine.read_to_end(&mut all).is_ok(), told, "{typed:?}");
            assert_eq!(all, heard.as_bytes());
        }
    }
}
