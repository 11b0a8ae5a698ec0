//! Whom a container runs as.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::mounts::{MountSource, mounts};
use crate::request::{
    Action, Caller, Change, Facts, GroupEntry, Id, Ids, ImageFacts, Needs, PolicySpot, Request, RuleId, UserFault,
    UserSpec,
};

pub(super) const RULE: Rule = Rule {
    id: RuleId("user"),
    doc: "\
## What
A container asks to run as root (every spelling of uid or gid 0, also a name that the image maps to it), or as a user or
group outside `allow`, or with a group in `deny-groups`: by number, or by the name that the request, the image or this
machine has for it. Where neither the request nor the image names another user than root, `default` is filled in. The engine
is always told numbers, `uid:gid`: a uid alone would get gid 0.

## Why
Root inside is root outside as far as mounted files and kernel holes go; one mistake in the container's confinement is
enough. Groups such as `docker`, `disk` and `shadow` open sockets, disks and files of the host.

## Instead
Name a user: `--user 1000:1000`, or leave `--user` out to run as yourself.
",
    fields: &["User", "HostConfig.GroupAdd", "the image's USER"],
    keys: &[
        Key::free("default", Takes::Text, "whom nobody becomes: `caller` or `uid:gid`"),
        Key::free("allow", Takes::Ids, "who may be asked for: `caller`, ids, ranges"),
        Key::action("image-root-group", "an image's own user in group 0"),
        Key::adding("deny-groups", Takes::Ids, "groups that nobody may run with, by name or number"),
    ],
    open_keys: &[],
    silence: "no User, and an image that names nobody but root",
    breach: "root in any spelling, an id outside `allow`, a group in `deny-groups`",
    rewrites: true,
    sources: &["CIS Docker 4.1", "PSS restricted: running as non-root", "OWASP Docker rule 2"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(User {
            default: settings.get("default"),
            allow: settings.list("allow"),
            image_root_group: settings.get("image-root-group"),
            deny_groups: settings.list("deny-groups"),
        }))
    },
};

const POINTER: &str = "/User";
const GROUPS: &str = "/HostConfig/GroupAdd";
const HOME: &str = "HOME=/tmp";

/// Whom a silence becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Default {
    Caller,
    Ids(u32, u32),
}

impl FromNode for Default {
    const EXPECTED: &'static str = "\"caller\" or \"uid:gid\" with both above 0";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        if text == "caller" {
            return Some(Self::Caller);
        }
        let (uid, gid) = text.split_once(':')?;
        let (uid, gid) = (uid.parse().ok()?, gid.parse().ok()?);
        (uid > 0 && gid > 0 && uid <= Id::MAX && gid <= Id::MAX).then_some(Self::Ids(uid, gid))
    }
}

/// Who may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    /// The caller's uid; as a group, any of the caller's.
    Caller,
    /// Ids from one to another.
    Range(u32, u32),
}

impl FromNode for Allowed {
    const EXPECTED: &'static str = "\"caller\", an id above 0, or a range such as \"1000-1999\"";
    fn from_value(value: &Value) -> Option<Self> {
        if let Some(id) = u32::from_value(value) {
            return (id > 0).then_some(Self::Range(id, id));
        }
        let text = String::from_value(value)?;
        if text == "caller" {
            return Some(Self::Caller);
        }
        let (from, to) = text.split_once('-').unwrap_or((&text, &text));
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from > 0 && from <= to).then_some(Self::Range(from, to))
    }
}

/// A group that nobody may run with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Group {
    Number(u32),
    Name(String),
}

impl FromNode for Group {
    const EXPECTED: &'static str = "the name of a group, or its number";
    fn from_value(value: &Value) -> Option<Self> {
        if let Some(number) = u32::from_value(value) {
            return Some(Self::Number(number));
        }
        let text = String::from_value(value)?;
        match text.parse() {
            Ok(number) => Some(Self::Number(number)),
            Err(_) => (!text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace()))
                .then_some(Self::Name(text)),
        }
    }
}

