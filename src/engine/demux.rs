//! The engine's framing of two streams on one connection: a header of eight bytes (which stream, three zeros, length
//! in big-endian), then the payload. Frames arrive split anywhere.

use std::io::{self, Write};

const HEADER: usize = 8;

/// Which way a payload goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Stdout,
    Stderr,
    /// The engine's own words about a stream that failed; not the container's output.
    System,
}

/// Takes frames apart; keeps only the state between two reads.
#[derive(Debug, Default)]
pub(super) struct Demux {
    header: [u8; HEADER],
    filled: usize,
    payload: Option<(Channel, usize)>,
}

/// Why a stream cannot be taken apart.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemuxError {
    #[error("Unrecognized input header: {0}")]
    Header(u8),
    #[error("{1}")]
    Write(Channel, io::Error),
}

impl Demux {
    /// Hands each payload, or the part of it that is here, to `sink`. Nothing is copied.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        sink: &mut impl FnMut(Channel, &[u8]) -> io::Result<()>,
    ) -> Result<(), DemuxError> {
        while !bytes.is_empty() {
            let Some((channel, left)) = self.payload else {
                bytes = self.take_header(bytes)?;
                continue;
            };
            let (part, rest) = bytes.split_at_checked(left).unwrap_or((bytes, &[]));
            sink(channel, part).map_err(|e| DemuxError::Write(channel, e))?;
            self.payload = Some((channel, left - part.len())).filter(|(_, left)| *left > 0);
            bytes = rest;
        }
        Ok(())
    }

    fn take_header<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], DemuxError> {
        let mut free = self.header.get_mut(self.filled..).unwrap_or_default();
        let taken = free.write(bytes).unwrap_or_default();
        self.filled += taken;
        if self.filled == HEADER {
            let [kind, _, _, _, length @ ..] = self.header;
            let channel = match kind {
                0 | 1 => Channel::Stdout,
                2 => Channel::Stderr,
                3 => Channel::System,
                other => return Err(DemuxError::Header(other)),
            };
            let length = u32::from_be_bytes(length) as usize;
            self.payload = Some((channel, length)).filter(|(_, length)| *length > 0);
            self.filled = 0;
        }
        Ok(bytes.get(taken..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, 0, 0, 0];
        bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(payload);
        bytes
    }

    fn take_apart(pieces: &[&[u8]]) -> Result<(Vec<u8>, Vec<u8>), DemuxError> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut demux = Demux::default();
        for piece in pieces {
            demux.feed(piece, &mut |channel, part| {
                if channel == Channel::Stdout {
                    out.extend_from_slice(part)
                } else {
                    err.extend_from_slice(part)
                }
                Ok(())
            })?;
        }
        Ok((out, err))
    }

    #[test]
    fn streams_come_apart() {
        let bytes = [frame(1, b"out"), frame(2, b"err"), frame(1, b""), frame(0, b"more")].concat();
        assert_eq!(take_apart(&[&bytes]).unwrap(), (b"outmore".to_vec(), b"err".to_vec()));
    }

    #[test]
    fn an_unknown_stream_is_an_error() {
        assert!(matches!(take_apart(&[b"HTTP/1.1 200 OK\r\n"]), Err(DemuxError::Header(b'H'))));
    }

    #[test]
    fn a_write_that_fails_says_which_stream() {
        let mut closed = |_: Channel, _: &[u8]| Err(io::ErrorKind::BrokenPipe.into());
        let failed = Demux::default().feed(&frame(2, b"x"), &mut closed);
        assert!(matches!(failed, Err(DemuxError::Write(Channel::Stderr, _))));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_frames_are_split(
            frames in prop::collection::vec((1u8..=2, prop::collection::vec(any::<u8>(), 0..40)), 0..12),
            cuts in prop::collection::vec(1usize..9, 1..8),
        ) {
            let bytes: Vec<u8> = frames.iter().flat_map(|(kind, payload)| frame(*kind, payload)).collect();
            let of = |kind: u8| -> Vec<u8> {
                frames.iter().filter(|(k, _)| *k == kind).flat_map(|(_, p)| p.clone()).collect()
            };
            let mut pieces = Vec::new();
            let (mut rest, mut cut) = (bytes.as_slice(), cuts.iter().cycle());
            while !rest.is_empty() {
                let (piece, tail) = rest.split_at((*cut.next().unwrap()).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            prop_assert_eq!(take_apart(&pieces).unwrap(), (of(1), of(2)));
        }
    }
}
