//! The keys that leave a container running. The engine looks for them too; we look first, so that a detach can be told
//! from an exit.

/// Ctrl-P, Ctrl-Q.
const DEFAULT: [u8; 2] = [16, 17];

/// What a piece of input was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressed {
    /// Input for the container.
    Keys,
    /// Its last key completed the sequence.
    Detach,
}

/// Looks for the sequence in what is typed, however it is split.
#[derive(Debug)]
pub(super) struct DetachKeys {
    sequence: Vec<u8>,
    matched: usize,
}

impl DetachKeys {
    /// Reads `ctrl-a,d`. What is malformed is docker's default; the engine has refused it by then.
    pub(super) fn parse(text: &str) -> Self {
        let keys: Option<Vec<u8>> = text.split(',').map(key).collect();
        Self { sequence: keys.unwrap_or_else(|| DEFAULT.to_vec()), matched: 0 }
    }

    /// Appends to `passed` what the container may see; keys that may yet complete the sequence are held back.
    pub(super) fn filter(&mut self, typed: &[u8], passed: &mut Vec<u8>) -> Pressed {
        for byte in typed {
            if self.sequence.get(self.matched) != Some(byte) {
                passed.extend(self.sequence.iter().take(self.matched));
                self.matched = 0;
            }
            if self.sequence.get(self.matched) != Some(byte) {
                passed.push(*byte);
                continue;
            }
            self.matched += 1;
            if self.matched == self.sequence.len() {
                return Pressed::Detach;
            }
        }
        Pressed::Keys
    }
}

fn key(name: &str) -> Option<u8> {
    let code = |name: &str| match name.as_bytes() {
        [one] => Some(*one),
        _ => None,
    };
    match name.strip_prefix("ctrl-") {
        None => code(name),
        Some(letter) => match code(letter)? {
            b @ b'a'..=b'z' => Some(b - b'a' + 1),
            b @ (b'@' | b'['..=b'_') => Some(b - b'@'),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str, pieces: &[&[u8]]) -> (Vec<u8>, Pressed) {
        let (mut keys, mut passed) = (DetachKeys::parse(keys), Vec::new());
        for piece in pieces {
            if keys.filter(piece, &mut passed) == Pressed::Detach {
                return (passed, Pressed::Detach);
            }
        }
        (passed, Pressed::Keys)
    }

    #[test]
    fn the_sequence_is_found_however_it_is_split() {
        assert_eq!(typed("", &[b"a\x10\x11b"]), (b"a".to_vec(), Pressed::Detach));
        assert_eq!(typed("", &[b"a\x10", b"\x11"]), (b"a".to_vec(), Pressed::Detach));
        assert_eq!(typed("ctrl-a,d", &[b"\x01", b"d"]), (Vec::new(), Pressed::Detach));
    }

    #[test]
    fn half_a_sequence_is_input_after_all() {
        assert_eq!(typed("", &[b"\x10", b"x"]), (b"\x10x".to_vec(), Pressed::Keys));
        assert_eq!(typed("", &[b"\x10\x10\x11"]), (b"\x10".to_vec(), Pressed::Detach));
        assert_eq!(typed("ctrl-a,d", &[b"\x10\x11"]), (b"\x10\x11".to_vec(), Pressed::Keys));
    }

    #[test]
    fn malformed_keys_are_the_default() {
        for bad in ["", "ctrl-", "ctrl-A", "ctrl-1", "abc", "a,,b"] {
            assert_eq!(DetachKeys::parse(bad).sequence, DEFAULT, "{bad}");
        }
        assert_eq!(DetachKeys::parse("ctrl-@,ctrl-[,ctrl-_,x").sequence, [0, 27, 31, b'x']);
    }
}
