//! The journal's files, written and read.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::request::Caller;

/// A record whose image says which one it is.
fn record(image: &str) -> Record {
    let caller = Caller { name: Some("alice".into()), ..Caller::numbered(1000, 1000) };
    let took = std::time::Duration::from_micros(7);
    let subject = Subject { caller: &caller, verb: "run", image, image_id: None, granted: &[], policy: 1, took };
    Record::new(jiff::Timestamp::UNIX_EPOCH, subject, vec![], Some(&[]), vec![])
}

fn journal(place: &tempfile::TempDir) -> Journal {
    Journal::at(place.path().join("new/journal.jsonl"))
}

/// About three records a file.
fn small(place: &tempfile::TempDir) -> Journal {
    journal(place).with_limits(Limits { file: 700, files: 3 })
}

fn rest(reader: &mut Reader<'_>) -> Vec<String> {
    std::iter::from_fn(|| reader.next_record().unwrap()).map(|record| record.image).collect()
}

fn images(journal: &Journal) -> Vec<String> {
    rest(&mut journal.read().unwrap())
}

fn append_text(path: &Path, text: &[u8]) {
    std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text).unwrap();
}

#[test]
fn a_record_is_one_line_that_only_its_owner_reads() {
    let place = tempfile::tempdir().unwrap();
    let journal = journal(&place);
    journal.append(&record("a\nb\u{9b}")).unwrap();
    journal.append(&record("c")).unwrap();
    let text = std::fs::read_to_string(journal.path()).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains('\u{9b}'));
    assert_eq!(images(&journal), ["a\nb\u{9b}", "c"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(journal.path()), mode(journal.path().parent().unwrap())), (0o600, 0o700));
}

#[test]
fn what_cannot_be_written_is_said_with_its_path() {
    let journal = Journal::at("/dev/null/x/journal".into());
    let error = journal.append(&record("a")).unwrap_err().to_string();
    assert!(error.starts_with("cannot write the journal /dev/null/x/journal: "), "{error}");
    assert!(journal.check().is_err());
}

#[test]
fn links_and_pipes_are_not_followed() {
    let place = tempfile::tempdir().unwrap();
    let (target, link, pipe) = (place.path().join("target"), place.path().join("link"), place.path().join("pipe"));
    std::fs::write(&target, "").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for path in [link, pipe] {
        assert!(Journal::at(path.clone()).append(&record("a")).is_err(), "{}", path.display());
    }
    assert_eq!(std::fs::read(&target).unwrap(), b"");
}

#[test]
fn a_file_of_somebody_else_is_not_written_to() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("journal");
    std::fs::write(&path, "").unwrap();
    let journal = Journal::at(path.clone());
    journal.append(&record("a")).unwrap();
    // Only root can give a file away.
    if std::os::unix::fs::chown(&path, Some(4242), None).is_ok() {
        let error = journal.append(&record("b")).unwrap_err().to_string();
        assert!(error.ends_with("it belongs to uid 4242"), "{error}");
    }
    assert_eq!(images(&journal), ["a"]);
}

#[test]
fn it_stays_within_its_size_and_is_read_oldest_first() {
    let place = tempfile::tempdir().unwrap();
    let journal = small(&place);
    (0..30).for_each(|n| journal.append(&record(&n.to_string())).unwrap());
    let files: Vec<_> = std::fs::read_dir(journal.path().parent().unwrap()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 3);
    assert!(files.iter().all(|file| file.metadata().unwrap().len() <= 700));
    let found = images(&journal);
    let expected: Vec<String> = (30 - found.len()..30).map(|n| n.to_string()).collect();
    assert!(found.len() >= 6 && found == expected, "{found:?}");
}

#[test]
fn a_record_larger_than_a_file_is_written_all_the_same() {
    let place = tempfile::tempdir().unwrap();
    let journal = small(&place);
    let large = "x".repeat(1000);
    ["a", &large, "b"].iter().for_each(|image| journal.append(&record(image)).unwrap());
    assert_eq!(images(&journal), ["a", &large, "b"]);
}

