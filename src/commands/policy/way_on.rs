//! What a refused request could be granted by: the very command that does it.

use std::path::Path;

use super::super::setting::{self, Setting};
use crate::request::{Action, Finding, ImageRef, Request, quoted};

/// A line for below a refusal; nothing where no grant would help.
pub(in crate::commands) fn way_on(setting: &Setting<'_>, request: &Request, findings: &[Finding]) -> Option<String> {
    let rules = liftable(setting, findings)?;
    let typed = &request.body.image;
    let has_name = |image: &ImageRef| image.digest.is_none() && !typed.starts_with("sha256:");
    let image = ImageRef::parse(typed).ok().filter(has_name)?;
    let command = |before: &str, behind: &str| {
        let image = quoted(&image.name());
        format!("sdocker{before} policy allow {} --image {image} --reason '…'{behind}", rules.join(" "))
    };
    if setting.has_system {
        let command = command("", " --system");
        return Some(format!("note: whoever looks after this machine can permit it for this image: {command}\n"));
    }
    let before = match setting::choices(setting.invocation()).last() {
        None => String::new(),
        Some(choice) if !Path::new(&choice.value).is_file() => return None,
        Some(choice) => format!(" --policy {}", quoted(&choice.value.to_string_lossy())),
    };
    Some(format!("note: if this image needs it: {}\n", command(&before, "")))
}

/// The rules that refuse, each once, where all of them are the owner's: a guest's own tightening is not granted away.
fn liftable(setting: &Setting<'_>, findings: &[Finding]) -> Option<Vec<&'static str>> {
    let guests = setting.book.policy().guests();
    let mut rules: Vec<&'static str> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.action == Action::Deny) {
        let file = finding.related.as_ref().map(|spot| &spot.file);
        if guests.iter().any(|guest| !guest.is_profile && Some(&guest.name) == file) {
            return None;
        }
        if !rules.contains(&finding.rule.0) {
            rules.push(finding.rule.0);
        }
    }
    Some(rules).filter(|rules| !rules.is_empty())
}
