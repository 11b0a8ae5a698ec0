//! `sdocker run` and `sdocker create`: ask, learn, judge, record, act.

use std::time::{Duration, Instant};

use super::cidfile::CidFile;
use super::failure::Failure;
use super::question::{self, Purpose, Question};
use super::setting::{Decision, Setting};
use super::{Invocation, logins, policy};
use crate::cli::{self, Asked, ClientOptions, PullPolicy, Verb, Warning};
use crate::engine::{Console, Created, Engine, EngineError, Outcome, Pong, PullDisplay, PullEvent, RunOptions};
use crate::facts::{self, ImageState, Learner};
use crate::files::{self, Logins};
use crate::report::{self, CommandLine};
use crate::request::mounts::{MountSource, mounts};
use crate::request::{BindFacts, BindKind, Fact, Facts, Finding, ImageRef, Request};
use crate::rules::Ruleset;
use crate::verdict::{self, Approval, Approved, Verdict};

/// The API by which docker judges a command line when no engine answers.
pub(super) const NO_ENGINE_API: u16 = 50;

/// A container that ends within this time failed at its start.
const AT_ONCE: Duration = Duration::from_secs(10);

/// Where `--use-api-socket` has docker's configuration; the request says so in `DOCKER_CONFIG`.
const CREDENTIALS_INSIDE: &str = "/run/secrets/docker/config.json";

pub(super) fn run(invocation: &Invocation<'_>, verb: Verb) -> Result<u8, Failure> {
    let console = Console::of_process().map_err(|why| Failure::own(format!("cannot use the terminal: {why}")))?;
    super::block_on(async {
        let Some(question) = question::ask(invocation, verb, &console, Purpose::Run).await? else { return Ok(0) };
        let Question { asked, engine, pong, logins, line } = question;
        let setting = Setting::new(invocation)?;
        let rules = setting.rules(&asked.request.body.image)?;
        let client = asked.client.clone();
        let job = Job { invocation, verb, setting, rules, engine, console, client, logins, line };
        job.run(asked, pong).await
    })
}

/// One container on its way.
struct Job<'a> {
    invocation: &'a Invocation<'a>,
    verb: Verb,
    setting: Setting<'a>,
    rules: Ruleset,
    engine: Engine,
    console: Console,
    client: ClientOptions,
    /// For `--use-api-socket`.
    logins: Logins,
    line: CommandLine,
}

