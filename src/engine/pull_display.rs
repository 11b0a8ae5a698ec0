//! A pull as people see it, on standard error: a line for each layer that is rewritten in place at a terminal, plain
//! lines without progress elsewhere. The lines are docker's.

use std::fmt::Write as _;

use super::console::Console;
use super::pull::{Progress, PullEvent};

/// Narrower terminals get no bar.
const BAR_COLUMNS: u16 = 110;
const BAR_WIDTH: usize = 50;

/// Shows the events of one pull.
#[derive(Debug)]
pub struct PullDisplay<'c> {
    console: &'c Console,
    columns: Option<u16>,
    /// The layers whose lines are on the screen, from the top.
    rows: Vec<String>,
}

impl<'c> PullDisplay<'c> {
    /// A display on the console's standard error.
    #[must_use]
    pub fn new(console: &'c Console) -> Self {
        let columns = console.stderr_is_terminal().then(|| console.stderr_columns().unwrap_or_default());
        Self { console, columns, rows: Vec::new() }
    }

    /// Shows one event.
    pub fn show(&mut self, event: &PullEvent) {
        let text = match self.columns {
            Some(columns) => self.in_place(event, columns),
            None => plain(event),
        };
        if !text.is_empty() {
            self.console.say(&text);
        }
    }

    fn in_place(&mut self, event: &PullEvent, columns: u16) -> String {
        let Some(progress) = event.progress.filter(|_| !event.id.is_empty()) else {
            // Whatever is not a layer's line moves them out of reach.
            self.rows.clear();
            return plain(event);
        };
        let mut text = String::new();
        let row = self.rows.iter().position(|id| *id == event.id).unwrap_or_else(|| {
            self.rows.push(event.id.clone());
            text.push('\n');
            self.rows.len() - 1
        });
        let up = self.rows.len() - row;
        let line = format!("{}: {} {}", event.id, event.status, bar(progress, columns));
        // Writing to a string cannot fail.
        let _ = write!(text, "\x1b[{up}A\x1b[2K\r{}\r\x1b[{up}B", printable(&line));
        text
    }
}

fn plain(event: &PullEvent) -> String {
    let PullEvent { id, status, progress } = event;
    if progress.is_some_and(|p| p.current > 0 || p.total > 0) {
        return String::new();
    }
    let line = if id.is_empty() { status.clone() } else { format!("{id}: {status}") };
    format!("{}\n", printable(&line))
}

/// A registry's words do not steer the terminal.
fn printable(line: &str) -> String {
    line.chars().filter(|c| !c.is_control()).collect()
}

fn bar(Progress { current, total }: Progress, columns: u16) -> String {
    match (current, total) {
        (..=0, ..=0) => String::new(),
        (_, ..=0) => format!("{:>8}", size(current)),
        _ => {
            let done = usize::try_from(current.max(0).saturating_mul(50) / total).unwrap_or(BAR_WIDTH).min(BAR_WIDTH);
            let numbers = match current {
                _ if current > total => format!("{:>8}", size(current)),
                _ => format!("{:>8}/{}", size(current), size(total)),
            };
            if columns > BAR_COLUMNS {
                format!("[{}>{}] {numbers}", "=".repeat(done), " ".repeat(BAR_WIDTH - done))
            } else {
                numbers
            }
        }
    }
}

/// Four digits and a decimal unit: `3.408MB`.
fn size(bytes: i64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    let (mut number, mut unit) = (bytes as f64, "B");
    for larger in UNITS {
        if number < 1000.0 {
            break;
        }
        (number, unit) = (number / 1000.0, larger);
    }
    let decimals = match number {
        ..10.0 => 3,
        10.0..100.0 => 2,
        _ => 1,
    };
    let digits = format!("{number:.decimals$}");
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, status: &str, progress: Option<(i64, i64)>) -> PullEvent {
        let progress = progress.map(|(current, total)| Progress { current, total });
        PullEvent { id: id.to_owned(), status: status.to_owned(), progress }
    }

    #[test]
    fn without_a_terminal_only_steps_are_lines() {
        assert_eq!(plain(&event("latest", "Pulling from library/x", None)), "latest: Pulling from library/x\n");
        assert_eq!(plain(&event("ab", "Pulling fs layer", Some((0, 0)))), "ab: Pulling fs layer\n");
        assert_eq!(plain(&event("ab", "Downloading", Some((1, 2)))), "");
        assert_eq!(plain(&event("", "Digest: sha256:00", None)), "Digest: sha256:00\n");
    }

    #[test]
    fn a_status_cannot_steer_the_terminal() {
        assert_eq!(plain(&event("", "a\x1b[2Jb\r", None)), "a[2Jb\n");
    }

    #[test]
    fn bars_and_sizes_are_dockers() {
        assert_eq!(bar(Progress { current: 0, total: 0 }, 200), "");
        assert_eq!(bar(Progress { current: 1500, total: 0 }, 200), "   1.5kB");
        let half = bar(Progress { current: 1_703_936, total: 3_407_872 }, 200);
        assert_eq!(half, format!("[{}>{}]  1.704MB/3.408MB", "=".repeat(25), " ".repeat(25)));
        assert_eq!(bar(Progress { current: 5, total: 4 }, 80), "      5B");
        for (bytes, text) in [(0, "0B"), (999, "999B"), (1000, "1kB"), (12_345, "12.35kB"), (123_456_789, "123.5MB")] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn layers_are_rewritten_in_their_rows() {
        let pipe = tempfile::tempfile().unwrap();
        let console = Console::new(&pipe, &pipe, &pipe).unwrap();
        let mut display = PullDisplay::new(&console);
        assert_eq!(display.in_place(&event("latest", "Pulling", None), 80), "latest: Pulling\n");
        assert_eq!(
            display.in_place(&event("a", "Waiting", Some((0, 0))), 80),
            "\n\x1b[1A\x1b[2K\ra: Waiting \r\x1b[1B"
        );
        assert_eq!(
            display.in_place(&event("b", "Waiting", Some((0, 0))), 80),
            "\n\x1b[1A\x1b[2K\rb: Waiting \r\x1b[1B"
        );
        assert_eq!(display.in_place(&event("a", "Done", Some((0, 0))), 80), "\x1b[2A\x1b[2K\ra: Done \r\x1b[2B");
    }
}
