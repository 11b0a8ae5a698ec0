//! The life of a run, from created to ended, in docker's order: attach, wait, start, streams, exit.

use std::future::Future;

use super::client::Engine;
use super::console::Console;
use super::error::EngineError;
use super::names;
use super::signals::Signals;
use super::streams::{Streams, StreamsEnd};
use super::terminal::{self, RawTerminal};
use super::wait::Wait;
use crate::request::wire::ContainerCreate;

/// What a run needs to know beside the container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Standard input goes to the container.
    pub stdin: bool,
    /// The container's output is wanted.
    pub stdout: bool,
    /// The container's error output is wanted.
    pub stderr: bool,
    /// The container has a terminal.
    pub tty: bool,
    /// Who removes the container when it has ended.
    pub removal: Removal,
    /// Signals go to the container.
    pub sig_proxy: bool,
    /// `--detach-keys`; absent means docker's.
    pub detach_keys: Option<String>,
}

impl RunOptions {
    /// As the body of the create call says; `removed` is whether the container is to be removed, whoever does it.
    #[must_use]
    pub fn of(body: &ContainerCreate, removed: bool, sig_proxy: bool, detach_keys: Option<String>) -> Self {
        let removal = match (body.host_config.auto_remove, removed) {
            (true, _) => Removal::Engine,
            (false, true) => Removal::Client,
            (false, false) => Removal::Nobody,
        };
        Self {
            stdin: body.attach_stdin,
            stdout: body.attach_stdout,
            stderr: body.attach_stderr,
            tty: body.tty,
            removal,
            sig_proxy,
            detach_keys,
        }
    }

    fn is_attached(&self) -> bool {
        self.stdin || self.stdout || self.stderr
    }
}

/// Who removes a container that has ended, with its anonymous volumes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Removal {
    /// Nobody.
    #[default]
    Nobody,
    /// The engine, as the body of the create call says.
    Engine,
    /// The client, if it lives as long: engines before API 1.25 leave that to it.
    Client,
}

/// How a run ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The container ended, with this code.
    Exited(u8),
    /// It was started in the background; its id is printed.
    Started,
    /// The person left with the detach keys; it runs on.
    Detached,
    /// The person insisted on leaving; it may run on.
    Forced,
    /// The engine went away; it may run on. That is said already.
    Lost,
}

impl Outcome {
    /// The exit code of docker in that case.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Started | Self::Detached => 0,
            Self::Forced => 1,
            Self::Lost => 125,
        }
    }
}

impl Engine {
    /// Starts a created container and stays with it until it ends; without any stream attached, prints its id and
    /// leaves it alone.
    ///
    /// # Errors
    /// [`EngineError`]; its exit code is docker's. The container is removed from here only for [`Removal::Client`].
    pub async fn run(&self, id: &str, options: &RunOptions, console: &Console) -> Result<Outcome, EngineError> {
        names::object(id)?;
        if !options.is_attached() {
            return self.run_in_background(id, options, console).await;
        }
        let mut signals = Signals::forward(self, id, options.sig_proxy);
        tokio::select! {
            outcome = self.run_attached(id, options, console) => outcome,
            () = signals.insisted() => {
                console.say("\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n");
                Ok(Outcome::Forced)
            }
        }
    }

    async fn run_in_background(
        &self,
        id: &str,
        options: &RunOptions,
        console: &Console,
    ) -> Result<Outcome, EngineError> {
        // Docker starts the container even when nobody can read its id any more.
        let _ = console.print(&format!("{id}\n"));
        let wait = self.wait(id, options.removal).await?;
        self.start(id, options, wait, console).await?;
        Ok(Outcome::Started)
    }

    async fn run_attached(&self, id: &str, options: &RunOptions, console: &Console) -> Result<Outcome, EngineError> {
        let hijacked = self.attach(id, options).await?;
        let raw = (options.tty && options.stdin).then(|| RawTerminal::of(console)).transpose()?;
        let streams = Streams::start(hijacked, options, console).map_err(EngineError::Terminal)?;
        let wait = self.wait(id, options.removal).await?;
        let wait = self.start(id, options, wait, console).await?;
        let ended = async {
            tokio::pin! {
                let streams = streams.end();
                let exit = wait.status();
            }
            if !options.stdout && !options.stderr {
                // Without output nothing but the exit tells that nobody reads our input any more.
                return tokio::select! {
                    end = &mut streams => outcome(end?, exit, console).await,
                    code = &mut exit => Ok(ended_with(code, console)),
                };
            }
            let end = streams.await?;
            outcome(end, exit, console).await
        };
        let result = if options.tty && console.stdout_is_terminal() {
            terminal::follow_size(self, id, console, ended).await
        } else {
            ended.await
        };
        drop(raw);
        if options.removal == Removal::Client && matches!(result, Ok(Outcome::Exited(_))) {
            self.remove_ended(id, console).await;
        }
        result
    }

    /// Starts the container. A failed start of a container that is to be removed is over when it is gone.
    async fn start(&self, id: &str, options: &RunOptions, wait: Wait, console: &Console) -> Result<Wait, EngineError> {
        let started = self.docker().await?.start_container(id, None).await;
        match started {
            Ok(()) => Ok(wait),
            Err(error) => {
                match options.removal {
                    Removal::Nobody => {}
                    Removal::Engine => drop(wait.status().await),
                    // Docker waits for an event that never comes.
                    Removal::Client => self.remove_ended(id, console).await,
                }
                Err(EngineError::Start(Box::new(error.into())))
            }
        }
    }

    async fn remove_ended(&self, id: &str, console: &Console) {
        if let Err(error) = self.remove(id, false, true).await {
            console.say(&format!("error removing container: {error}\n"));
        }
    }
}

async fn outcome(
    end: StreamsEnd,
    exit: impl Future<Output = Result<u8, EngineError>>,
    console: &Console,
) -> Result<Outcome, EngineError> {
    match end {
        StreamsEnd::Detached => Ok(Outcome::Detached),
        StreamsEnd::Closed => Ok(ended_with(exit.await, console)),
    }
}

fn ended_with(code: Result<u8, EngineError>, console: &Console) -> Outcome {
    match code {
        Ok(code) => Outcome::Exited(code),
        Err(error) => {
            console.say(&format!("error waiting for container: {error}\n"));
            Outcome::Lost
        }
    }
}
