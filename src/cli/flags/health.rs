//! How the engine learns whether the container is well.

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Once, is_on, text_of};
use crate::cli::values::{Said, duration};
use crate::request::wire::Healthcheck;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Health {
    none: Once<bool>,
    command: Once<String>,
    interval: Once<i64>,
    timeout: Once<i64>,
    retries: Once<i64>,
    start_period: Once<i64>,
    start_interval: Once<i64>,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::switch("no-healthcheck", "Disable any container-specified HEALTHCHECK", |t, arg| {
        arg.switch(&mut t.health.none)
    }),
    Flag::value("health-cmd", "string", "Command to run to check health", |t, arg| arg.text(&mut t.health.command)),
    Flag::value("health-interval", "duration", "Time between running the check (ms|s|m|h) (default 0s)", |t, arg| {
        arg.parse(&mut t.health.interval, duration::nanoseconds)
    }),
    Flag::value(
        "health-timeout",
        "duration",
        "Maximum time to allow one check to run (ms|s|m|h) (default 0s)",
        |t, arg| arg.parse(&mut t.health.timeout, duration::nanoseconds),
    ),
    Flag::value("health-retries", "int", "Consecutive failures needed to report unhealthy", |t, arg| {
        arg.int(&mut t.health.retries)
    }),
    Flag::value(
        "health-start-period",
        "duration",
        "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)",
        |t, arg| arg.parse(&mut t.health.start_period, duration::nanoseconds),
    )
    .api(29),
    Flag::value(
        "health-start-interval",
        "duration",
        "Time between running the check during the start period (ms|s|m|h) (default 0s)",
        |t, arg| arg.parse(&mut t.health.start_interval, duration::nanoseconds),
    )
    .api(44),
];

impl Health {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) -> Said<()> {
        let number = |flag: &Once<i64>| flag.as_ref().map_or(0, |n| n.value);
        let check = Healthcheck {
            test: match text_of(&self.command) {
                "" => Vec::new(),
                command => vec!["CMD-SHELL".to_owned(), command.to_owned()],
            },
            interval: number(&self.interval),
            timeout: number(&self.timeout),
            retries: number(&self.retries),
            start_period: number(&self.start_period),
            start_interval: number(&self.start_interval),
        };
        let given = check != Healthcheck::default();
        if is_on(&self.none) {
            if given {
                return Err("--no-healthcheck conflicts with --health-* options".to_owned());
            }
            draft.body.healthcheck = Some(Healthcheck { test: vec!["NONE".to_owned()], ..check });
        } else if given {
            no_negatives(&check)?;
            draft.body.healthcheck = Some(check);
        }
        self.mark(draft);
        Ok(())
    }

    fn mark(&self, draft: &mut Draft<'_>) {
        for (member, flag) in [
            ("Interval", &self.interval),
            ("Timeout", &self.timeout),
            ("Retries", &self.retries),
            ("StartPeriod", &self.start_period),
            ("StartInterval", &self.start_interval),
        ] {
            if let Some(typed) = flag {
                draft.mark_member("/Healthcheck", member, &typed.origin);
            }
        }
        let test = self.none.as_ref().map(|n| &n.origin).or(self.command.as_ref().map(|c| &c.origin));
        if let Some(origin) = test {
            draft.mark("/Healthcheck/Test", origin);
        }
    }
}

fn no_negatives(check: &Healthcheck) -> Said<()> {
    for (flag, number) in [
        ("interval", check.interval),
        ("timeout", check.timeout),
        ("retries", check.retries),
        ("start-period", check.start_period),
        ("start-interval", check.start_interval),
    ] {
        if number < 0 {
            return Err(format!("--health-{flag} cannot be negative"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, refused};

    #[test]
    fn a_check_is_sent_when_something_is_said_about_it() {
        assert_eq!(body("--health-interval 0s --health-cmd= i").healthcheck, None);
        let check = body("--health-cmd true --health-interval 1.5s i").healthcheck.unwrap();
        assert_eq!((check.test.len(), check.interval), (2, 1_500_000_000));
        assert_eq!(body("--no-healthcheck i").healthcheck.unwrap().test, ["NONE"]);
    }

    #[test]
    fn conflicts_and_negatives_are_refused() {
        assert!(refused("--no-healthcheck --health-retries 2 i").contains("conflicts with --health-* options"));
        assert!(refused("--health-interval -1s i").contains("--health-interval cannot be negative"));
        assert!(refused("--health-timeout 30 i").contains("time: missing unit in duration \"30\""));
    }
}
