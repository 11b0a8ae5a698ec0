//! Where the options before the verb lead, when that is elsewhere than without them.

/// An option before the verb that leads to another engine, or to other settings of docker's, than those in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detour {
    /// Where it leads.
    pub leads: Leads,
    /// The option's long name: `host`.
    pub option: &'static str,
    /// What would be used without it.
    pub instead_of: String,
}

/// Where a detour leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// To the engine at this address.
    ToEngine(String),
    /// To docker's configuration in this directory.
    ToSettings(String),
}

impl Detour {
    /// Its place among the origins of a request: no body has such a member.
    #[must_use]
    pub fn pointer(&self) -> String {
        format!("--{}", self.option)
    }
}
