//! How a container ends and comes back.

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Once, is_on};
use crate::cli::values::{Said, restart};

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Lifecycle {
    pub(crate) rm: Once<bool>,
    pub(crate) restart: Once<String>,
    stop_signal: Once<String>,
    stop_timeout: Once<i64>,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::switch(
        "rm",
        "Automatically remove the container and its associated anonymous volumes when it exits",
        |t, arg| arg.switch(&mut t.lifecycle.rm),
    ),
    Flag::value("restart", "string", "Restart policy to apply when a container exits (default \"no\")", |t, arg| {
        arg.text(&mut t.lifecycle.restart)
    }),
    Flag::value("stop-signal", "string", "Signal to stop the container", |t, arg| {
        arg.text(&mut t.lifecycle.stop_signal)
    }),
    Flag::value("stop-timeout", "int", "Timeout (in seconds) to stop a container", |t, arg| {
        arg.int(&mut t.lifecycle.stop_timeout)
    })
    .api(25),
];

impl Lifecycle {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/AutoRemove", &self.rm, |b| &mut b.host_config.auto_remove);
        draft.put("/StopSignal", &self.stop_signal, |b| &mut b.stop_signal);
        draft.put("/StopTimeout", &self.stop_timeout, |b| &mut b.stop_timeout);
    }

    /// Silence is sent as `no`.
    pub(crate) fn lower_restart(&self, draft: &mut Draft<'_>) -> Said<()> {
        let text = self.restart.as_ref().map_or("no", |r| r.value.as_str());
        draft.body.host_config.restart_policy = restart::policy(text)?;
        if let Some(typed) = &self.restart {
            draft.mark("/HostConfig/RestartPolicy", &typed.origin);
        }
        Ok(())
    }

    pub(crate) fn check(&self, draft: &Draft<'_>) -> Said<()> {
        let name = draft.body.host_config.restart_policy.name.as_str();
        if is_on(&self.rm) && !matches!(name, "" | "no") {
            return Err("conflicting options: cannot specify both --restart and --rm".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{asked, body, refused};

    #[test]
    fn silence_about_restarting_is_no() {
        assert_eq!(body("i").host_config.restart_policy.name, "no");
        assert!(!asked("i").request.manner.restart_typed);
        assert!(asked("--restart no i").request.manner.restart_typed);
        assert_eq!(body("--restart on-failure:3 i").host_config.restart_policy.maximum_retry_count, 3);
    }

    #[test]
    fn restart_and_rm_exclude_each_other() {
        assert!(refused("--rm --restart always i").contains("cannot specify both --restart and --rm"));
        assert!(body("--rm --restart no:5 i").host_config.auto_remove);
    }

    #[test]
    fn a_stop_timeout_of_zero_is_said() {
        assert_eq!(body("--stop-timeout 0 i").stop_timeout, Some(0));
        assert_eq!(body("i").stop_timeout, None);
    }
}
