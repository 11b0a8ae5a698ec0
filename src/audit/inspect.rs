//! An existing container, read back from the engine's answer to `GET /containers/ID/json`.
//!
//! The answer is not the body that made the container: it is spread over `Config`, `HostConfig` and `NetworkSettings`,
//! has members of its own, and holds the engine's defaults and the image's settings where the request was silent. The
//! same strict decoder reads it; each member that is not taken is named here with the reason, and any other is refused.

use super::EngineDefaults;
use crate::request::json::{self, Json, JsonError};
use crate::request::wire::ContainerCreate;
use crate::request::{ContainerMount, Manner, Origin, Origins, Request};

/// A container that exists.
#[derive(Debug, Clone)]
pub struct Existing {
    /// Its full id.
    pub id: String,
    /// The id of the image it was made from: the name it was made with may mean another one by now.
    pub image_id: String,
    /// The request that would make it from this image, on this engine. The image's user, command, environment, ports
    /// and labels are in it as if asked for. Its origins point into the engine's answer.
    pub request: Request,
    /// Everything it has mounted, volumes of its image and of other containers too.
    pub mounts: Vec<ContainerMount>,
    /// What held the engine's own default and is silence again in the request, by JSON pointer.
    pub silent: Vec<&'static str>,
}

/// Why an answer was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// Not strict JSON, or a member that is unknown or of another kind than expected.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member that every container has.
    #[error("the engine's answer has no `{0}`")]
    Missing(&'static str),
}

/// Members that are not taken, and why that loses nothing of what was asked for.
type Dropped = &'static [(&'static str, &'static str)];

const COMMAND: &str = "the command as it was resolved; Config has what was asked for";
const EFFECT: &str = "follows from Privileged and SecurityOpt";
const FILE: &str = "a file of the engine's";
const HISTORY: &str = "what became of it";
const STORAGE: &str = "how the engine stores it";

const OF_THE_ANSWER: Dropped = &[
    ("AppArmorProfile", EFFECT),
    ("Args", COMMAND),
    ("Created", HISTORY),
    ("Driver", STORAGE),
    ("ExecIDs", "commands that were run in it later"),
    ("GraphDriver", STORAGE),
    ("HostnamePath", FILE),
    ("HostsPath", FILE),
    ("ImageManifestDescriptor", "says of the image what its id says"),
    ("LogPath", FILE),
    ("MountLabel", EFFECT),
    ("Path", COMMAND),
    ("Platform", "the engine's operating system, not what was asked for"),
    ("ProcessLabel", EFFECT),
    ("ResolvConfPath", FILE),
    ("RestartCount", HISTORY),
    ("SizeRootFs", HISTORY),
    ("SizeRw", HISTORY),
    ("State", HISTORY),
    ("Storage", STORAGE),
];

const BY_NETWORK: &str = "Networks says it for each network";
const SANDBOX: &str = "a handle of the engine's";

const OF_THE_NETWORK: Dropped = &[
    ("Bridge", SANDBOX),
    ("EndpointID", BY_NETWORK),
    ("Gateway", BY_NETWORK),
    ("GlobalIPv6Address", BY_NETWORK),
    ("GlobalIPv6PrefixLen", BY_NETWORK),
    ("HairpinMode", SANDBOX),
    ("IPAddress", BY_NETWORK),
    ("IPPrefixLen", BY_NETWORK),
    ("IPv6Gateway", BY_NETWORK),
    ("LinkLocalIPv6Address", SANDBOX),
    ("LinkLocalIPv6PrefixLen", SANDBOX),
    ("MacAddress", BY_NETWORK),
    ("Ports", "what became of PortBindings"),
    ("SandboxID", SANDBOX),
    ("SandboxKey", SANDBOX),
    ("SecondaryIPAddresses", BY_NETWORK),
    ("SecondaryIPv6Addresses", BY_NETWORK),
];

const OF_A_MOUNT: Dropped =
    &[("Driver", "the volume's; its facts say it"), ("Mode", "RW and Propagation say what it comes to")];