impl Job<'_> {
    async fn run(&self, asked: Asked, pong: Result<Pong, EngineError>) -> Result<u8, Failure> {
        self.judge_early(&asked.request)?;
        let (api, os) = pong.as_ref().map_or((NO_ENGINE_API, ""), |pong| (pong.api.minor, &pong.os));
        let Asked { request, warnings, .. } = asked.for_engine(&cli::Engine { api, os })?;
        pong.map_err(|why| self.failed(&why))?;
        let mut cidfile = CidFile::create(self.client.cidfile.as_deref()).map_err(|why| self.complaint(why))?;
        let (facts, pulled) = self.learn(&request).await?;
        let approval = self.judge(request, &facts)?;
        self.make_bind_sources(approval.request.get(), &facts)?;
        self.engine.make_volumes(&approval.request, &facts).await.map_err(|why| self.failed(&why))?;
        let created = self.create(&approval.request, &facts, pulled).await?;
        self.same_image(&created, &facts).await?;
        self.same_sources(&created, approval.request.get(), &facts).await?;
        created.warnings.iter().for_each(|warning| self.console.say(&format!("WARNING: {warning}\n")));
        for warning in warnings {
            if let Warning::Plain(text) = warning {
                self.console.say(&format!("{text}\n"));
            }
        }
        if let Some(file) = &mut cidfile {
            file.write(&created.id).map_err(|why| self.complaint(why))?;
        }
        self.copy_credentials(&created).await?;
        self.act(&created, &approval, &facts).await
    }

    /// Which engine, and the image's name, before anything is looked up or pulled.
    fn judge_early(&self, request: &Request) -> Result<(), Failure> {
        verdict::judge_early(request, &self.rules).map_err(|findings| self.refused(request, None, &findings))
    }

    /// What the rules need to know, and whether the image was pulled for it. Nothing is pulled for a request that is
    /// refused whatever its image is.
    async fn learn(&self, request: &Request) -> Result<(Facts, bool), Failure> {
        let needs = self.rules.needs(request);
        let (stands_for, cache) = (self.setting.stands_for(), self.setting.cache());
        let learner = Learner { engine: &self.engine, request, caller: &self.setting.caller, needs, stands_for, cache };
        let mut facts = if self.client.pull == PullPolicy::Always {
            learner.learn_all_but_image().await
        } else {
            let (facts, image) = learner.learn().await;
            if image == ImageState::Settled {
                return Ok((facts, false));
            }
            facts
        };
        self.judge_before_pull(request, &facts)?;
        match self.client.pull {
            PullPolicy::Always => {}
            PullPolicy::Missing if ImageRef::parse(&request.body.image).is_ok() => self.say_missing(request),
            // By its id nothing can be pulled.
            PullPolicy::Missing | PullPolicy::Never => {
                return Err(self.failed(&EngineError::NoSuchImage(format!("No such image: {}", shown(request)))));
            }
        }
        self.pull(request).await?;
        learner.learn_image(&mut facts).await;
        Ok((facts, true))
    }

    fn judge_before_pull(&self, request: &Request, facts: &Facts) -> Result<(), Failure> {
        let judged = verdict::judge_before_pull(request, &self.rules, &self.setting.caller, facts);
        judged.map_err(|findings| self.refused(request, None, &findings))
    }

    fn judge(&self, request: Request, facts: &Facts) -> Result<Box<Approval>, Failure> {
        let asked = request.clone();
        let image_id = facts.image.known().ok().map(|image| image.id.as_str());
        match verdict::judge(request, &self.rules, &self.setting.caller, facts) {
            Verdict::Refused(findings) => Err(self.refused(&asked, image_id, &findings)),
            Verdict::Approved(approval) => {
                let (findings, rewrites, line) = (&approval.findings, &approval.rewrites, Some(&self.line));
                let rewrites = Some(rewrites.as_slice());
                let granted = self.rules.granted();
                self.record(Decision { request: &asked, image_id, findings, rewrites, granted, line });
                if !self.client.quiet {
                    self.console.say(&report::notes(findings, self.invocation.environment.style()));
                }
                Ok(approval)
            }
        }
    }

    /// A source of `-v` that is not there is made as the caller; the engine would make it as root. Only where a rule
    /// looked at the sources: a policy that does not look leaves it to the engine.
    fn make_bind_sources(&self, request: &Request, facts: &Facts) -> Result<(), Failure> {
        let caller = &self.setting.caller;
        let owner = caller.owner(facts.stands_for).filter(|uid| *uid != caller.uid).map(|_| facts.stands_for);
        for mount in mounts(&request.body).iter().filter(|mount| mount.makes_source) {
            let MountSource::Path(path) = &mount.source else { continue };
            let absent = facts.binds.get(path).and_then(|fact| fact.known().ok());
            let Some(found) = absent.filter(|found| found.kind == BindKind::Absent) else { continue };
            files::make_directory(&found.canonical, owner).map_err(|(directory, why)| {
                let shown = directory.display();
                Failure::own(format!("cannot make {shown}, which a mount of `{path}` asks for: {why}; make it first"))
            })?;
        }
        Ok(())
    }

    /// Creates the container; where nobody looked for the image before, an absent one is pulled now, as docker does.
    async fn create(&self, approved: &Approved<Request>, facts: &Facts, pulled: bool) -> Result<Created, Failure> {
        let request = approved.get();
        let may_pull =
            !pulled && self.client.pull == PullPolicy::Missing && ImageRef::parse(&request.body.image).is_ok();
        // Docker takes whatever is not there for the image.
        let about_image = |why: &EngineError| match why {
            EngineError::NoSuchImage(_) => true,
            why => why.is_not_found() && facts.image == Fact::NotAsked,
        };
        match self.engine.create(approved).await {
            Err(why) if may_pull && about_image(&why) => {
                self.say_missing(request);
                self.pull(request).await?;
                self.engine.create(approved).await
            }
            other => other,
        }
        .map_err(|why| self.failed(&why))
    }

    /// What was judged is what was created: a tag that moved in between is refused.
    async fn same_image(&self, created: &Created, facts: &Facts) -> Result<(), Failure> {
        let Ok(judged) = facts.image.known() else { return Ok(()) };
        let found = self.engine.image_id_of(&created.id).await;
        if found.as_ref().is_ok_and(|found| *found == judged.id) {
            return Ok(());
        }
        let why = match found {
            Ok(found) => format!("the image changed while it was judged: {} became {found}", judged.id),
            Err(why) => format!("the container's image could not be compared: {why}"),
        };
        Err(self.taken_back(created, &why).await)
    }

    /// What a bind leads to is what was judged: the engine follows links once more when it starts the container.
    async fn same_sources(&self, created: &Created, request: &Request, facts: &Facts) -> Result<(), Failure> {
        let judged: Vec<(String, &BindFacts)> = mounts(&request.body)
            .into_iter()
            .filter_map(|mount| match mount.source {
                MountSource::Path(path) => facts.binds.get(&path)?.known().ok().map(|found| (path, found)),
                MountSource::Volume(_) | MountSource::Own => None,
            })
            .collect();
        if judged.is_empty() {
            return Ok(());
        }
        let paths = judged.iter().map(|(path, _)| path.clone()).collect();
        let now = facts::follow(paths, &self.setting.caller, facts.stands_for).await;
        for (path, judged) in judged {
            let same = |found: &&BindFacts| {
                let made = judged.kind == BindKind::Absent && found.kind == BindKind::Directory;
                found.canonical == judged.canonical && (made || found.identity == judged.identity)
            };
            if now.get(&path).and_then(|fact| fact.known().ok()).filter(same).is_none() {
                return Err(self.taken_back(created, &format!("`{path}` changed while it was judged")).await);
            }
        }
        Ok(())
    }

    /// Removes a container that is not what was judged.
    async fn taken_back(&self, created: &Created, why: &str) -> Failure {
        let removed = self.engine.remove(&created.id, true, true).await;
        let left =
            removed.err().map(|why| format!("; the container {} is left: {why}", created.id)).unwrap_or_default();
        Failure::own(format!("{why}{left}; run it again"))
    }

    /// For a container that is to use the engine as the user does.
    async fn copy_credentials(&self, created: &Created) -> Result<(), Failure> {
        if !self.client.copy_credentials {
            return Ok(());
        }
        let text = files::configuration_with(&self.logins);
        let copied = self.engine.write_secret(&created.id, CREDENTIALS_INSIDE, &text).await;
        copied.map_err(|why| self.complaint(format!("injecting docker config.json into container failed: {why}")))
    }

    async fn act(&self, created: &Created, approval: &Approval, facts: &Facts) -> Result<u8, Failure> {
        if !self.verb.starts() {
            let printed = self.console.print(&format!("{}\n", created.id));
            return printed.map(|()| 0).map_err(|why| Failure::own(format!("write /dev/stdout: {why}")));
        }
        let request = approval.request.get();
        let ClientOptions { auto_remove, sig_proxy, ref detach_keys, .. } = self.client;
        let options = RunOptions::of(&request.body, auto_remove, sig_proxy, detach_keys.clone());
        let begun = Instant::now();
        let outcome = self.engine.run(&created.id, &options, &self.console).await;
        let failed = !matches!(outcome, Ok(Outcome::Exited(0) | Outcome::Started | Outcome::Detached));
        if failed && begun.elapsed() < AT_ONCE && is_images_own(request, facts) {
            self.hint(approval);
        }
        outcome.map(|outcome| outcome.code()).map_err(|why| self.failed(&why))
    }

    /// What the policy had filled in, after a container that failed at once.
    fn hint(&self, approval: &Approval) {
        let request = approval.request.get();
        let image = ImageRef::parse(&request.body.image).map_or_else(|_| String::new(), |image| image.name());
        let hint = report::hint(&approval.rewrites, &image, self.invocation.environment.style());
        if let Some(text) = hint.filter(|_| !self.client.quiet) {
            self.console.say(&text);
        }
    }

    async fn pull(&self, request: &Request) -> Result<(), Failure> {
        let Ok(image) = ImageRef::parse(&request.body.image) else { return Ok(()) };
        // What may be an id was not judged as a name yet.
        verdict::judge_image(&image, request, &self.rules)
            .map_err(|findings| self.refused(request, None, &findings))?;
        let login = logins::of_registry(self.invocation, self.verb, &image.registry)?;
        let mut display = PullDisplay::new(&self.console);
        let show = |event: &PullEvent| {
            if !self.client.quiet {
                display.show(event);
            }
        };
        let pulled = self.engine.pull(&image, self.client.pull_platform.as_deref(), Some(&login.header()), show).await;
        pulled.map_err(|why| self.failed(&why))
    }

    fn say_missing(&self, request: &Request) {
        if !self.client.quiet {
            self.console.say(&format!("Unable to find image '{}' locally\n", shown(request)));
        }
    }

    fn refused(&self, request: &Request, image_id: Option<&str>, findings: &[Finding]) -> Failure {
        let (granted, line) = (self.rules.granted(), Some(&self.line));
        self.record(Decision { request, image_id, findings, rewrites: None, granted, line });
        let mut text = report::refusal(findings, &self.line, self.invocation.environment.style());
        text.extend(policy::way_on(&self.setting, request, findings));
        Failure::Refused(text)
    }

    fn record(&self, decision: Decision<'_>) {
        self.setting.record(if self.verb.starts() { "run" } else { "create" }, decision);
    }

    /// Docker's words for what is not the engine's fault.
    fn complaint(&self, words: String) -> Failure {
        self.failed(&EngineError::Reported(words))
    }

    fn failed(&self, why: &EngineError) -> Failure {
        if self.verb.starts() { Failure::of_run(why) } else { Failure::of_create(why) }
    }
}

/// Whether it is the image's own program that runs: a command that somebody typed may fail for its own reasons.
fn is_images_own(request: &Request, facts: &Facts) -> bool {
    let typed = request.body.cmd.is_some() || request.body.entrypoint.is_some();
    !typed || (request.body.entrypoint.is_none() && facts.image.known().is_ok_and(|image| image.has_entrypoint))
}

fn shown(request: &Request) -> String {
    ImageRef::parse(&request.body.image).map_or_else(|_| request.body.image.clone(), |image| image.familiar())
}
