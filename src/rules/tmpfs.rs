//! Memory that is mounted as a file system.

use serde_json::json;

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::sizes::Bytes;
use crate::request::wire::TmpfsOptions;
use crate::request::{Change, RuleId, member, quoted};

pub(super) const RULE: Rule = Rule {
    id: RuleId("tmpfs"),
    doc: "\
## What
A file system in memory asks for more than `max-size`, or for options that are not among `options`. One without a size gets
`default-size`. `ro`, `noexec`, `nosuid`, `nodev` and `size` may always be asked for; the engine adds the first three of the
`no…` by itself, unless they are taken back by `exec`, `suid` or `dev`.

## Why
Without a size it may fill half of the machine's memory, and programs and devices in it serve whoever breaks in.

## Instead
Name a size, and nothing that takes protection back: `--tmpfs /tmp:size=64m`.
",
    fields: &["HostConfig.Tmpfs", "TmpfsOptions"],
    keys: &[
        Key::free("default-size", Takes::Size, "where no size is asked for"),
        Key::max("max-size", Takes::Size, "the most that may be asked for, for each of them"),
        Key::free("options", Takes::Texts, "further mount options that may be asked for, by name"),
    ],
    open_keys: &[],
    silence: "no size",
    breach: "more than `max-size`, or an option outside `options`",
    rewrites: true,
    sources: &["OWASP Docker rule 8"],
    load: |settings: &mut Settings<'_>| {
        let (default, max) = (settings.get::<Bytes>("default-size"), settings.get::<Bytes>("max-size"));
        if let (Some(default), Some(max)) = (&default, &max)
            && default.value > max.value
        {
            let message = format!("the default-size {} is above the max-size {}", default.value, max.value);
            settings.object(&default.spot, message);
        }
        let options = settings.list::<String>("options");
        for option in options.iter().flat_map(|list| &list.value).filter(|option| option.value.contains(['=', ','])) {
            settings.object(&option.spot, format!("`{}` is no name of an option", option.value));
        }
        Some(Box::new(Tmpfs { default, max, options }))
    },
};

const ALWAYS: [&str; 7] = ["", "defaults", "ro", "noexec", "nosuid", "nodev", SIZE];
const SIZE: &str = "size";

#[derive(Debug)]
struct Tmpfs {
    default: Option<Setting<Bytes>>,
    max: Option<Setting<Bytes>>,
    options: Option<Setting<Vec<Setting<String>>>>,
}

/// How large one is asked to be.
enum Wish {
    Silence,
    Of(Bytes),
    /// No limit, a share of the machine's memory, or what is no size.
    Unclear(String),
}

/// What the policy makes of one.
#[derive(Default)]
struct Outcome<'p> {
    /// Options that go away.
    refused: Vec<String>,
    /// The size that it gets, where it asks for none or for too much.
    size: Option<&'p Setting<Bytes>>,
    /// What is wrong with the size that was asked for.
    too_much: Option<String>,
}

impl Check for Tmpfs {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        for (path, text) in &host.tmpfs {
            let options: Vec<&str> = text.split(',').collect();
            let outcome = self.weigh(&options, size_of(&options));
            let value = outcome.text(&options);
            let meaning = format!("--tmpfs {}", quoted(&format!("{path}:{value}")));
            let pointer = member("/HostConfig/Tmpfs", path);
            self.say(outcome, Change::Set(pointer.clone(), value.into()), pointer, meaning, out);
        }
        for (index, mount) in host.mounts.iter().enumerate().filter(|(_, mount)| mount.kind == "tmpfs") {
            let pointer = format!("/HostConfig/Mounts/{index}");
            let TmpfsOptions { size_bytes, mode, options } = mount.tmpfs_options.clone().unwrap_or_default();
            let names: Vec<&str> = options.iter().map(|option| option.first().map_or("", String::as_str)).collect();
            let wish = match size_bytes {
                0 => Wish::Silence,
                1.. => Wish::Of(Bytes(size_bytes)),
                ..0 => Wish::Unclear(size_bytes.to_string()),
            };
            let outcome = self.weigh(&names, wish);
            let size = outcome.size.map_or(size_bytes, |size| size.value.0);
            let kept: Vec<&Vec<String>> =
                options.iter().filter(|option| !outcome.refuses(option.first().map_or("", String::as_str))).collect();
            let value = json!({ "SizeBytes": size, "Mode": mode, "Options": kept });
            let meaning = format!("--mount type=tmpfs,dst={},tmpfs-size={size}", mount.target);
            self.say(outcome, Change::Set(format!("{pointer}/TmpfsOptions"), value), pointer, meaning, out);
        }
    }
}