/// Reads one container.
///
/// # Errors
/// [`AuditError`], naming the member by its JSON pointer into the answer.
pub fn container(answer: &[u8], defaults: &EngineDefaults) -> Result<Existing, AuditError> {
    let tree: Json = serde_json::from_slice(answer).map_err(|e| JsonError::Syntax(e.to_string()))?;
    let mut top = Members::of(tree, String::new())?;
    let (id, image_id, name) = (top.text("Id")?, top.text("Image")?, top.text("Name")?);
    let (config, host) = (top.take("Config")?, top.take("HostConfig")?);
    let mut network = Members::of(top.take("NetworkSettings")?, "/NetworkSettings".to_owned())?;
    let mounts = mounts(top.take("Mounts")?)?;
    top.finish(OF_THE_ANSWER)?;
    let networks = network.take("Networks")?;
    network.finish(OF_THE_NETWORK)?;

    let config = Members::of(config, "/Config".to_owned())?.left;
    let mut origins = Origins::posted();
    for (key, _) in &config {
        origins.set(format!("/{key}"), Origin::Pointer(format!("/Config/{key}")));
    }
    origins.set(ENDPOINTS, Origin::Pointer(NETWORKS.to_owned()));
    let mut body = body(config, host, networks)?;
    let silent = defaults.silence(&mut body, &id);
    silent.iter().for_each(|pointer| origins.set(*pointer, Origin::BuiltIn));
    let name = Some(name.trim_start_matches('/').to_owned()).filter(|name| !name.is_empty());
    // Somebody decided on its restart policy, and nothing is to be filled in any more.
    let manner = Manner { restart_typed: true, ..Manner::default() };
    let request = Request { body, name, platform: None, origins, manner };
    Ok(Existing { id, image_id, request, mounts, silent })
}

const ENDPOINTS: &str = "/NetworkingConfig/EndpointsConfig";
const NETWORKS: &str = "/NetworkSettings/Networks";

/// The body in the shape of a create request, so that the same model decodes it.
fn body(config: Vec<(String, Json)>, host: Json, networks: Json) -> Result<ContainerCreate, JsonError> {
    let mut members = config;
    let endpoints = Json::Object(vec![("EndpointsConfig".to_owned(), networks)]);
    members.extend([("HostConfig".to_owned(), host), ("NetworkingConfig".to_owned(), endpoints)]);
    json::from_tree(&Json::Object(members)).map_err(|error| match error {
        JsonError::Member { pointer, why } => JsonError::Member { pointer: in_the_answer(&pointer), why },
        JsonError::Syntax(why) => JsonError::Syntax(why),
    })
}

fn in_the_answer(pointer: &str) -> String {
    match pointer.strip_prefix(ENDPOINTS) {
        Some(rest) => format!("{NETWORKS}{rest}"),
        None if pointer.starts_with("/HostConfig") => pointer.to_owned(),
        None => format!("/Config{pointer}"),
    }
}

fn mounts(tree: Json) -> Result<Vec<ContainerMount>, AuditError> {
    let list = match tree {
        Json::Array(list) => list,
        Json::Null => Vec::new(),
        _ => return Err(member("/Mounts".to_owned(), "expected a list")),
    };
    let read = |(index, tree)| {
        let mut members = Members::of(tree, format!("/Mounts/{index}"))?;
        let read_only = matches!(members.find("RW"), Some(Json::Bool(false)));
        let mut text = |name| members.text_or_empty(name);
        let mount = ContainerMount {
            kind: text("Type")?,
            name: text("Name")?,
            source: text("Source")?,
            destination: text("Destination")?,
            read_only,
            propagation: text("Propagation")?,
        };
        members.finish(OF_A_MOUNT).map(|()| mount)
    };
    list.into_iter().enumerate().map(read).collect()
}

/// An object of the answer, and which of its members are still to be accounted for.
struct Members {
    left: Vec<(String, Json)>,
    pointer: String,
}

impl Members {
    fn of(tree: Json, pointer: String) -> Result<Self, AuditError> {
        match tree {
            Json::Object(left) => Ok(Self { left, pointer }),
            _ if pointer.is_empty() => Err(member("/".to_owned(), "expected an object")),
            _ => Err(member(pointer, "expected an object")),
        }
    }

    fn find(&mut self, name: &str) -> Option<Json> {
        let at = self.left.iter().position(|(key, _)| key == name)?;
        Some(self.left.swap_remove(at).1)
    }

    fn take(&mut self, name: &'static str) -> Result<Json, AuditError> {
        self.find(name).ok_or(AuditError::Missing(name))
    }

    fn text(&mut self, name: &'static str) -> Result<String, AuditError> {
        match self.take(name)? {
            Json::String(text) => Ok(text),
            _ => Err(member(format!("{}/{name}", self.pointer), "expected a string")),
        }
    }

    fn text_or_empty(&mut self, name: &'static str) -> Result<String, AuditError> {
        if self.left.iter().any(|(key, _)| key == name) { self.text(name) } else { Ok(String::new()) }
    }

    /// Everything else must be known to say nothing.
    fn finish(self, dropped: Dropped) -> Result<(), AuditError> {
        let unknown = |(key, value): &&(String, Json)| !value.is_zero() && !dropped.iter().any(|(name, _)| name == key);
        match self.left.iter().find(unknown) {
            Some((key, _)) => Err(member(format!("{}/{key}", self.pointer), "unknown member")),
            None => Ok(()),
        }
    }
}

fn member(pointer: String, why: &str) -> AuditError {
    JsonError::Member { pointer, why: why.to_owned() }.into()
}
