//! `sdocker doctor`: whether this installation protects.

use clap::Command;

use super::failure::Failure;
use super::{Invocation, own};

pub(super) fn grammar() -> Command {
    Command::new("doctor").about("Say whether this installation protects").arg(own::format())
}

pub(super) fn doctor(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(_matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    Ok(0)
}