#[derive(Debug)]
struct User {
    default: Option<Setting<Default>>,
    allow: Option<Setting<Vec<Setting<Allowed>>>>,
    image_root_group: Option<Setting<Action>>,
    deny_groups: Option<Setting<Vec<Setting<Group>>>>,
}

impl Check for User {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        if !looks && self.default.is_none() {
            return Needs::default();
        }
        let text = &request.body.user;
        let spec = UserSpec::parse(text);
        let plain = matches!((&spec.user, &spec.group), (Some(Id::Number(1..)), Some(Id::Number(1..))));
        let groups = request.body.host_config.group_add.iter().any(|group| group.parse::<i64>().is_err());
        let tables = text.is_empty() || spec.needs_tables() || groups;
        let machine = looks && self.deny_groups.as_ref().is_some_and(|groups| !groups.value.is_empty());
        Needs { image: tables, users: tables, info: !plain, groups: machine, ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let text = &case.request.body.user;
        if text.is_empty() {
            self.silence(case, out);
        } else {
            self.wish(text, case, out);
        }
        self.groups(case, out);
    }
}

impl User {
    /// Nothing was asked for: the image decides, and where that is root, the default does.
    fn silence(&self, case: &Case<'_>, out: &mut Opinion) {
        let facts = case.facts;
        let (image, info) = match (facts.image.known(), facts.info.known()) {
            (Ok(image), Ok(info)) => (image, info),
            (Err(why), _) => return out.unknown("/Image", "the image's user", &why),
            (_, Err(why)) => return out.unknown("/Image", "how the engine maps users", &why),
        };
        if info.rootless || info.userns_remap {
            return;
        }
        if image.user.is_empty() {
            return self.fill_default(case, image, out);
        }
        match UserSpec::parse(&image.user).resolve_of_image(&facts.users) {
            Ok(ids) => {
                if ids.root_group {
                    self.root_group(&image.user, ids, out);
                }
                if let Some(breach) = self.denied(&image.user, None, ids.gid, facts) {
                    let breach = Breach { pointer: "/Image".to_owned(), ..breach };
                    return out.breach(breach.label("wants to").help("name a user in numbers: `--user 1000:1000`"));
                }
                if format!("{}:{}", ids.uid, ids.gid) != image.user {
                    out.fill(self.told_in_numbers(ids));
                }
            }
            Err(UserFault::Root(_)) => self.fill_default(case, image, out),
            Err(UserFault::Unusable(why)) => out.breach(
                Breach::new("/Image", format!("the image wants to run as `{}`: {why}", image.user))
                    .help("name a user in numbers: `--user 1000:1000`"),
            ),
            Err(UserFault::Unknown(why)) => out.unknown("/Image", "the image's users", &why),
        }
    }

    fn fill_default(&self, case: &Case<'_>, image: &ImageFacts, out: &mut Opinion) {
        let Some(default) = &self.default else {
            let breach = Breach::new("/Image", "the image runs as root, and the request names no other user");
            return out.breach(breach.help("name a user: `--user 1000:1000`"));
        };
        let (changes, meaning) = set_default(default.value, case, &image.env);
        new_volumes(case, image, &meaning, out);
        out.fill(Fill { changes, meaning, spot: default.spot.clone() });
    }

    /// Something was asked for.
    fn wish(&self, text: &str, case: &Case<'_>, out: &mut Opinion) {
        let remapped = || match case.facts.info.known() {
            Ok(info) => Ok(info.rootless || info.userns_remap),
            Err(why) => Err(why),
        };
        let asked = match of_image(text, case.facts) {
            Some(ids) => Ok(ids),
            None => UserSpec::parse(text).resolve(&case.facts.users),
        };
        if self.means_the_caller(text, &asked, case) {
            return self.the_caller(text, case, out);
        }
        match asked {
            Ok(ids) => {
                if ids.root_group {
                    self.root_group(text, ids, out);
                }
                if let Some(breach) = self.outside(text, ids, case) {
                    out.breach(breach);
                } else if format!("{}:{}", ids.uid, ids.gid) != text {
                    out.fill(self.told_in_numbers(ids));
                }
            }
            Err(UserFault::Root(why)) => match remapped() {
                Ok(true) => {}
                Ok(false) => out.breach(self.root(text, &why, case)),
                Err(why) => out.unknown(POINTER, "how the engine maps users", &why),
            },
            Err(UserFault::Unusable(why)) => {
                let breach = Breach::new(POINTER, format!("`{text}` is no user to run as: {why}"));
                out.breach(breach.help("name a user in numbers: `--user 1000:1000`"));
            }
            Err(UserFault::Unknown(why)) => out.unknown(POINTER, "the image's users", &why),
        }
    }

