//! What the kernel does when memory runs out.

use serde_json::json;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("oom"),
    doc: "\
## What
A container asks the kernel to spare it when memory runs out: a negative `--oom-score-adj`, or `--oom-kill-disable`.

## Why
The kernel then ends somebody else's processes instead, or a container at its limit hangs for ever.

## Instead
Give the container the memory it needs: `--memory 2g`. A positive score, to be ended first, may be asked for.
",
    fields: &["HostConfig.OomScoreAdj", "HostConfig.OomKillDisable"],
    keys: &[],
    open_keys: &[],
    silence: "a score of 0, and the kernel may end it",
    breach: "a negative score, or never to be ended",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |_: &mut Settings<'_>| Some(Box::new(Oom)),
};

#[derive(Debug)]
struct Oom;

impl Check for Oom {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        let mut object = |pointer: &str, message: String, silence, meaning: &str| {
            let nearest = vec![Change::Set(pointer.to_owned(), silence)];
            out.breach(Breach::new(pointer, message).help("leave it out").nearest(nearest, meaning));
        };
        if host.oom_score_adj < 0 {
            let message = format!("a score of {} makes the kernel end others first", host.oom_score_adj);
            object("/HostConfig/OomScoreAdj", message, json!(0), "--oom-score-adj 0");
        }
        if host.oom_kill_disable == Some(true) {
            let message = "a container that is out of memory would hang instead of ending".to_owned();
            object("/HostConfig/OomKillDisable", message, json!(false), "--oom-kill-disable=false");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    #[test]
    fn nobody_is_spared_at_the_cost_of_others() {
        let mut request = asking(|body| {
            body.host_config.oom_score_adj = -1000;
            body.host_config.oom_kill_disable = Some(true);
        });
        let outcome = Bench::new(&RULE, "action = \"rewrite\"").outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        let host = &request.body.host_config;
        assert_eq!((host.oom_score_adj, host.oom_kill_disable), (0, Some(false)));
    }

    #[test]
    fn who_wants_to_be_ended_first_may() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|body| body.host_config.oom_score_adj = 500), "pass");
        assert_eq!(bench.of(|body| body.host_config.oom_kill_disable = Some(false)), "pass");
        assert_eq!(bench.of(|body| body.host_config.oom_score_adj = -1), "deny");
    }
}
