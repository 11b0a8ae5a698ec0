//! `POST /containers/create`: decoded strictly, judged like a command line, encoded anew.

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use hyper::{HeaderMap, Request as HttpRequest, Response, StatusCode};
use serde::Serialize;

use super::Gateway;
use super::answer::{self, Body, Fault};
use crate::facts::{ImageState, Learner};
use crate::request::{Action, Caller, Finding, Manner, Origin, Origins, Request, json, secrets};
use crate::verdict::{self, Verdict};

/// Larger than any real body by two orders; stops a client from making us buffer.
const BODY_MAX: usize = 4 << 20;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    id: &'a str,
    warnings: Vec<String>,
}

impl Gateway {
    pub(super) async fn create(
        &self,
        http: HttpRequest<Incoming>,
        caller: &Caller,
        name: Option<String>,
        platform: Option<String>,
    ) -> Result<Response<Body>, Fault> {
        is_json(http.headers())?;
        let text = Limited::new(http.into_body(), BODY_MAX).collect().await;
        let text = text.map_err(|why| Fault::bad(format!("the body cannot be read: {why}")))?.to_bytes();
        let body = json::decode(&text).map_err(|why| Fault::bad(why.to_string()))?;
        let request = Request { body, name, platform, origins: Origins::posted(), manner: Manner::default() };
        self.judge_and_create(request, caller).await
    }

    async fn judge_and_create(&self, request: Request, caller: &Caller) -> Result<Response<Body>, Fault> {
        let rules = self.book.ruleset(caller, &request.body.image, (self.today)());
        let rules = rules.map_err(|problems| Fault::refused(problems.to_string().replace('\n', "; ")))?;
        verdict::judge_early(&request, &rules).map_err(|findings| self.refuse(caller, &request, None, &findings))?;
        let stands_for = caller.container_ids(None);
        let needs = rules.needs(&request);
        let learner = Learner { engine: &self.engine, request: &request, caller, needs, stands_for, cache: None };
        let (facts, state) = learner.learn().await;
        if state == ImageState::Absent {
            // As the engine itself would say; the client pulls and comes again.
            let why = format!("No such image: {}", request.body.image);
            return Err(crate::engine::EngineError::NoSuchImage(why).into());
        }
        let image_id = facts.image.known().ok().map(|image| image.id.as_str());
        let asked = request.clone();
        let approval = match verdict::judge(request, &rules, caller, &facts) {
            Verdict::Approved(approval) => approval,
            Verdict::Refused(findings) => return Err(self.refuse(caller, &asked, image_id, &findings)),
        };
        (self.record)(caller, &asked, image_id, &approval.findings, Some(&approval.rewrites))
            .map_err(Fault::refused)?;
        self.engine.make_volumes(&approval.request, &facts).await?;
        let created = self.engine.create(&approval.request).await?;
        if let Some(judged) = image_id {
            self.same_image(&created.id, judged).await?;
        }
        let mut warnings = created.warnings;
        warnings.extend(approval.findings.iter().map(|finding| format!("sdocker: {}", sentence(finding))));
        answer::json(StatusCode::CREATED, &Created { id: &created.id, warnings })
    }

    /// What was judged is what was created.
    async fn same_image(&self, id: &str, judged: &str) -> Result<(), Fault> {
        if self.engine.image_id_of(id).await.is_ok_and(|found| found == judged) {
            return Ok(());
        }
        self.engine.remove(id, true, true).await?;
        Err(Fault::refused("the image changed while it was judged; try again"))
    }

    fn refuse(&self, caller: &Caller, request: &Request, image_id: Option<&str>, findings: &[Finding]) -> Fault {
        let refused = findings.iter().filter(|finding| finding.action == Action::Deny);
        let text = refused.map(sentence).collect::<Vec<_>>().join("; ");
        match (self.record)(caller, request, image_id, findings, None) {
            Ok(()) => Fault::refused(text),
            Err(why) => Fault::refused(format!("{text}; {why}")),
        }
    }
}

/// A finding in one line: rule, place, what, and what to do. What it quotes may hold a secret.
fn sentence(finding: &Finding) -> String {
    let place = match &finding.primary.0 {
        Origin::Pointer(pointer) => format!("{pointer}: "),
        _ => String::new(),
    };
    let help = finding.help.first().map(|help| format!(" ({help})")).unwrap_or_default();
    secrets::masked(&format!("{} [{}{}]{help}", finding.message, place, finding.rule))
}

/// One media type, as the engine wants it; nothing that changes the bytes.
fn is_json(headers: &HeaderMap) -> Result<(), Fault> {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let sound = match (kinds.next().map(|kind| kind.to_str()), kinds.next()) {
        (Some(Ok(kind)), None) => {
            let kind = kind.to_ascii_lowercase();
            kind == "application/json" || kind == "application/json; charset=utf-8"
        }
        _ => false,
    };
    if !sound || headers.contains_key(CONTENT_ENCODING) {
        return Err(Fault::bad("the body must be plain application/json"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RuleId;

    #[test]
    fn a_secret_in_a_finding_does_not_reach_the_answer() {
        let finding = Finding {
            rule: RuleId("log-driver"),
            action: Action::Deny,
            message: "the option `splunk-token=geheim` leads elsewhere".to_owned(),
            primary: (Origin::Pointer("/HostConfig/LogConfig".to_owned()), ""),
            related: None,
            help: vec!["leave `--log-opt splunk-token=geheim` out".to_owned()],
            unlearned: false,
        };
        let text = sentence(&finding);
        assert!(!text.contains("geheim") && text.contains("log-driver"), "{text}");
    }
}