    /// The caller's own login name, of which the image makes nobody that may run: whoever types it means themselves.
    fn means_the_caller(&self, text: &str, resolved: &Result<Ids, UserFault>, case: &Case<'_>) -> bool {
        let named = case.caller.name.as_deref() == Some(text) && case.caller.uid != 0;
        let default = self.default.as_ref().is_some_and(|default| default.value == Default::Caller);
        let as_is = case.facts.info.known().is_ok_and(|info| !info.rootless && !info.userns_remap);
        let nobody = match resolved {
            Ok(ids) => ids.root_group || self.outside(text, *ids, case).is_some(),
            Err(UserFault::Root(_) | UserFault::Unusable(_)) => true,
            Err(UserFault::Unknown(_)) => false,
        };
        named && default && as_is && nobody
    }

    fn the_caller(&self, text: &str, case: &Case<'_>, out: &mut Opinion) {
        let Some(default) = &self.default else { return };
        let (changes, meaning) = set_default(default.value, case, &[]);
        let caution =
            Breach::new(POINTER, format!("`{text}` is not you in this image, and you are meant: `{meaning}`"));
        out.caution(caution.bound(&default.spot));
        out.fill(Fill { changes, meaning, spot: default.spot.clone() });
    }

    fn root(&self, text: &str, why: &str, case: &Case<'_>) -> Breach {
        let breach = Breach::new(POINTER, format!("`{text}` is root inside the container: {why}"));
        let breach = breach.help("leave `--user` out to run as yourself, or name a user: `--user 1000:1000`");
        match &self.default {
            Some(default) => {
                let (changes, meaning) = set_default(default.value, case, &[]);
                breach.nearest(changes, meaning)
            }
            None => breach,
        }
    }

    /// The same user in numbers: no change of anybody's wish, so nothing is said.
    fn told_in_numbers(&self, ids: Ids) -> Fill {
        let text = format!("{}:{}", ids.uid, ids.gid);
        let spot = self.default.as_ref().map_or_else(built_in, |default| default.spot.clone());
        Fill { meaning: format!("--user {text}"), changes: vec![set(text)], spot }
    }

    /// Group 0 because the image says so. Not root, but it owns many files in images that are made for it.
    fn root_group(&self, text: &str, ids: Ids, out: &mut Opinion) {
        let message = format!("`{text}` has group 0 in this image");
        let breach = Breach::new(POINTER, message).label("runs with root's group");
        let help = format!("name another group: `--user {}:{}`", ids.uid, ids.uid);
        match &self.image_root_group {
            Some(setting) => out.breach_under(setting, breach.help(help)),
            None => out.breach(breach.help(help)),
        }
    }

    /// What is wrong with a group that nobody may run with. `asked` is how the message calls who has it, `typed` the
    /// group as it was written.
    fn denied(&self, asked: &str, typed: Option<&str>, gid: u32, facts: &Facts) -> Option<Breach> {
        let listed = self.deny_groups.as_ref()?;
        let here = match facts.groups.known() {
            Ok(groups) => groups.as_slice(),
            Err(why) => {
                let message =
                    format!("whether `{asked}` has a group that nobody may run with could not be learned: {why}");
                return Some(Breach::new(POINTER, message).bound(&listed.spot));
            }
        };
        let image = facts.users.known().map_or(&[][..], |tables| &tables.group);
        let calls =
            |groups: &[GroupEntry], name: &str| groups.iter().any(|group| group.gid == gid && group.name == name);
        listed.value.iter().find_map(|group| {
            let what = match &group.value {
                Group::Number(number) => (*number == gid).then(|| format!("group {gid}, which nobody may run with")),
                Group::Name(name) if typed == Some(name) => Some(format!("group `{name}`, which nobody may run with")),
                Group::Name(name) if calls(here, name) => {
                    Some(format!("group {gid}, which is `{name}` on this machine"))
                }
                Group::Name(name) => calls(image, name).then(|| format!("group {gid}, which the image calls `{name}`")),
            }?;
            Some(Breach::new(POINTER, format!("`{asked}` has {what}")).bound(&group.spot))
        })
    }

