//! Dockerfiles: the same instructions, lines, flags, words and here-documents as BuildKit's own parser finds, in every
//! file of a corpus of real ones; and laws that hold for any text.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sdocker::dockerfile::{Base, BuildArgs, Dockerfile, FinalUser, Instruction, Keyword, Unresolved};
use serde_json::{Value, json};

/// Files on which the parsers differ, and why that is no fault of ours. Each must still differ.
const DIFFERENCES: [(&str, &str); 0] = [];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/dockerfiles")
}

fn expected() -> Vec<Value> {
    let text = std::fs::read_to_string(corpus().join("parse.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn file(name: &Value) -> Vec<u8> {
    std::fs::read(corpus().join(name.as_str().unwrap())).unwrap()
}

/// An instruction as the peer shows it.
fn projected(instruction: &Instruction) -> Value {
    let inner = instruction.trigger.as_deref().unwrap_or(instruction);
    let mut value: Vec<&str> = inner.words.iter().map(|word| word.text.as_str()).collect();
    if inner.keyword == Keyword::Unknown {
        value.push(""); // the peer keeps a place for arguments that it does not read
    }
    json!({
        "cmd": instruction.name.text.to_uppercase(),
        "sub_cmd": instruction.trigger.as_ref().map(|trigger| trigger.name.text.to_uppercase()),
        "json": inner.exec,
        "start_line": instruction.start_line(),
        "end_line": instruction.end_line,
        "flags": instruction.flags.iter().map(|flag| &flag.text).collect::<Vec<_>>(),
        "value": value,
        "heredocs": instruction.heredocs.iter()
            .map(|h| json!({ "name": h.name, "content": h.content }))
            .collect::<Vec<_>>(),
    })
}

/// What is different in one file; nothing if the parsers agree.
fn difference(case: &Value) -> Option<String> {
    let wanted = case["commands"].as_array();
    match (Dockerfile::parse(&file(&case["file"])), wanted) {
        (Err(_), None) => None,
        (Err(error), Some(_)) => Some(format!("refused: {error}")),
        (Ok(_), None) => Some(format!("accepted, the peer says {}", case["error"])),
        (Ok(parsed), Some(wanted)) => {
            let ours: Vec<Value> = parsed.instructions.iter().map(projected).collect();
            let first = ours.iter().zip(wanted).find(|(ours, wanted)| ours != wanted);
            first
                .map(|(ours, wanted)| format!("ours {ours}\npeer {wanted}"))
                .or_else(|| (ours.len() != wanted.len()).then(|| format!("{} for {}", ours.len(), wanted.len())))
        }
    }
}

#[test]
fn every_file_reads_as_in_buildkit() {
    let cases = expected();
    assert_eq!(cases.len(), 274);
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case["file"].as_str().unwrap();
        let known = DIFFERENCES.iter().any(|(file, _)| *file == name);
        match difference(case) {
            Some(what) if !known => wrong.push(format!("{name}: {what}")),
            None if known => wrong.push(format!("{name}: agrees now, take it off the list")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} files\n{}", wrong.len(), wrong.join("\n"));
}

fn parsed(text: &str) -> Dockerfile {
    Dockerfile::parse(text.as_bytes()).unwrap()
}

fn args(list: &[(&str, &str)]) -> BuildArgs {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// With the platform given, every stage of the corpus is understood, but for what the file really leaves open.
#[test]
fn every_base_of_the_corpus_is_resolved_or_named() {
    let platform = args(&[("TARGETOS", "linux"), ("TARGETARCH", "amd64"), ("TARGETPLATFORM", "linux/amd64")]);
    let (mut resolved, mut open, mut refused) = (0, Vec::new(), Vec::new());
    for case in expected() {
        let parsed = Dockerfile::parse(&file(&case["file"])).unwrap();
        match parsed.plan(&platform) {
            Ok(plan) => {
                for stage in plan.stages() {
                    match stage.base() {
                        Base::Unresolved(why) => open.push(why.to_string()),
                        Base::Scratch | Base::Stage(_) => resolved += 1,
                        Base::Image(image) => {
                            assert!(sdocker::request::ImageRef::parse(image).is_ok(), "{image}");
                            resolved += 1;
                        }
                    }
                }
            }
            Err(error) => refused.push(error.to_string()),
        }
    }
    let no_value = |name| format!("`{name}` has no value here");
    assert_eq!(open, [no_value("BASE"), no_value("BASE"), no_value("CROSS_BASE_IMAGE")]);
    assert_eq!(refused, ["line 3: unknown instruction `...`"]);
    assert_eq!(resolved, 590);
}

fn bases(text: &str, given: &[(&str, &str)]) -> Vec<Base> {
    parsed(text).plan(&args(given)).unwrap().stages().iter().map(|stage| stage.base().clone()).collect()
}

fn image(name: &str) -> Base {
    Base::Image(name.to_owned())
}

fn nothing_for(variable: &str) -> Base {
    Base::Unresolved(Unresolved::Variable(variable.to_owned()))
}

#[test]
fn a_base_is_a_stage_nothing_or_an_image() {
    let text =
        "FROM --platform=$BUILDPLATFORM golang:1 AS Build\nFROM scratch\nFROM build\nFROM Build\nFROM build AS build";
    let wanted = [image("golang:1"), Base::Scratch, Base::Stage(0), image("Build"), Base::Stage(0)];
    assert_eq!(bases(text, &[]), wanted);
    let file = parsed(text);
    let plan = file.plan(&BuildArgs::new()).unwrap();
    assert_eq!(plan.stages()[0].platform().unwrap().text, "$BUILDPLATFORM");
    assert_eq!(plan.stages()[0].name.as_deref(), Some("build"));
}

#[test]
fn variables_of_from_are_those_before_the_first_from() {
    let text =
        "ARG TAG=3 NAME=\"al\"pine\nARG FULL=${NAME}:$TAG\nFROM $FULL\nARG LATE=x\nFROM ${LATE:-other}:${TAG:+t}";
    assert_eq!(bases(text, &[]), [image("alpine:3"), image("other:t")]);
    assert_eq!(bases(text, &[("TAG", "4"), ("LATE", "no")]), [image("alpine:4"), image("other:t")]);
}

#[test]
fn a_base_that_the_file_does_not_say_is_unresolved() {
    assert_eq!(bases("ARG BASE\nFROM $BASE", &[]), [nothing_for("BASE")]);
    assert_eq!(bases("ARG BASE\nFROM $BASE", &[("BASE", "a")]), [image("a")]);
    assert_eq!(bases("FROM a:$TAG", &[]), [nothing_for("TAG")]);
    assert_eq!(bases("ARG SUFFIX\nFROM a$SUFFIX", &[]), [image("a")]);
    assert_eq!(bases("FROM a-$TARGETARCH", &[]), [nothing_for("TARGETARCH")]);
    assert_eq!(bases("ARG V=1-$TARGETARCH\nFROM a:$V", &[]), [nothing_for("V")]);
    assert_eq!(bases("ARG TARGETARCH=arm64\nFROM a-$TARGETARCH", &[]), [image("a-arm64")]);
    assert!(matches!(bases("FROM ${a", &[])[0], Base::Unresolved(Unresolved::Text(_))));
    assert!(matches!(bases("FROM \"\"", &[])[0], Base::Unresolved(Unresolved::Text(_))));
}

fn user(text: &str) -> String {
    match parsed(text).plan(&BuildArgs::new()).unwrap().final_user() {
        FinalUser::Named(word) => format!("{} on {}", word.text, word.line),
        FinalUser::Image(stage) => format!("image of {stage}"),
        FinalUser::Scratch => "scratch".to_owned(),
        FinalUser::Unresolved { line, why } => format!("{why} on {line}"),
    }
}

#[test]
fn the_last_user_counts_through_stages() {
    assert_eq!(user("FROM a\nUSER b\nUSER c:d"), "c:d on 3");
    assert_eq!(user("FROM a AS x\nUSER b\nFROM c\nFROM x"), "b on 2");
    assert_eq!(user("FROM a AS x\nUSER b\nFROM x AS y\nFROM c"), "image of 2");
    assert_eq!(user("FROM a AS x\nFROM x AS y\nFROM y"), "image of 0");
    assert_eq!(user("FROM scratch"), "scratch");
    assert_eq!(user("FROM scratch\nUSER \"\""), " on 2");
}

#[test]
fn a_trigger_runs_in_the_next_stage_only() {
    assert_eq!(user("FROM a AS x\nONBUILD USER root\nUSER b"), "b on 3");
    assert_eq!(user("FROM a AS x\nONBUILD USER root\nUSER b\nFROM x"), "root on 2");
    assert_eq!(user("FROM a AS x\nONBUILD USER root\nFROM x AS y\nUSER c\nFROM y"), "c on 4");
}

#[test]
fn variables_of_user_are_those_of_its_stage() {
    assert_eq!(user("FROM a\nARG U=b\nUSER $U"), "b on 3");
    assert_eq!(user("ARG U=b\nFROM a\nARG U\nUSER $U"), "b on 4");
    assert_eq!(user("FROM a\nENV A=1 B=2\nENV A=3 B=$A\nUSER $A:$B"), "3:1 on 4");
    assert_eq!(user("FROM a AS x\nENV U=b\nFROM x\nUSER ${U}"), "b on 4");
    assert_eq!(user("ARG U=b\nFROM a\nUSER $U"), "`U` has no value here on 3");
    assert_eq!(user("ARG U=b\nFROM scratch\nUSER x$U"), "x on 3");
    assert_eq!(user("FROM a\nENV U=b\nENV $X=c\nUSER $U"), "`U` has no value here on 4");
    let doubled = format!("FROM scratch\nENV A=aaaaaaaa{}\nUSER $A", "\nENV A=$A$A".repeat(60));
    assert_eq!(user(&doubled), "`A` has no value here on 63");
}

fn refusal(text: &str) -> String {
    match Dockerfile::parse(text.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(file) => file.plan(&BuildArgs::new()).map(|_| ()).unwrap_err().to_string(),
    }
}

#[test]
fn what_the_builder_refuses_is_refused_with_its_line() {
    for (text, wanted) in [
        ("", "line 1: the file has no instructions"),
        ("# a\n\n", "line 2: the file has no instructions"),
        ("# escape=`\n# Escape = \\\nFROM a", "line 2: only one `escape` parser directive can be used"),
        ("# escape=x\nFROM a", "line 1: invalid escape token `x`: it must be a backslash or a backtick"),
        ("# escape= \nFROM a", "line 1: invalid escape token ` `: it must be a backslash or a backtick"),
        ("FROM a\nRUN <<A <<B\nA\n", "line 2: the here-document `B` has no end"),
        ("RUN x\nFROM a", "line 1: `RUN` comes before the first FROM"),
        ("ARG a", "line 1: the file has no FROM"),
        ("FROM a b", "line 1: FROM takes one argument, or three: base AS name"),
        ("FROM a AS 1b", "line 1: invalid name `1b` for a build stage"),
        ("FROM --foo=a b", "line 1: unknown or repeated flag `--foo=a`"),
        ("FROM a\nUSER", "line 2: `USER` does not take these arguments"),
        ("FROM a\nONBUILD FROM b", "line 2: `FROM` is not allowed as an ONBUILD trigger"),
        ("FROM a\nSHELL [\"a\"] b", "line 2: `SHELL` does not take these arguments"),
        ("FROM a\nRUNN x", "line 2: unknown instruction `RUNN`"),
    ] {
        assert_eq!(refusal(text), wanted, "{text:?}");
    }
    assert_eq!(Dockerfile::parse(b"FROM a\nRUN \xff").unwrap_err().to_string(), "line 2: the text is not UTF-8");
}

#[test]
fn sizes_are_limited() {
    let line = |length: usize| format!("FROM {}\nCMD x", "a".repeat(length - 5));
    assert!(Dockerfile::parse(line(65535).as_bytes()).is_ok());
    assert_eq!(refusal(&line(65536)), "line 1: the line is longer than 65535 bytes");
    assert_eq!(refusal(&"#\n".repeat(1 << 20)), "line 1: the file is larger than 1048576 bytes");
    assert_eq!(parsed(&format!("FROM a{}", "\nFROM a".repeat(100_000))).instructions.len(), 100_001);
}

#[test]
fn a_mark_carriage_returns_and_a_missing_end_do_not_matter() {
    let plain = parsed("# syntax=a/b:1\nFROM a\nRUN b \\\n  c\nCOPY <<X d\ne\nX\n");
    let odd = parsed("\u{FEFF}# syntax=a/b:1\r\nFROM a\r\nRUN b \\\r\n  c\r\nCOPY <<X d\r\ne\r\nX");
    assert_eq!((&plain.directives, plain.instructions.len()), (&odd.directives, 3));
    assert_eq!(plain.instructions[1], odd.instructions[1]);
    assert_eq!((plain.directives[0].name.as_str(), plain.directives[0].value.as_str()), ("syntax", "a/b:1"));
}

#[test]
fn directives_are_those_at_the_top() {
    let file = parsed("# check=skip=all\n# Escape = `\nFROM a `\n\n # note\n AS b");
    assert_eq!(file.escape, '`');
    assert_eq!((file.directives.len(), file.empty_continuations.as_slice()), (2, [4].as_slice()));
    assert_eq!(file.instructions[0].words.len(), 3);
    assert_eq!(parsed("# note\n# escape=`\nFROM a").escape, '\\');
    let script = parsed("#!/usr/bin/env x\n# syntax=a/b\n# escape=`\nFROM a");
    assert_eq!((script.escape, script.directives[0].value.as_str()), ('\\', "a/b"));
}

#[test]
fn here_documents_know_their_names_and_ways() {
    let file =
        parsed("RUN <<-A cat 3<<'B' <<\"C\"x\n\ta\n\tA\n$b\nB\nCx\nRUN [\"<<A\"]\nUSER <<A\nONBUILD RUN << D\nD");
    let shown = |at: usize| {
        let each = file.instructions[at].heredocs.iter();
        each.map(|h| (h.name.as_str(), h.expand, h.chomp, h.content.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(shown(0), [("A", true, true, "\ta\n"), ("B", false, false, "$b\n"), ("Cx", false, false, "")]);
    assert_eq!((shown(1), shown(2), shown(3).len()), (vec![], vec![], 1));
    // A line that is no sound shell text announces nothing.
    assert_eq!(parsed("RUN <<A ${\nA\nUSER x").instructions.len(), 3);
}

/// Texts that come near to Dockerfiles.
fn texts() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "FROM ",
        "a",
        " AS ",
        "\n",
        "\r\n",
        "\\",
        "`",
        "#",
        " ",
        "\t",
        "RUN ",
        "<<E",
        "E",
        "<<-",
        "\"",
        "'",
        "$",
        "{",
        "}",
        ":-",
        "#",
        "%",
        "*",
        "/",
        "[",
        "]",
        ",",
        "ENV ",
        "ARG ",
        "USER ",
        "ONBUILD ",
        "COPY ",
        "--",
        "=",
        "--from=",
        "é",
        "\u{a0}",
        "\u{FEFF}",
        "# escape=`\n",
        "HEALTHCHECK ",
        "CMD ",
        "\u{2028}",
        "\0",
        "\u{b}",
    ]);
    prop::collection::vec(prop_oneof![9 => parts.prop_map(str::to_owned), 1 => any::<String>()], 0..60)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Dockerfile::parse(&bytes);
    }

    #[test]
    fn lines_are_in_order_and_in_the_file(text in texts()) {
        let lines = text.split_inclusive('\n').count();
        match Dockerfile::parse(text.as_bytes()) {
            Err(error) => prop_assert!((1..=lines.max(1)).contains(&error.line)),
            Ok(file) => {
                let mut last = 0;
                for instruction in &file.instructions {
                    prop_assert!(last < instruction.start_line() && instruction.start_line() <= instruction.end_line);
                    last = instruction.end_line;
                    for word in instruction.words.iter().chain(&instruction.flags) {
                        prop_assert!((instruction.start_line()..=instruction.end_line).contains(&word.line));
                    }
                }
                prop_assert!(last <= lines);
                if let Ok(plan) = file.plan(&BuildArgs::new()) {
                    let _ = plan.final_user();
                }
            }
        }
    }

    /// An instruction more changes nothing before it.
    #[test]
    fn what_follows_changes_nothing_before(text in texts()) {
        let Ok(before) = Dockerfile::parse(format!("FROM a\n{text}\n\n").as_bytes()) else { return Ok(()) };
        let after = Dockerfile::parse(format!("FROM a\n{text}\n\nUSER x").as_bytes()).unwrap();
        let same = before.instructions.iter().zip(&after.instructions).filter(|(b, a)| b == a).count();
        prop_assert!(same + 1 >= before.instructions.len());
    }
}
