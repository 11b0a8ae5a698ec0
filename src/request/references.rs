//! What a request refers to that is there already: containers, named volumes and networks.

use super::member;
use super::mounts::{MountSource, mounts};
use super::wire::{ContainerCreate, EndpointSettings};

/// Where the endpoints of a body are.
pub const ENDPOINTS: &str = "/NetworkingConfig/EndpointsConfig";

/// Where the network's mode is.
pub const NETWORK_MODE: &str = "/HostConfig/NetworkMode";

/// How a request refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `--volumes-from`: whatever a container has mounted.
    VolumesFrom,
    /// `--link` on the default network: a container's address and its variables.
    Link,
    /// `--link` on another network: a name for a container.
    EndpointLink,
    /// `container:…` as a mode of `--pid`, `--ipc` or `--network`.
    Namespace,
    /// A named volume.
    Volume,
    /// A network to join.
    Network,
}

impl Way {
    /// What it refers to.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::VolumesFrom | Self::Link | Self::EndpointLink | Self::Namespace => "container",
            Self::Volume => "volume",
            Self::Network => "network",
        }
    }

    /// Whether that is a container.
    #[must_use]
    pub fn is_container(self) -> bool {
        !matches!(self, Self::Volume | Self::Network)
    }
}

/// One thing that a request refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// How.
    pub way: Way,
    /// Its name, its id or a piece of the id.
    pub name: String,
    /// JSON pointer of the value that says so.
    pub pointer: String,
}

/// Everything that a body refers to.
#[must_use]
pub fn references(body: &ContainerCreate) -> Vec<Reference> {
    let mut all = Vec::new();
    let mut add = |way, name: &str, pointer: String| all.push(Reference { way, name: name.to_owned(), pointer });
    let host = &body.host_config;
    for (index, text) in host.volumes_from.iter().enumerate() {
        add(Way::VolumesFrom, container_name(text), format!("/HostConfig/VolumesFrom/{index}"));
    }
    for (index, text) in host.links.iter().enumerate() {
        add(Way::Link, container_name(text), format!("/HostConfig/Links/{index}"));
    }
    for (pointer, name) in container_modes(body) {
        add(Way::Namespace, name, pointer.to_owned());
    }
    for mount in mounts(body) {
        if let MountSource::Volume(name) = mount.source
            && !name.is_empty()
        {
            add(Way::Volume, &name, mount.pointer);
        }
    }
    let mode = host.network_mode.as_str();
    if !mode.is_empty() && is_user_defined(mode) {
        add(Way::Network, mode, NETWORK_MODE.to_owned());
    }
    for (name, endpoint) in endpoints(body).filter(|(name, _)| is_user_defined(name)) {
        let at = member(ENDPOINTS, name);
        let links = endpoint.iter().flat_map(|endpoint| endpoint.links.iter().enumerate());
        // Docker's command writes the same link in both places.
        for (index, text) in links.filter(|(_, text)| !host.links.contains(text)) {
            add(Way::EndpointLink, container_name(text), format!("{at}/Links/{index}"));
        }
        // The engine joins the network of this id, whatever name stands before it.
        if let Some(id) = endpoint.map(|endpoint| &endpoint.network_id).filter(|id| !id.is_empty()) {
            add(Way::Network, id, format!("{at}/NetworkID"));
        }
        if name != mode {
            add(Way::Network, name, at);
        }
    }
    all
}

/// `container:…` in the modes of namespaces: where, and which container.
pub fn container_modes(body: &ContainerCreate) -> impl Iterator<Item = (&'static str, &str)> {
    let host = &body.host_config;
    let modes = [
        ("/HostConfig/PidMode", &host.pid_mode),
        ("/HostConfig/IpcMode", &host.ipc_mode),
        (NETWORK_MODE, &host.network_mode),
    ];
    modes.into_iter().filter_map(|(pointer, mode)| {
        let name = mode.strip_prefix(CONTAINER)?;
        Some((pointer, name.strip_prefix('/').unwrap_or(name)))
    })
}

/// How a mode begins that shares a namespace with a container.
pub const CONTAINER: &str = "container:";

/// Each endpoint that a body asks for, with its settings.
pub fn endpoints(body: &ContainerCreate) -> impl Iterator<Item = (&str, Option<&EndpointSettings>)> {
    let config = body.networking_config.iter().flat_map(|config| &config.endpoints_config);
    config.map(|(name, endpoint)| (name.as_str(), endpoint.as_ref()))
}

/// The container in `name[:…]`. The engine takes a slash before it, as it writes names itself.
#[must_use]
pub fn container_name(text: &str) -> &str {
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    name.strip_prefix('/').unwrap_or(name)
}

/// Whether the name is one that a user gave to a network, rather than one of docker's modes.
#[must_use]
pub fn is_user_defined(target: &str) -> bool {
    !matches!(target, "default" | "bridge" | "host" | "none") && !target.starts_with(CONTAINER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json;

    fn found(body: &str) -> Vec<String> {
        let body: ContainerCreate = json::decode(body.as_bytes()).unwrap();
        references(&body).into_iter().map(|r| format!("{:?} {} {}", r.way, r.name, r.pointer)).collect()
    }

    #[test]
    fn modes_are_not_user_defined() {
        assert!(is_user_defined("net1") && is_user_defined("") && is_user_defined("container"));
        assert!(!is_user_defined("container:") && !is_user_defined("host"));
    }

    #[test]
    fn containers_are_found_wherever_they_are_named() {
        let body = r#"{"HostConfig":{"VolumesFrom":["a:ro","/b"],"Links":["/c:/d/e","f"],
            "PidMode":"container:g","IpcMode":"container:/h","NetworkMode":"container:i"}}"#;
        assert_eq!(
            found(body),
            [
                "VolumesFrom a /HostConfig/VolumesFrom/0",
                "VolumesFrom b /HostConfig/VolumesFrom/1",
                "Link c /HostConfig/Links/0",
                "Link f /HostConfig/Links/1",
                "Namespace g /HostConfig/PidMode",
                "Namespace h /HostConfig/IpcMode",
                "Namespace i /HostConfig/NetworkMode",
            ]
        );
    }

    #[test]
    fn networks_are_found_by_mode_endpoint_and_id() {
        let body = r#"{"HostConfig":{"NetworkMode":"n","Links":["both"]},"NetworkingConfig":{"EndpointsConfig":{
            "n":{"NetworkID":"0123"},"m/x":{"Links":["l:a","both"]},"bridge":{"NetworkID":"4567"}}}}"#;
        assert_eq!(
            found(body),
            [
                "Link both /HostConfig/Links/0",
                "Network n /HostConfig/NetworkMode",
                "EndpointLink l /NetworkingConfig/EndpointsConfig/m~1x/Links/0",
                "Network m/x /NetworkingConfig/EndpointsConfig/m~1x",
                "Network 0123 /NetworkingConfig/EndpointsConfig/n/NetworkID",
            ]
        );
    }

    #[test]
    fn a_plain_request_refers_to_nothing() {
        let body = r#"{"HostConfig":{"NetworkMode":"default","Binds":["/a:/b","/c"],"PidMode":""},
            "NetworkingConfig":{"EndpointsConfig":{"default":{}}}}"#;
        assert_eq!(found(body), [""; 0]);
        assert_eq!(found(r#"{"HostConfig":{"Binds":["v:/x"]}}"#), ["Volume v /HostConfig/Binds/0"]);
    }
}