impl Tmpfs {
    fn weigh(&self, options: &[&str], wish: Wish) -> Outcome<'_> {
        let refused = options.iter().filter(|option| !self.permits(name(option))).map(|option| (*option).to_owned());
        let refused = refused.collect();
        let silence = self.default.as_ref().or(self.max.as_ref());
        match (wish, &self.max) {
            (Wish::Silence, _) => Outcome { refused, size: silence, too_much: None },
            (Wish::Of(asked), Some(max)) if asked > max.value => {
                let why = format!("{asked} are more than the {} that are allowed", max.value);
                Outcome { refused, size: Some(max), too_much: Some(why) }
            }
            (Wish::Unclear(text), Some(max)) => {
                let why = format!("`{text}` is no size up to the {} that are allowed", max.value);
                Outcome { refused, size: Some(max), too_much: Some(why) }
            }
            _ => Outcome { refused, size: None, too_much: None },
        }
    }

    fn permits(&self, name: &str) -> bool {
        let listed = self.options.as_ref().is_some_and(|list| list.value.iter().any(|option| option.value == name));
        listed || ALWAYS.contains(&name)
    }

    fn say(&self, outcome: Outcome<'_>, change: Change, pointer: String, meaning: String, out: &mut Opinion) {
        let Outcome { refused, size, too_much } = outcome;
        let options = (!refused.is_empty()).then(|| format!("`{}` may not be asked for", refused.join(",")));
        let bound = match (&options, &too_much) {
            (None, None) => {
                if let Some(size) = size {
                    out.fill(Fill { changes: vec![change], meaning, spot: size.spot.clone() });
                }
                return;
            }
            (Some(_), _) => self.options.as_ref().map(|list| &list.spot),
            (None, Some(_)) => size.map(|size| &size.spot),
        };
        let message = options.into_iter().chain(too_much).collect::<Vec<_>>().join(", and ");
        let breach = Breach::new(pointer, format!("memory as a file system: {message}"));
        let breach = breach.help(format!("ask for `{meaning}`")).nearest(vec![change], meaning);
        out.breach(match bound {
            Some(spot) => breach.bound(spot),
            None => breach,
        });
    }
}

impl Outcome<'_> {
    fn refuses(&self, option: &str) -> bool {
        self.refused.iter().any(|refused| refused == option)
    }

    /// What is left of the options, with the size that it gets.
    fn text(&self, options: &[&str]) -> String {
        let stays = |option: &&&str| {
            let replaced = self.size.is_some() && name(option) == SIZE;
            !option.is_empty() && !replaced && !self.refuses(option)
        };
        let size = self.size.map(|size| format!("{SIZE}={}", size.value.0));
        let kept = options.iter().filter(stays).map(|option| (*option).to_owned());
        kept.chain(size).collect::<Vec<_>>().join(",")
    }
}

fn name<'t>(option: &'t &str) -> &'t str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

/// The largest of the sizes: which of several counts is the engine's to decide.
fn size_of(options: &[&str]) -> Wish {
    let mut largest = Wish::Silence;
    for option in options.iter().filter(|option| name(option) == SIZE) {
        let text = option.split_once('=').map_or("", |(_, text)| text);
        match (bytes(text), &largest) {
            (None, _) => return Wish::Unclear(text.to_owned()),
            (Some(size), Wish::Of(before)) if *before >= size => {}
            (Some(size), _) => largest = Wish::Of(size),
        }
    }
    largest
}