#[test]
fn broken_lines_are_counted_and_passed_over() {
    let place = tempfile::tempdir().unwrap();
    let journal = journal(&place);
    journal.append(&record("a")).unwrap();
    let newer = serde_json::to_string(&record("n")).unwrap().replace("\"v\":1", "\"v\":2");
    append_text(journal.path(), format!("{{\"v\":1,\"ti\n\n\0\0\0\n\u{fffd}\n[]\n{newer}\n").as_bytes());
    append_text(journal.path(), b"\xff\xfe\n");
    append_text(journal.path(), &[b"y".repeat(3 << 20), b"\n".to_vec()].concat());
    // What a crash leaves: no end.
    append_text(journal.path(), b"{\"v\":1,\"time\":\"20");
    journal.append(&record("b")).unwrap();
    let mut reader = journal.read().unwrap();
    assert_eq!(rest(&mut reader), ["a", "b"]);
    assert_eq!(reader.broken(), 8);
}

#[test]
fn a_line_without_an_end_waits_for_it() {
    let place = tempfile::tempdir().unwrap();
    let journal = journal(&place);
    journal.append(&record("a")).unwrap();
    let mut reader = journal.read().unwrap();
    let line = serde_json::to_string(&record("b")).unwrap();
    let (first, second) = line.split_at(40);
    append_text(journal.path(), first.as_bytes());
    assert_eq!(rest(&mut reader), ["a"]);
    append_text(journal.path(), format!("{second}\n").as_bytes());
    assert_eq!(rest(&mut reader), ["b"]);
    assert_eq!(reader.broken(), 0);
}

#[test]
fn a_reader_follows_files_that_are_moved_on() {
    let place = tempfile::tempdir().unwrap();
    let journal = small(&place);
    let mut reader = journal.read().unwrap();
    assert_eq!(rest(&mut reader), Vec::<String>::new());
    let mut seen = Vec::new();
    for n in 0..40 {
        journal.append(&record(&n.to_string())).unwrap();
        // Sometimes one file behind, sometimes two, never further than what is kept.
        if n % 5 == 4 {
            seen.extend(rest(&mut reader));
        }
    }
    assert_eq!(seen, (0..40).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_reader_that_was_left_behind_goes_on_with_what_is_there() {
    let place = tempfile::tempdir().unwrap();
    let journal = small(&place);
    journal.append(&record("first")).unwrap();
    let mut reader = journal.read().unwrap();
    (0..50).for_each(|n| journal.append(&record(&n.to_string())).unwrap());
    let seen = rest(&mut reader);
    assert!(seen.first().unwrap() == "first" && seen.last().unwrap() == "49" && seen.len() < 20, "{seen:?}");
}

#[test]
fn an_absent_journal_is_empty() {
    let place = tempfile::tempdir().unwrap();
    assert_eq!(images(&journal(&place)), Vec::<String>::new());
    assert!(!place.path().join("new").exists());
}

#[test]
fn many_writers_lose_nothing_and_a_reader_sees_everything() {
    const WRITERS: usize = 8;
    const EACH: usize = 150;
    let place = tempfile::tempdir().unwrap();
    // As many files as there can be, so that nothing is dropped.
    let journal = journal(&place).with_limits(Limits { file: 30_000, files: 100 });
    let seen = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let journal = journal.clone();
            scope.spawn(move || {
                for n in 0..EACH {
                    // Lines of very different length.
                    journal.append(&record(&format!("{writer} {n} {}", "x".repeat(n * 7 % 900)))).unwrap();
                }
            });
        }
        let mut reader = journal.read().unwrap();
        let mut seen = Vec::new();
        while seen.len() < WRITERS * EACH {
            seen.extend(rest(&mut reader));
        }
        assert_eq!(reader.broken(), 0);
        seen
    });
    assert_eq!(images(&journal), seen);
    for writer in 0..WRITERS {
        let own = seen.iter().filter_map(|image| image.strip_prefix(&format!("{writer} ")));
        let order: Vec<usize> = own.map(|rest| rest.split(' ').next().unwrap().parse().unwrap()).collect();
        assert_eq!(order, (0..EACH).collect::<Vec<_>>(), "writer {writer}");
    }
}