    fn outside(&self, text: &str, ids: Ids, case: &Case<'_>) -> Option<Breach> {
        let (caller, facts) = (case.caller, case.facts);
        let typed = text.split_once(':').map(|(_, group)| group);
        // Whom a silence becomes needs no leave.
        let picked = ids.gid != facts.stands_for.1;
        if let Some(breach) = picked.then(|| self.denied(text, typed, ids.gid, facts)).flatten() {
            return Some(breach.help("name another group: `--user UID:GID`"));
        }
        let allow = self.allow.as_ref()?;
        let (uid, gid) = facts.stands_for;
        let user = allow.value.iter().any(|allowed| match allowed.value {
            Allowed::Caller => ids.uid == uid,
            Allowed::Range(from, to) => (from..=to).contains(&ids.uid),
        });
        let group = ids.root_group || self.allows_group(ids.gid, gid, caller);
        let message = match (user, group) {
            (true, true) => return None,
            (false, _) => format!("uid {} is not among those that are allowed", ids.uid),
            (true, false) => format!("gid {} is not among those that are allowed", ids.gid),
        };
        let help = format!("leave `--user` out, or write `--user {uid}:{gid}`");
        Some(Breach::new(POINTER, message).bound(&allow.spot).help(help))
    }

    fn allows_group(&self, gid: u32, stands_for: u32, caller: &Caller) -> bool {
        let Some(allow) = &self.allow else { return true };
        allow.value.iter().any(|allowed| match allowed.value {
            Allowed::Caller => gid == stands_for || caller.groups.contains(&gid),
            Allowed::Range(from, to) => (from..=to).contains(&gid),
        })
    }

    /// Each further group: never 0, and only those that may be asked for.
    fn groups(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, text) in case.request.body.host_config.group_add.iter().enumerate() {
            let pointer = format!("{GROUPS}/{index}");
            let breach = |message: String| {
                Breach::new(pointer.clone(), message)
                    .help(format!("leave `--group-add {text}` out"))
                    .nearest(vec![Change::Remove(pointer.clone())], format!("no --group-add {text}"))
            };
            match Id::parse(text).as_group(&case.facts.users) {
                Ok(gid) if self.allows_group(gid, case.facts.stands_for.1, case.caller) => {
                    if let Some(denied) = self.denied(text, Some(text), gid, case.facts) {
                        let spot = denied.bound.clone();
                        out.breach(Breach { bound: spot, ..breach(denied.message) });
                    }
                }
                Ok(gid) => out.breach(breach(format!("group {gid} is not among those that are allowed"))),
                Err(UserFault::Root(why)) => out.breach(breach(format!("`{text}` is root's group: {why}"))),
                Err(UserFault::Unusable(why)) => out.breach(breach(format!("`{text}` is no group to run with: {why}"))),
                Err(UserFault::Unknown(why)) => out.unknown(&pointer, "the image's groups", &why),
            }
        }
    }
}

/// The image's own user, where the request repeats it in numbers.
fn of_image(text: &str, facts: &Facts) -> Option<Ids> {
    let image = facts.image.known().ok().filter(|image| !image.user.is_empty())?;
    let ids = UserSpec::parse(&image.user).resolve_of_image(&facts.users).ok()?;
    (format!("{}:{}", ids.uid, ids.gid) == text).then_some(ids)
}

fn built_in() -> PolicySpot {
    PolicySpot { file: "built-in".into(), line: 0, text: "users are told in numbers".into() }
}

