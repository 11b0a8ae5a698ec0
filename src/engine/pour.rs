//! Plain input on its way to the engine. The kernel hands it over where it can: what never comes into our memory costs
//! a fraction of reading and writing it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt as _;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::sendfile;
use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, splice};

/// What is read and written where the kernel does not hand over: as much as a unix socket takes at once.
const BUFFER: usize = 128 << 10;
/// Of a file, at once.
const FILE_PIECE: usize = 8 << 20;
/// Of a pipe, at once: what a pipe holds, and a unix socket that has room takes without waiting.
const PIPE_PIECE: usize = 64 << 10;

/// Copies until either side ends: whichever fails, there is no more input.
pub(super) fn pour(from: File, to: File, to_unix_socket: bool) {
    let handed_over = match from.metadata().map(|data| data.file_type()) {
        Ok(kind) if kind.is_file() => hand_over(&from, || sendfile(&to, &from, None, FILE_PIECE)),
        Ok(kind) if kind.is_fifo() && to_unix_socket => hand_over(&from, || {
            // While it waits for room in a socket, the kernel keeps the pipe locked, and with it whoever writes there.
            wait_for(&to, PollFlags::OUT)?;
            splice(&from, None, &to, None, PIPE_PIECE, SpliceFlags::empty())
        }),
        _ => Handed::InPart,
    };
    if handed_over == Handed::InPart {
        // A failure has no consequence of its own: what is left meets it again.
        let _ = copy(Patient(from), to);
    }
}

/// How far the kernel came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handed {
    ToTheEnd,
    /// Nothing is lost: what it did not take is still to be read.
    InPart,
}

fn hand_over(from: &File, piece: impl Fn() -> Result<usize, Errno>) -> Handed {
    loop {
        let waited = match piece() {
            Ok(0) => return Handed::ToTheEnd,
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(Errno::AGAIN) => wait_for(from, PollFlags::IN),
            Err(other) => Err(other),
        };
        if waited.is_err() {
            return Handed::InPart;
        }
    }
}

fn copy(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => to.write_all(buffer.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A handle that waits, even where somebody who shares it has set it not to.
#[derive(Debug)]
pub(super) struct Patient(pub(super) File);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_for(&self.0, PollFlags::IN)?,
                other => return other,
            }
        }
    }
}

impl Write for Patient {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_for(&self.0, PollFlags::OUT)?,
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn wait_for(handle: &impl AsFd, what: PollFlags) -> Result<(), Errno> {
    loop {
        match poll(&mut [PollFd::new(handle, what)], None) {
            Err(Errno::INTR) => {}
            other => return other.map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{PipeWriter, Seek};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    fn noise(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at.wrapping_mul(at) >> 7).to_le_bytes()[0]).collect()
    }

    fn file(handle: impl Into<OwnedFd>) -> File {
        handle.into().into()
    }

    /// What comes out at the other end of a unix socket.
    fn poured(from: File, to_unix_socket: bool) -> Vec<u8> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        thread::spawn(move || pour(from, file(ours), to_unix_socket));
        let mut all = Vec::new();
        theirs.read_to_end(&mut all).unwrap();
        all
    }

    fn unhurried(writer: &PipeWriter) {
        rustix::fs::fcntl_setfl(writer, rustix::fs::OFlags::NONBLOCK).unwrap();
    }

    #[test]
    fn files_arrive_whole_from_where_they_stand() {
        let bytes = noise(3 << 20);
        let mut source = tempfile::tempfile().unwrap();
        source.write_all(&bytes).unwrap();
        source.seek(io::SeekFrom::Start(5)).unwrap();
        assert!(poured(source, true) == bytes[5..]);
        assert!(!poured(File::open("/proc/self/status").unwrap(), true).is_empty(), "a file without a size");
        assert_eq!(poured(File::open("/dev/null").unwrap(), true), b"");
    }

    #[test]
    fn pipes_arrive_whole() {
        for (to_unix_socket, hurried) in [(true, true), (true, false), (false, true), (false, false)] {
            let bytes = noise(3 << 20);
            let (from, mut to) = io::pipe().unwrap();
            if !hurried {
                rustix::fs::fcntl_setfl(&from, rustix::fs::OFlags::NONBLOCK).unwrap();
            }
            let sent = bytes.clone();
            thread::spawn(move || sent.chunks(70_001).for_each(|piece| to.write_all(piece).unwrap()));
            assert!(poured(file(from), to_unix_socket) == bytes, "{to_unix_socket} {hurried}");
        }
    }

    #[test]
    fn whoever_writes_is_not_held_up_by_whoever_does_not_read() {
        let (from, mut to) = io::pipe().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        thread::spawn(move || pour(file(from), file(ours), true));
        let (full, is_full) = mpsc::channel();
        thread::spawn(move || {
            unhurried(&to);
            let mut sent = 0;
            // Socket and pipe are full when nothing went in for a while.
            for _ in 0..20 {
                while let Ok(length) = to.write(&noise(4096)) {
                    sent += length;
                }
                thread::sleep(Duration::from_millis(10));
            }
            full.send(sent).unwrap();
        });
        let sent = is_full.recv_timeout(Duration::from_secs(30)).expect("a write that must not wait came back");
        let mut all = Vec::new();
        theirs.read_to_end(&mut all).unwrap();
        assert!(sent > 64 << 10 && all.len() == sent, "{sent} went in and {} came out", all.len());
    }

    #[test]
    fn an_output_that_must_not_wait_is_waited_for() {
        let (mut from, to) = io::pipe().unwrap();
        unhurried(&to);
        let bytes = noise(1 << 20);
        let sent = bytes.clone();
        let writer = thread::spawn(move || Patient(file(to)).write_all(&sent));
        let mut all = Vec::new();
        from.read_to_end(&mut all).unwrap();
        writer.join().unwrap().unwrap();
        assert!(all == bytes);
    }
}
