//! The profiles that are shipped inside the binary.

/// A shipped profile.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// As `extends` and `--policy` name it.
    pub name: &'static str,
    /// Its TOML, the file of the same name in `policies/`.
    pub text: &'static str,
}

impl Profile {
    /// How its lines are cited.
    #[must_use]
    pub fn source_name(&self) -> String {
        format!("built-in:{}", self.name)
    }
}

/// All of them.
pub const PROFILES: &[Profile] = &[
    Profile { name: "baseline", text: include_str!("../../policies/baseline.toml") },
    Profile { name: "strict", text: include_str!("../../policies/strict.toml") },
    Profile { name: "shared-server", text: include_str!("../../policies/shared-server.toml") },
    Profile { name: "ci", text: include_str!("../../policies/ci.toml") },
    Profile { name: "sandbox", text: include_str!("../../policies/sandbox.toml") },
    Profile { name: "permissive", text: include_str!("../../policies/permissive.toml") },
];

/// The profile of that name.
#[must_use]
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}
