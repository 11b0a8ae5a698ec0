//! From what was typed to what is asked, in the order in which docker judges it: the first complaint is the one it
//! prints.

use super::draft::{Draft, Warning};
use super::flags::client::PullPolicy;
use super::flags::storage::mount_engine_socket;
use super::typed::{Gate, Parsed, Typed, is_on, text_of};
use super::usage::UsageError;
use super::values::Said;
use super::values::number::boolean;
use super::verb::Verb;
use super::wants::Inputs;
use crate::request::wire::StrSlice;
use crate::request::{ImageRef, ImageRefError, Manner, Request};

/// What a command line asks for: of the engine, and of the client.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What the engine is asked for.
    pub request: Request,
    /// What the client does about it.
    pub client: ClientOptions,
    /// Flags that only some engines take; see [`Asked::for_engine`].
    pub gates: Vec<Gate>,
    /// What docker says on stderr before it goes on.
    pub warnings: Vec<Warning>,
    /// Why the platform is none; that matters to engines that are told it.
    pub(super) platform_error: Option<UsageError>,
}

/// What stays with the client. Which streams it attaches is in the body, as docker has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// The verb as typed.
    pub verb: Verb,
    /// `-d`
    pub detach: bool,
    /// `-i`
    pub interactive: bool,
    /// `-t`
    pub tty: bool,
    /// `--sig-proxy`, on unless it was switched off.
    pub sig_proxy: bool,
    /// `--pull`
    pub pull: PullPolicy,
    /// The platform that a pull asks for: as typed, where the create call has it in its plain form.
    pub pull_platform: Option<String>,
    /// `-q`
    pub quiet: bool,
    /// `--cidfile`
    pub cidfile: Option<String>,
    /// `--detach-keys`, else those of docker's configuration.
    pub detach_keys: Option<String>,
    /// `--rm`
    pub auto_remove: bool,
    /// Images must be signed: `--disable-content-trust=false` or `DOCKER_CONTENT_TRUST`.
    pub content_trust: bool,
    /// `--use-api-socket` wants docker's credentials copied into the container before it starts.
    pub copy_credentials: bool,
}

impl Asked {
    /// Whether the image must be signed. Docker looks for no signature where a digest names the image and no tag does.
    #[must_use]
    pub fn wants_signature(&self) -> bool {
        let image = ImageRef::parse(&self.request.body.image);
        self.client.content_trust && image.is_ok_and(|image| image.tag.is_some() || image.digest.is_none())
    }
}

impl Parsed {
    /// Combines what was typed with what was found outside.
    ///
    /// # Errors
    /// [`UsageError`], in docker's words.
    pub fn lower(&self, inputs: &Inputs<'_>) -> Result<Asked, UsageError> {
        let Self { verb, typed, image, command } = self;
        let mut draft = Draft::new(inputs);
        let pull = typed.client.pull_policy().map_err(|e| verb.late(e))?;
        lower_body(typed, &mut draft).map_err(|e| verb.late(e))?;
        draft.body.image.clone_from(&image.value);
        draft.mark("/Image", &image.origin);
        if !command.is_empty() {
            draft.body.cmd = Some(StrSlice::default());
            draft.extend("/Cmd", command, |b| &mut b.cmd.get_or_insert_default().0);
        }
        let detach = is_on(&typed.client.detach);
        if detach && !typed.process.attach.is_empty() {
            let words = "conflicting options: cannot specify both --attach and --detach";
            return Err(UsageError::Plain(words.to_owned()));
        }
        typed.process.lower_streams(&mut draft, detach);
        let copy_credentials = create(typed, &mut draft).map_err(|e| verb.creating(e))?;
        let (platform, platform_error) = match typed.client.lower_platform(inputs) {
            Ok(platform) => (platform, None),
            Err(words) => (None, Some(verb.creating(words))),
        };
        let client = self.client(inputs, pull, copy_credentials);
        let name = Some(text_of(&typed.client.name)).filter(|name| !name.is_empty()).map(str::to_owned);
        let manner = Manner {
            detached: detach && verb.starts(),
            restart_typed: typed.lifecycle.restart.is_some(),
            makes_sources: true,
            ..Manner::default()
        };
        let Draft { body, origins, warnings, inputs: _ } = draft;
        let request = Request { body, name, platform, origins, manner };
        Ok(Asked { request, client, gates: typed.gates.clone(), warnings, platform_error })
    }

