//! An engine behind ssh: `ssh HOST docker system dial-stdio`, its input and output as a connection.

use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::oneshot;

use super::error::system_words;
use super::ssh_address::SshAddress;

/// Enough of what ssh complains of.
const STDERR_LIMIT: usize = 64 << 10;
/// How long a child that closed its output may take to end.
const END_LIMIT: Duration = Duration::from_secs(3);
/// How long somebody else who holds its standard error is listened to.
const STDERR_PATIENCE: Duration = Duration::from_millis(200);

/// One connection. It ends when this goes: the child then finds its input at an end.
pub(super) struct SshStream {
    socket: UnixStream,
    /// What docker says of a child that failed, once it has ended.
    end: Option<BoxFuture<'static, Option<String>>>,
}

impl SshStream {
    /// Starts the child; whether it gets anywhere shows at the first answer.
    pub(super) fn connect(address: &SshAddress) -> io::Result<Self> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let socket = UnixStream::from_std(ours)?;
        let arguments = address.arguments();
        let command_line = format!("ssh {}", arguments.join(" "));
        let child = start(&arguments, theirs)?;
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move {
            // Nobody asks when the connection ended well.
            let _ = tell.send(watch(child, &command_line).await);
        });
        let end = async { tokio::time::timeout(END_LIMIT, told).await.ok()?.ok()? };
        Ok(Self { socket, end: Some(end.boxed()) })
    }

    /// The connection alone; the child lives as long as the run.
    pub(super) fn into_socket(self) -> UnixStream {
        self.socket
    }

    /// An end, or why there was one.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(end) = &mut self.end else { return Poll::Ready(Ok(())) };
        let words = ready!(end.poll_unpin(context));
        self.end = None;
        Poll::Ready(words.map_or(Ok(()), |words| Err(io::Error::other(words))))
    }
}

/// The child is in a process group of its own, so that keys at the terminal do not reach it, and has to ask for
/// passwords elsewhere than at the terminal, which is the container's.
fn start(arguments: &[String], connection: std::os::unix::net::UnixStream) -> io::Result<Child> {
    let (input, output) = (OwnedFd::from(connection.try_clone()?), OwnedFd::from(connection));
    Command::new("ssh")
        .args(arguments)
        .env("SSH_ASKPASS_REQUIRE", "force")
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(output))
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => io::Error::other("exec: \"ssh\": executable file not found in $PATH"),
            _ => io::Error::other(format!("exec: \"ssh\": {}", system_words(&why))),
        })
}

/// Waits for the child's end; one that failed has something to say.
async fn watch(mut child: Child, command_line: &str) -> Option<String> {
    let mut said = Vec::new();
    let stderr = child.stderr.take();
    let status = {
        let listen = listen(stderr, &mut said);
        tokio::pin!(listen);
        tokio::select! {
            biased;
            () = &mut listen => child.wait().await,
            status = child.wait() => {
                // A process that outlives ssh may hold on to its standard error.
                let _ = tokio::time::timeout(STDERR_PATIENCE, &mut listen).await;
                status
            }
        }
    };
    let status = status.ok().filter(|status| !status.success())?;
    Some(format!(
        "command [{command_line}] has exited with {}, make sure the URL is valid, and Docker 18.09 or later is \
         installed on the remote host: stderr={}",
        state(status),
        plain(&said)
    ))
}

async fn listen(stderr: Option<ChildStderr>, said: &mut Vec<u8>) {
    let Some(mut stderr) = stderr else { return };
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
        if said.len() < STDERR_LIMIT {
            said.extend_from_slice(buffer.get(..length).unwrap_or_default());
        }
    }
}

/// As Go says it.
fn state(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, signal) => format!("signal: {}", signal.unwrap_or_default()),
    }
}

/// The text of another machine, without what could command a terminal.
fn plain(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect()
}

/// Whether the child has let go of the connection.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

impl AsyncRead for SshStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match ready!(Pin::new(&mut self.socket).poll_read(context, buffer)) {
            Ok(()) if buffer.filled().len() > before || buffer.remaining() == 0 => Poll::Ready(Ok(())),
            Ok(()) => self.poll_end(context),
            Err(why) if is_gone(&why) => self.poll_end(context),
            Err(why) => Poll::Ready(Err(why)),
        }
    }
}

impl AsyncWrite for SshStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match ready!(Pin::new(&mut self.socket).poll_write(context, bytes)) {
            Err(why) if is_gone(&why) => {
                ready!(self.poll_end(context))?;
                Poll::Ready(Err(why))
            }
            written => Poll::Ready(written),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_machine_says_does_not_command_the_terminal() {
        assert_eq!(plain(b"a\x1b[2Jb\r\nc\xff"), "a[2Jb\nc\u{fffd}");
    }
}