fn set(user: String) -> Change {
    Change::Set(POINTER.to_owned(), user.into())
}

/// A volume that the engine is about to make belongs to root, unless the image has something at its place. Said only where
/// another rule had to ask for the volume.
fn new_volumes(case: &Case<'_>, image: &ImageFacts, user: &str, out: &mut Opinion) {
    for mount in mounts(&case.request.body).into_iter().filter(|mount| !mount.read_only) {
        let MountSource::Volume(name) = &mount.source else { continue };
        let volume = case.facts.volumes.get(name).and_then(|fact| fact.known().ok());
        if volume.is_some_and(|volume| !volume.exists) && !image.volumes.contains(&mount.target) {
            let message = format!("volume `{name}` is new and root's, and the container runs as `{user}`");
            let help = format!("if it cannot write there, use a directory of yours: `-v ./{name}:{}`", mount.target);
            out.caution(Breach::new(mount.pointer, message).label("made now").help(help));
        }
    }
}

/// The default user, with a home it can write to where nobody names one.
fn set_default(default: Default, case: &Case<'_>, image_env: &[String]) -> (Vec<Change>, String) {
    let (uid, gid) = match default {
        Default::Caller => case.facts.stands_for,
        Default::Ids(uid, gid) => (uid, gid),
    };
    let text = format!("{uid}:{gid}");
    let mut changes = vec![set(text.clone())];
    let names_home = |entry: &String| entry == "HOME" || entry.starts_with("HOME=");
    if !case.request.body.env.iter().chain(image_env).any(names_home) {
        changes.push(Change::Push("/Env".to_owned(), HOME.into()));
    }
    (changes, format!("--user {text}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, GID, UID, asking, facts};
    use super::*;
    use crate::request::{Fact, PasswdEntry, VolumeFacts, apply};

    const TABLE: &str = "action = \"deny\"\ndefault = \"caller\"\nimage-root-group = \"warn\"\n";

    fn asks(user: &str) -> String {
        Bench::new(&RULE, TABLE).of(|body| body.user = user.to_owned())
    }

    fn image_says(user: &str) -> String {
        let mut facts = facts();
        if let Fact::Known(image) = &mut facts.image {
            image.user = user.to_owned();
        }
        Bench::new(&RULE, TABLE).says(&asking(|_| {}), &facts)
    }

    #[test]
    fn the_callers_own_name_is_the_caller_where_the_image_makes_nobody_of_it() {
        let by_name = |uid, gid| {
            let mut facts = facts();
            if let Fact::Known(tables) = &mut facts.users {
                tables.passwd.push(PasswdEntry { name: "alice".to_owned(), uid, gid, home: "/".to_owned() });
            }
            Bench::new(&RULE, TABLE).says(&asking(|body| body.user = "alice".to_owned()), &facts)
        };
        let meant = format!("warn, fill: --user {UID}:{GID}");
        assert_eq!(asks("alice"), meant, "the image does not know the name");
        assert_eq!(by_name(0, 0), meant);
        assert_eq!(by_name(7, 8), "fill: --user 7:8");
        assert_eq!(asks("bob"), "deny");
    }

    #[test]
    fn an_images_own_group_0_is_warned_about_and_no_more() {
        for user in ["1000:0", "app:root", "open", "600"] {
            let said = image_says(user);
            assert!(said.starts_with("warn") && !said.contains("deny"), "{user}: {said}");
        }
        assert_eq!(asks("1000:0"), "deny", "the image does not say it");
        let mut facts = facts();
        if let Fact::Known(image) = &mut facts.image {
            image.user = "app:root".to_owned();
        }
        let again = asking(|body| body.user = "500:0".to_owned());
        assert_eq!(Bench::new(&RULE, TABLE).says(&again, &facts), "warn", "what was filled in stands on its own");
    }

    #[test]
    fn every_spelling_of_root_is_refused() {
        for root in [
            "0",
            "00",
            "000",
            "+0",
            "-0",
            ":",
            ":0",
            "0:",
            "0:1000",
            "+0:+0",
            "root",
            "toor",
            "1000:0",
            "1000:root",
            ":5",
        ] {
            assert_eq!(asks(root), "deny", "{root}");
        }
    }

    #[test]
    fn what_is_no_user_is_refused() {
        for bad in ["0x0", "0_0", " 0", "0 ", "1e0", "-5", "2147483648", "4294967296", "ghost", "1000:ghost", "1000:-1"]
        {
            assert_eq!(asks(bad), "deny", "{bad}");
        }
    }

    #[test]
    fn others_are_told_in_numbers() {
        assert_eq!(asks("1000:1000"), "pass");
        assert_eq!(asks("4400"), "fill: --user 4400:4400");
        assert_eq!(asks("500"), "fill: --user 500:501");
        assert_eq!(asks("app"), "fill: --user 500:501");
        assert_eq!(asks("app:staff"), "fill: --user 500:50");
        assert_eq!(asks("1000:staff"), "fill: --user 1000:50");
    }

    #[test]
    fn silence_becomes_the_caller_where_the_image_says_root() {
        let caller = format!("fill: --user {UID}:{GID}");
        for root in ["", "0", "root", "0:0", "toor:staff"] {
            assert_eq!(image_says(root), caller, "{root}");
        }
    }

    #[test]
    fn an_images_own_user_stands_and_is_told_in_numbers() {
        assert_eq!(image_says("1000:1000"), "pass");
        assert_eq!(image_says("app"), "fill: --user 500:501");
        assert_eq!(image_says("1000"), "fill: --user 1000:1000");
        assert_eq!(image_says("ghost"), "deny");
    }

    #[test]
    fn group_0_only_warns_when_the_image_gives_it() {
        assert_eq!(image_says("open"), "warn, fill: --user 600:0");
        assert_eq!(asks("600:0"), "warn");
        let strict = Bench::new(&RULE, &TABLE.replace("warn", "deny"));
        assert_eq!(strict.of(|body| body.user = "open".to_owned()), "deny, fill: --user 600:0");
    }

    #[test]
    fn a_filled_user_gets_a_home_unless_somebody_names_one() {
        let filled = |env: &[&str]| {
            let list = env.iter().map(|e| (*e).to_owned()).collect();
            let mut request = asking(|body| body.env = list);
            let outcome = Bench::new(&RULE, TABLE).outcome(&request, &facts());
            apply(&mut request, &outcome.rewrites).unwrap();
            request.body.env
        };
        assert_eq!(filled(&["A=1"]), ["A=1", HOME]);
        assert_eq!(filled(&["HOME=/srv"]), ["HOME=/srv"]);
    }

    #[test]
    fn a_new_volume_that_the_filled_user_may_not_write_to_is_told_of() {
        let says = |volume: Option<bool>, text: &str, user: &str| {
            let mut facts = facts();
            if let Fact::Known(image) = &mut facts.image {
                image.volumes = vec!["/owned".to_owned()];
            }
            if let Some(exists) = volume {
                let volume = VolumeFacts { exists, ..VolumeFacts::default() };
                facts.volumes.insert("data".to_owned(), Fact::Known(volume));
            }
            let asked = asking(|body| {
                body.host_config.binds = vec![text.to_owned()];
                body.user = user.to_owned();
            });
            Bench::new(&RULE, TABLE).says(&asked, &facts).starts_with("warn")
        };
        assert!(says(Some(false), "data:/d", ""));
        assert!(!says(Some(true), "data:/d", "") && !says(None, "data:/d", ""));
        assert!(!says(Some(false), "data:/d:ro", "") && !says(Some(false), "data:/owned", ""));
        assert!(!says(Some(false), "data:/d", "1000:1000"), "who names a user knows it");
    }

    #[test]
    fn an_engine_that_maps_users_is_left_alone() {
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.rootless = true;
        }
        let bench = Bench::new(&RULE, TABLE);
        assert_eq!(bench.says(&asking(|_| {}), &facts), "pass");
        assert_eq!(bench.says(&asking(|body| body.user = "0".to_owned()), &facts), "pass");
    }

    #[test]
    fn a_list_bounds_users_and_groups() {
        let bench = Bench::new(&RULE, &format!("{TABLE}allow = [\"caller\", \"3000-3999\"]"));
        let says = |user: String| bench.of(|body| body.user = user);
        assert_eq!(says(format!("{UID}:{GID}")), "pass");
        assert_eq!(says(format!("{UID}:2000")), "pass", "a group of the caller's");
        assert_eq!(says("3500:3500".to_owned()), "pass");
        assert_eq!(says("1001:1001".to_owned()), "deny");
        assert_eq!(says(format!("{UID}:999")), "deny");
    }

    #[test]
    fn further_groups_are_judged_like_the_first() {
        let bench = Bench::new(&RULE, &format!("{TABLE}allow = [\"caller\"]"));
        let adds = |group: &str| {
            bench.of(|body| {
                body.user = format!("{UID}:{GID}");
                body.host_config.group_add = vec![group.to_owned()];
            })
        };
        assert_eq!(adds("2000"), "pass");
        for bad in ["0", "00", "root", "106", "staff", "ghost", "-1"] {
            assert_eq!(adds(bad), "deny", "{bad}");
        }
    }

    #[test]
    fn groups_that_open_the_host_are_refused_by_every_name() {
        let bench = Bench::new(&RULE, &format!("{TABLE}deny-groups = [\"docker\", \"staff\", \"disk\", 42]"));
        let runs = |user: &str, groups: &[&str]| {
            bench.of(|body| {
                body.user = user.to_owned();
                body.host_config.group_add = groups.iter().map(|group| (*group).to_owned()).collect();
            })
        };
        for bad in ["1000:998", "1000:staff", "1000:50", "1000:42", "1000:+998", "app:staff"] {
            assert_eq!(runs(bad, &[]), "deny", "{bad}");
        }
        for bad in ["998", "+998", "staff", "42", "docker", "disk"] {
            assert_eq!(runs("1000:1000", &[bad]), "deny", "{bad}");
        }
        assert_eq!(runs("1000:1000", &["2000"]), "pass");
        let mut elsewhere = facts();
        elsewhere.groups = Fact::Known(Vec::new());
        assert_eq!(
            bench.says(&asking(|body| body.user = "1000:998".to_owned()), &elsewhere),
            "pass",
            "another machine"
        );
        elsewhere.groups = Fact::Unknown("no file".to_owned());
        assert_eq!(bench.says(&asking(|body| body.user = "1000:998".to_owned()), &elsewhere), "deny");
    }

    #[test]
    fn a_caller_whose_own_group_is_such_a_one_runs_with_it() {
        let mut facts = facts();
        facts.stands_for = (UID, 998);
        let bench = Bench::new(&RULE, &format!("{TABLE}deny-groups = [\"docker\"]"));
        assert_eq!(bench.says(&asking(|_| {}), &facts), format!("fill: --user {UID}:998"));
        assert_eq!(bench.says(&asking(|body| body.user = format!("{UID}:998")), &facts), "pass");
    }

    #[test]
    fn an_image_that_brings_such_a_group_is_refused() {
        let mut facts = facts();
        if let Fact::Known(image) = &mut facts.image {
            image.user = "1000:998".to_owned();
        }
        let bench = Bench::new(&RULE, &format!("{TABLE}deny-groups = [\"docker\"]"));
        assert_eq!(bench.says(&asking(|_| {}), &facts), "deny");
    }

    #[test]
    fn root_can_be_rewritten_to_the_default() {
        let bench = Bench::new(&RULE, &TABLE.replacen("deny", "rewrite", 1));
        assert_eq!(bench.of(|body| body.user = "0".to_owned()), format!("rewrite: --user {UID}:{GID}"));
    }

    #[test]
    fn numbers_need_nothing_looked_up() {
        let bench = Bench::new(&RULE, TABLE);
        let needs = |text: &str| bench.needs(&asking(|body| body.user = text.to_owned()));
        assert!(!needs("1000:1000").users && !needs("1000:1000").image && !needs("0").users);
        assert!(needs("1000").users && needs("app").users && needs("").image);
    }
}
