//! `sdocker policy show`: the merged policy as TOML, by the very functions that merge it to judge.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::super::failure::Failure;
use super::super::setting::{self, who_and_where};
use super::super::{Invocation, own};
use super::unsound;
use crate::files::{self, Found};
use crate::policy::{For, Grant, Policy, Selection, written_grant, written_scope, written_table};
use crate::report::clean;
use crate::request::PolicySpot;
use crate::rules::{InForce, Rulebook};

const NOTES: &str = "\
Without --caller and --image it prints what counts for everybody and every image, and then the blocks that count for
some. With either of them, it prints what counts for that caller (yourself, where only --image is given) and that image
(one of no name, where only --caller is given), and says which [[for]] and which grants made it so.";

pub(super) fn grammar() -> Command {
    let origin = Arg::new("origin").long("origin").action(ArgAction::SetTrue).help("Say which line each value is from");
    let caller = Arg::new("caller").long("caller").value_name("NAME|UID:GID").help("What counts for somebody");
    let image = Arg::new("image").long("image").value_name("IMAGE").help("What counts for an image, as it is typed");
    Command::new("show").about("Print the merged policy").after_help(NOTES).args([origin, caller, image])
}

pub(super) fn show(invocation: &Invocation<'_>, matches: &ArgMatches) -> Result<u8, Failure> {
    let (this, places) = who_and_where(invocation)?;
    let caller = matches.get_one::<String>("caller").map(|text| own::somebody(text)).transpose()?;
    let image = matches.get_one::<String>("image");
    let Found { draft, notes } = files::find_policy(&places, &setting::choices(invocation));
    setting::say(invocation, &notes);
    let book = Rulebook::of(draft).map_err(|problems| unsound(&problems))?;
    let origins = matches.get_flag("origin");
    let text = if caller.is_none() && image.is_none() {
        everything(&book, origins)
    } else {
        let caller = caller.unwrap_or_else(|| files::with_group_names(this));
        let (image, today) = (image.map_or("", String::as_str), setting::today());
        book.ruleset(&caller, image, today).map_err(|problems| unsound(&problems))?;
        let selection = book.select(&caller, image, today);
        format!("{}{}", head(book.policy()), chosen(&book, &selection, origins))
    };
    own::print(invocation, &text)?;
    Ok(0)
}

/// Where it all comes from; and a profile that adds nothing, so that the text read as a policy is the same policy.
fn head(policy: &Policy) -> String {
    let (owners, guests) = policy.sources().split_at(policy.sources().len() - policy.guests().len());
    let list = |what: &str, names: &[std::sync::Arc<str>]| {
        let names: Vec<String> = names.iter().map(|name| clean(name)).collect();
        if names.is_empty() { String::new() } else { format!("# {what}: {}\n", names.join(", ")) }
    };
    format!("{}{}\nextends = \"permissive\"\n", list("owner", owners), list("tightened by", guests))
}

fn everything(book: &Rulebook, origins: bool) -> String {
    let policy = book.policy();
    let mut text = head(policy);
    text.push_str(&tables(&book.in_force(&Selection::default()), origins));
    text.extend(journal(policy, origins));
    text.extend(policy.fors().iter().map(|block| for_block(block, origins)));
    text.extend(policy.grants().iter().map(|grant| grant_block(grant, origins)));
    text
}

fn chosen(book: &Rulebook, selection: &Selection<'_>, origins: bool) -> String {
    let mut text = String::new();
    for block in &selection.fors {
        text.push_str(&format!("# counts: the [[for]] at {}\n", clean(&block.spot.to_string())));
    }
    for grant in &selection.grants {
        text.push_str(&format!("# lifted: {}\n", told(grant)));
    }
    for grant in &selection.ended {
        text.push_str(&format!("# ended: {}\n", told(grant)));
    }
    text.push_str(&tables(&book.in_force(selection), origins));
    text.extend(journal(book.policy(), origins));
    text
}

fn told(grant: &Grant) -> String {
    let until = grant.until.map(|until| format!(", until {until}")).unwrap_or_default();
    format!("{} by the grant at {}{until}: {}", grant.rule.value, clean(&grant.spot.to_string()), clean(&grant.reason))
}

fn tables(rules: &[InForce<'_>], origins: bool) -> String {
    rules.iter().map(|rule| table(rule, origins)).collect()
}

fn table(in_force: &InForce<'_>, origins: bool) -> String {
    let InForce { rule, table, behind, .. } = in_force;
    let Some(table) = table else { return format!("\n[{rule}]\naction = \"allow\"  # lifted\n") };
    let mut text = format!("\n{}", written_table(&[rule.0], table, origins));
    for (key, entry) in behind {
        let place = if origins { format!("  # {}", clean(&entry.node.spot.to_string())) } else { String::new() };
        text.push_str(&format!("# and also: {} = {}{place}\n", clean(key), entry.node.value));
    }
    text
}

fn journal(policy: &Policy, origins: bool) -> Option<String> {
    let entry = policy.journal().entry.as_ref()?;
    Some(format!("\n{}", written_table(&["journal"], entry, origins)))
}

fn for_block(block: &For, origins: bool) -> String {
    let mut text = format!("\n[[for]]{}\n{}", origin(&block.spot, origins), written_scope(&block.scope));
    text.extend(block.tables.iter().map(|(id, entry)| written_table(&["for", id], entry, origins)));
    text
}

fn grant_block(grant: &Grant, origins: bool) -> String {
    let Grant { spot, rule, scope, reason, until } = grant;
    format!("\n[[grant]]{}\n{}", origin(spot, origins), written_grant(&rule.value, scope, reason, *until))
}

fn origin(spot: &PolicySpot, origins: bool) -> String {
    if origins { format!("  # {}", clean(&spot.to_string())) } else { String::new() }
}
