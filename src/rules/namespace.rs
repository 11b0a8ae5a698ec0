//! What the rules about the host's namespaces share: one field of the request that says which namespace is used.

use super::{Breach, Case, Check, Opinion};
use crate::request::references::CONTAINER;
use crate::request::wire::ContainerCreate;

/// One kind of namespace.
#[derive(Debug)]
pub(super) struct Namespace {
    /// JSON pointer of the mode.
    pub(super) pointer: &'static str,
    /// The mode.
    pub(super) mode: fn(&ContainerCreate) -> &str,
    /// Modes in which the container has one of its own.
    pub(super) own: &'static [&'static str],
    /// A mode can also name a container whose namespace is used; which, and whose, is for other rules to say.
    pub(super) joins: bool,
    /// What it would have with the host's.
    pub(super) shares: &'static str,
    /// What to do instead.
    pub(super) help: &'static str,
}

impl Check for Namespace {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let mode = (self.mode)(&case.request.body);
        if self.own.contains(&mode) || (self.joins && mode.starts_with(CONTAINER)) {
            return;
        }
        out.breach(breach(self.pointer, mode, self.shares).help(self.help));
    }
}

/// A mode that leads to the host, or to where nobody knows.
pub(super) fn breach(pointer: impl Into<String>, mode: &str, shares: &str) -> Breach {
    let message = match mode {
        "host" => shares.to_owned(),
        other => format!("`{other}` is no mode that is known, and may lead out of the container"),
    };
    Breach::new(pointer, message)
}