    fn client(&self, inputs: &Inputs<'_>, pull: PullPolicy, copy_credentials: bool) -> ClientOptions {
        let Self { verb, typed, .. } = self;
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let trusting = || match (inputs.variable)("DOCKER_CONTENT_TRUST").as_deref() {
            None | Some("") => false,
            // Docker takes any other text for a yes.
            Some(value) => boolean(value).unwrap_or(true),
        };
        let untrusted = typed.client.disable_content_trust.as_ref().map(|d| d.value);
        ClientOptions {
            verb: *verb,
            detach: is_on(&typed.client.detach),
            interactive: is_on(&typed.process.interactive),
            tty: is_on(&typed.process.tty),
            sig_proxy: typed.client.sig_proxy.as_ref().is_none_or(|s| s.value),
            pull,
            pull_platform: text(&typed.client.wanted_platform(inputs).to_lowercase()),
            quiet: is_on(&typed.client.quiet),
            cidfile: text(text_of(&typed.client.cidfile)),
            detach_keys: text(text_of(&typed.client.detach_keys)).or(inputs.detach_keys.and_then(text)),
            auto_remove: is_on(&typed.lifecycle.rm),
            content_trust: untrusted.map_or_else(trusting, |untrusted| !untrusted),
            copy_credentials,
        }
    }
}

/// What docker does before it thinks of the container: all of the body but the command and the streams.
fn lower_body(typed: &Typed, draft: &mut Draft<'_>) -> Said<()> {
    typed.network.check_mac()?;
    typed.limits.check_swappiness()?;
    typed.storage.lower_volumes(draft)?;
    typed.network.lower_ports(draft)?;
    typed.devices.lower(draft)?;
    typed.process.lower_env(draft)?;
    typed.metadata.lower_labels(draft)?;
    typed.security.check_modes()?;
    typed.lifecycle.lower_restart(draft)?;
    typed.metadata.lower_logging(draft)?;
    typed.security.lower_options(draft)?;
    typed.storage.lower_options(draft)?;
    typed.health.lower(draft)?;
    typed.lifecycle.check(draft)?;
    typed.network.lower_endpoints(draft)?;
    typed.process.lower(draft);
    typed.client.lower(draft);
    typed.network.lower(draft);
    typed.storage.lower(draft)?;
    typed.limits.lower(draft);
    typed.block_io.lower(draft);
    typed.security.lower(draft);
    typed.lifecycle.lower(draft);
    typed.metadata.lower(draft);
    Ok(())
}

/// What docker does last before the create call; its answer is whether credentials are copied.
fn create(typed: &Typed, draft: &mut Draft<'_>) -> Said<bool> {
    typed.network.warn_of_local_dns(draft);
    typed.client.check_cidfile(draft)?;
    check_image(&draft.body.image).map_err(|e| e.to_string())?;
    let copied = match &typed.client.use_api_socket {
        Some(wish) if wish.value => mount_engine_socket(draft, &wish.origin)?,
        _ => false,
    };
    if let Some((rows, columns)) = draft.inputs.console {
        draft.body.host_config.console_size = [rows.into(), columns.into()];
    }
    Ok(copied)
}

/// A reference, or an image's id: bare or as its digest.
fn check_image(image: &str) -> Result<(), ImageRefError> {
    let id = image.strip_prefix("sha256:").unwrap_or(image);
    let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if id.len() == 64 && id.bytes().all(is_hex) { Ok(()) } else { ImageRef::parse(image).map(drop) }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{asked, body, origin, parse_of, refused};
    use crate::cli::{Verb, Want};
    use crate::request::Origin;

    #[test]
    fn image_and_command_follow_the_flags() {
        let line = "--rm i --rm -- x";
        let body = body(line);
        assert_eq!((body.image.as_str(), body.cmd.unwrap().0), ("i", vec!["--rm".into(), "--".into(), "x".into()]));
        assert_eq!(origin(line, "/Image"), Origin::Token { index: 3, bytes: 0..1 });
        assert_eq!(origin(line, "/Cmd/2"), Origin::Token { index: 6, bytes: 0..1 });
    }

    #[test]
    fn images_are_references_or_ids() {
        let hex = "3".repeat(64);
        assert_eq!(body(&format!("sha256:{hex}")).image, format!("sha256:{hex}"));
        assert_eq!(body(&hex).image, hex);
        assert!(refused("-- -").starts_with("docker: invalid reference format\n"));
    }

    #[test]
    fn a_run_in_the_background_says_so() {
        assert!(asked("-d i").request.manner.detached);
        assert!(!asked("i").request.manner.detached);
    }

    #[test]
    fn wants_are_named_in_order_and_once() {
        let parsed =
            parse_of(Verb::Run, "--cidfile c --env-file b --label-file l --env-file b --env-file a i").unwrap();
        let file = |name: &str| Want::File(name.to_owned());
        assert_eq!(parsed.wants(), [file("b"), file("a"), file("l"), Want::Existence("c".to_owned())]);
    }

    #[test]
    fn content_trust_follows_flag_and_environment() {
        assert!(!asked("i").client.content_trust);
        assert!(asked("--disable-content-trust=false i").client.content_trust);
    }
}
