//! What docker can say only when it knows the engine: flags that it is too old for, and what older ones are not sent.

use super::flag::Needs;
use super::lower::Asked;
use super::typed::{Gate, Parsed, is_on};
use super::usage::UsageError;

/// The engine, as its answer to a ping tells.
#[derive(Debug, Clone, Copy)]
pub struct Engine<'a> {
    /// The API that is spoken with it: 1.x.
    pub api: u16,
    /// Its operating system.
    pub os: &'a str,
}

impl Parsed {
    /// What docker judges before it asks the engine anything. Where a flag needs an engine of some kind, it asks first.
    ///
    /// # Errors
    /// [`UsageError`], in docker's words.
    pub fn check_alone(&self) -> Result<(), UsageError> {
        if !self.typed.gates.is_empty() {
            return Ok(());
        }
        self.typed.client.pull_policy().map(drop).map_err(|e| self.verb.late(e))
    }

    /// Whether docker's credentials are to be looked up: `--use-api-socket`.
    #[must_use]
    pub fn wants_credentials(&self) -> bool {
        is_on(&self.typed.client.use_api_socket)
    }

    /// The flags that only some engines take.
    #[must_use]
    pub fn gates(&self) -> &[Gate] {
        &self.typed.gates
    }
}

impl Asked {
    /// Holds the request against the engine: refuses what it does not know, leaves out what docker would leave out.
    ///
    /// # Errors
    /// [`UsageError`], in docker's words.
    pub fn for_engine(mut self, engine: &Engine<'_>) -> Result<Self, UsageError> {
        check_flags(&self.gates, engine)?;
        self.check_mounts(engine.api)?;
        if let Some(error) = self.platform_error.take().filter(|_| engine.api >= 41) {
            return Err(error);
        }
        let body = &mut self.request.body;
        let endpoints = body.networking_config.iter().flat_map(|n| n.endpoints_config.values().flatten());
        if engine.api < 44 && endpoints.into_iter().any(|e| !e.mac_address.is_empty()) {
            let version = format!("requires API version 1.44, but the Docker daemon API version is 1.{}", engine.api);
            return Err(self.client.verb.creating(format!("\"specify mac-address per network\" {version}")));
        }
        // Kernel memory is known to API 1.40 and 1.41 alone.
        if !(40..42).contains(&engine.api) {
            body.host_config.kernel_memory = 0;
        }
        // What such an engine does not do, the client does.
        if engine.api < 25 && self.client.auto_remove {
            body.host_config.auto_remove = false;
        }
        if engine.api < 41 {
            self.request.platform = None;
        }
        // Engines before 1.42 misread the size of the console.
        if engine.api < 42 && self.request.platform.as_deref().is_some_and(|p| p.starts_with("linux/")) {
            body.host_config.console_size = [0, 0];
        }
        Ok(self)
    }

    fn check_mounts(&self, api: u16) -> Result<(), UsageError> {
        let binds = self.request.body.host_config.mounts.iter().filter_map(|m| m.bind_options.as_ref());
        for bind in binds {
            let (option, least) = match bind {
                bind if bind.non_recursive && api < 40 => ("disabled", 40),
                bind if bind.read_only_force_recursive && api < 44 => ("readonly", 44),
                _ => continue,
            };
            return Err(self.client.verb.late(format!("bind-recursive={option} requires API v1.{least} or later")));
        }
        Ok(())
    }
}

/// Refuses flags that this engine does not know, all at once: docker does so before it looks at anything else.
///
/// # Errors
/// [`UsageError`], in docker's words.
pub fn check_flags(gates: &[Gate], engine: &Engine<'_>) -> Result<(), UsageError> {
    let mut gates = gates.to_vec();
    gates.sort_by_key(|gate| gate.flag);
    gates.dedup();
    let words = gates.iter().filter_map(|gate| match gate.needs {
        Needs::Api(least) if engine.api < least => Some(format!(
            "\"--{}\" requires API version 1.{least}, but the Docker daemon API version is 1.{}",
            gate.flag, engine.api
        )),
        Needs::Windows if !matches!(engine.os, "windows" | "") => Some(format!(
            "\"--{}\" is only supported on a Docker daemon running on windows, but the Docker daemon is running on {}",
            gate.flag, engine.os
        )),
        Needs::Nothing | Needs::Api(_) | Needs::Windows => None,
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { Ok(()) } else { Err(UsageError::Plain(words.join("\n"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::testing::asked;

    fn held(line: &str, api: u16) -> Result<Asked, String> {
        asked(line).for_engine(&Engine { api, os: "linux" }).map_err(|e| e.to_string())
    }

    #[test]
    fn old_engines_do_not_get_new_flags() {
        assert_eq!(
            held("--annotation a=b i", 41).unwrap_err(),
            "\"--annotation\" requires API version 1.43, but the Docker daemon API version is 1.41"
        );
        assert!(held("--annotation a=b i", 43).is_ok());
        assert!(
            held("--cpu-count 1 i", 50).unwrap_err().contains("only supported on a Docker daemon running on windows")
        );
        assert!(
            held("--mac-address 92:d0:c6:0a:29:33 i", 43).unwrap_err().starts_with("docker: \"specify mac-address")
        );
        assert!(held("--mount type=bind,src=/a,dst=/b,bind-recursive=disabled i", 39).is_err());
    }

    #[test]
    fn engines_that_do_not_remove_containers_are_not_asked_to() {
        let removes = |api| held("--rm i", api).map(|a| (a.request.body.host_config.auto_remove, a.client.auto_remove));
        assert_eq!((removes(24), removes(25)), (Ok((false, true)), Ok((true, true))));
    }

    #[test]
    fn kernel_memory_is_sent_to_those_who_know_it() {
        let sent = |api| held("--kernel-memory 4m i", api).unwrap().request.body.host_config.kernel_memory;
        assert_eq!((sent(39), sent(41), sent(42)), (0, 4 << 20, 0));
    }
}