/// As the kernel reads it, where that is digits and a binary unit; 0 would be no limit.
fn bytes(text: &str) -> Option<Bytes> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let shift = match unit {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        "t" | "T" => 40,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(1 << shift).filter(|bytes| *bytes > 0).map(Bytes)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;
    use crate::request::wire::{ContainerCreate, Mount};

    fn bench() -> Bench {
        let table = "action = \"rewrite\"\ndefault-size = \"64m\"\nmax-size = \"128m\"\noptions = [\"rw\", \"mode\"]";
        Bench::new(&RULE, table)
    }

    fn asks(options: &str) -> String {
        bench().of(|body| drop(body.host_config.tmpfs.insert("/t".to_owned(), options.to_owned())))
    }

    fn mount(options: Option<TmpfsOptions>) -> impl FnOnce(&mut ContainerCreate) {
        let mount = Mount { kind: "tmpfs".into(), target: "/t".into(), tmpfs_options: options, ..Mount::default() };
        move |body| body.host_config.mounts = vec![mount]
    }

    #[test]
    fn silence_gets_the_default_size_and_keeps_its_options() {
        assert_eq!(asks(""), "fill: --tmpfs /t:size=67108864");
        assert_eq!(asks("rw,noexec,mode=1777"), "fill: --tmpfs /t:rw,noexec,mode=1777,size=67108864");
        assert_eq!(asks("size=1m,ro,nosuid,nodev"), "pass");
    }

    #[test]
    fn too_much_and_what_is_no_size_is_lowered() {
        for size in ["100g", "129M", "0", "50%", "0x10", "", "-1", "99999999999t"] {
            assert_eq!(asks(&format!("rw,size={size}")), "rewrite: --tmpfs /t:rw,size=134217728", "{size}");
        }
        assert_eq!(asks("size=1m,size=200m"), "rewrite: --tmpfs /t:size=134217728");
    }

    #[test]
    fn options_that_take_protection_back_go_away() {
        assert_eq!(asks("exec,suid,dev"), "rewrite: --tmpfs /t:size=67108864");
        assert_eq!(asks("exec,size=200m,rw"), "rewrite: --tmpfs /t:rw,size=134217728");
        assert_eq!(asks("size=1m,shared"), "rewrite: --tmpfs /t:size=1m");
        assert_eq!(asks("size=1m,huge=always"), "rewrite: --tmpfs /t:size=1m");
    }

    #[test]
    fn a_mount_of_the_kind_is_one_too() {
        assert_eq!(bench().of(mount(None)), "fill: --mount type=tmpfs,dst=/t,tmpfs-size=67108864");
        let of = |size_bytes: i64, options: &[&str]| {
            let options = options.iter().map(|option| vec![(*option).to_owned()]).collect();
            bench().of(mount(Some(TmpfsOptions { size_bytes, mode: 0o700, options })))
        };
        assert_eq!(of(1 << 20, &["noexec"]), "pass");
        for (size, option) in [(1 << 20, "exec"), (1 << 40, "noexec"), (-1, "noexec")] {
            assert!(of(size, &[option]).starts_with("rewrite: --mount type=tmpfs,dst=/t"), "{size} {option}");
        }
    }

    #[test]
    fn what_was_changed_stands() {
        for options in ["", "exec,suid,size=100g", "mode=700"] {
            let mut request = asking(|body| drop(body.host_config.tmpfs.insert("/t".to_owned(), options.to_owned())));
            mount(Some(TmpfsOptions { size_bytes: 1 << 40, mode: 7, options: vec![vec!["exec".to_owned()]] }))(
                &mut request.body,
            );
            let outcome = bench().outcome(&request, &facts());
            apply(&mut request, &outcome.rewrites).unwrap();
            assert_eq!(bench().says(&request, &facts()), "pass", "{options}");
            assert_eq!(request.body.host_config.mounts[0].tmpfs_options.as_ref().unwrap().mode, 7);
        }
    }

    #[test]
    fn without_bounds_only_options_are_judged() {
        let bench = Bench::new(&RULE, "action = \"deny\"\noptions = [\"exec\"]");
        let asks =
            |options: &str| bench.of(|body| drop(body.host_config.tmpfs.insert("/t".to_owned(), options.to_owned())));
        assert_eq!((asks("exec,size=100g").as_str(), asks("suid").as_str()), ("pass", "deny"));
    }
}
