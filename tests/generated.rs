//! Man pages and completions come out of the tables that the program is made of, and are kept in the tree. Writes them
//! anew when `SDOCKER_GENERATE` is set.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/manual.rs"]
mod manual;

use clap_complete::Shell;
use clap_mangen::Man;
use sdocker::cli::{self, Verb};
use sdocker::commands::grammar;
use sdocker::policy::{Draft, Layer, PROFILES, Source};
use sdocker::rules::{CATALOGUE, Rulebook};

const RUN_NOTES: &str = r#".SH POLICY
What is asked for is judged against the policy before anything is pulled or created. A silence is filled with the
policy's default and nothing is said; a changed wish is one line on standard error; a refusal names the word, the line
of the policy and what to do instead, and ends with 125. \fBsdocker explain\fR lists the rules.
.SH EXIT STATUS
.TP
\fB0\fR to \fB255\fR
The container's own.
.TP
\fB125\fR
Refused by the policy, or failed before the container ran.
.TP
\fB126\fR
The command could not be executed.
.TP
\fB127\fR
The command was not found.
.SH SEE ALSO
\fBsdocker\fR(1), \fBsdocker-policy\fR(5), \fBsdocker-rules\fR(7)
"#;

const FILES: &str = r#".SH FILES
.TP
\fI/etc/sdocker/policy.toml\fR, \fI/etc/sdocker/policy.d/*.toml\fR
The policy of the machine. Where \fI/etc/sdocker\fR exists nothing else can replace it.
.TP
\fI~/.config/sdocker/policy.toml\fR
The user's own policy; where the machine has one, it may only tighten that.
.TP
\fI.sdocker.toml\fR
A project's policy, of the working directory or the nearest above it; it may only tighten.
.TP
\fI~/.local/state/sdocker/journal.jsonl\fR
Every decision, a line each; older ones in \fI.1\fR to \fI.4\fR beside it.
.SH JOURNAL
A record is a JSON object. Values of variables, and values that their names give away as secrets, are not in it.
.TP
\fBv\fR
1. A later number means that a member changed its meaning; new members alone do not change it.
.TP
\fBtime\fR, \fBcaller\fR, \fBverb\fR
RFC 3339 in UTC; uid, gid and name; run or create.
.TP
\fBimage\fR, \fBimage_id\fR
As it was typed; sha256:... where it was learned.
.TP
\fBverdict\fR, \fBfindings\fR, \fBmore\fR
approved or refused; of each finding the rule, action, message, place (at, label), policy line and help; how many findings
were left out.
.TP
\fBrewrites\fR
What was filled in or changed: the rule, and to what, in docker's words.
.TP
\fBpolicy\fR, \fBmicros\fR
A digest of the policy's texts; how long it took to decide, in microseconds.
.TP
\fBargv\fR
The command line, shortened where it is long; absent for what came over a socket.
.SH ENVIRONMENT
.TP
\fBSDOCKER_POLICY\fR
As \fB--policy\fR.
.TP
\fBDOCKER_HOST\fR
As \fB--host\fR.
.TP
\fBNO_COLOR\fR
No colours.
.SH SEE ALSO
\fBsdocker-run\fR(1), \fBsdocker-policy\fR(5), \fBsdocker-rules\fR(7)
"#;

/// Every generated file, by its path in the tree.
fn generated() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("man/sdocker.1", page(&Man::new(grammar()), &format!("{}{FILES}", rules()))),
        ("man/sdocker-run.1", page(&Man::new(run_page()), RUN_NOTES)),
        ("man/sdocker-policy.5", manual::policy_page().into_bytes()),
        ("man/sdocker-rules.7", manual::rules_page().into_bytes()),
        ("dist/completions/sdocker.bash", completions(Shell::Bash)),
        ("dist/completions/_sdocker", completions(Shell::Zsh)),
        ("dist/completions/sdocker.fish", completions(Shell::Fish)),
    ]
}

fn run_page() -> clap::Command {
    cli::command(Verb::Run).name("sdocker-run").override_usage("sdocker run [OPTIONS] IMAGE [COMMAND] [ARG...]")
}

fn page(man: &Man, more: &str) -> Vec<u8> {
    let mut text = Vec::new();
    man.render(&mut text).unwrap();
    text.extend_from_slice(more.as_bytes());
    text
}

/// The rules, a paragraph each.
fn rules() -> String {
    let paragraph = |rule: &sdocker::rules::Rule| {
        let what = rule.doc.split("## What").nth(1).unwrap().split("##").next().unwrap().trim();
        format!(".TP\n\\fB{}\\fR\n{}\n", rule.id, what.replace('`', "").replace('\\', "\\\\").replace("\n.", "\n\\&."))
    };
    format!(".SH RULES\n{}", CATALOGUE.iter().map(paragraph).collect::<String>())
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut grammar(), "sdocker", &mut text);
    text
}

fn in_tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn what_is_generated_is_what_is_in_the_tree() {
    let write = std::env::var_os("SDOCKER_GENERATE").is_some();
    for (path, text) in generated() {
        let file = in_tree(path);
        if write {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &text).unwrap();
        }
        let kept = fs::read(&file).unwrap_or_default();
        assert!(kept == text, "{path} is not what the tables say: run `make generate`");
    }
}

#[test]
fn the_pages_name_every_flag_and_every_rule() {
    let pages: Vec<String> = generated().into_iter().map(|(_, text)| String::from_utf8(text).unwrap()).collect();
    for flag in cli::all_flags() {
        let escaped = format!("\\-\\-{}", flag.name.replace('-', "\\-"));
        assert!(pages.iter().any(|page| page.contains(&escaped)), "--{}", flag.name);
    }
    for rule in CATALOGUE {
        assert!(pages.first().unwrap().contains(&format!("\\fB{}\\fR", rule.id)), "{}", rule.id);
    }
}

fn layer(text: &str) -> Layer {
    Layer::File(Source { name: "example".into(), text: text.to_owned() })
}

#[test]
fn every_example_of_a_policy_is_what_it_says() {
    let (mut owner, mut guests, mut refused) = (layer(""), 0, 0);
    for example in manual::examples() {
        let judged = |owner: &Layer, guests: &[Layer]| Rulebook::of(Draft::of(std::slice::from_ref(owner), guests));
        match example.lines().next().unwrap() {
            "# /etc/sdocker/policy.toml" => {
                owner = layer(&example);
                judged(&owner, &[]).unwrap_or_else(|problems| panic!("{example}\n{problems}"));
            }
            "# .sdocker.toml" => {
                judged(&owner, &[layer(&example)]).unwrap_or_else(|problems| panic!("{example}\n{problems}"));
                guests += 1;
            }
            "# .sdocker.toml: refused" => {
                assert!(judged(&owner, &[layer(&example)]).is_err(), "{example}");
                refused += 1;
            }
            other => panic!("whose example is this? {other}"),
        }
    }
    assert!(guests >= 2 && refused >= 2, "{guests} {refused}");
}

#[test]
fn the_page_of_rules_has_every_key_and_a_row_for_every_profile() {
    let page = manual::rules_page();
    let sections: Vec<&str> = page.split("\n.SS ").skip(1).collect();
    assert_eq!(sections.len(), CATALOGUE.len());
    for (rule, section) in CATALOGUE.iter().zip(sections) {
        for profile in PROFILES {
            let row = format!("\\fB{}\\fR\n", profile.name.replace('-', "\\-"));
            assert_eq!(section.matches(&row).count(), 1, "{} {}", rule.id, profile.name);
        }
        for key in rule.keys {
            assert!(
                section.contains(&format!("\\fB{}\\fR\n", key.name.replace('-', "\\-"))),
                "{} {}",
                rule.id,
                key.name
            );
        }
    }
}
