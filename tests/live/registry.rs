//! Pulls from a registry that wants a login, beside the engine in its own network.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::sandbox::{Sandbox, eventually};

const ENGINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/engine");
const HELPERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/helpers");
const ADDRESS: &str = "127.0.0.1:5199";
/// Two users: `u` with the password `p`, and the one that the helper knows, `U` with `S`.
const USERS: &str = "u:$2y$05$abcdefghijklmnopqrstuuqwWMzKt5N8p.u2GX5MuH1t19BMWuLOW\nU:$2y$05$abcdefghijklmnopqrstuuij4KxKdhauyenZ7cD5oCPIsTzvaz/JK\n";
/// `u` and `p`, in the two spellings in which they are written down.
const LOGIN: &str = "dTpw";
const HEADER: &str = "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ==";

/// A registry; it ends with this value.
struct Registry {
    files: tempfile::TempDir,
    child: Child,
}

impl Registry {
    /// Starts Debian's registry where the engine finds it, and gives it an image.
    fn with_image(sandbox: &Sandbox, image: &str) -> Self {
        let files = sandbox.shared_dir();
        let place = files.path().display();
        fs::write(files.path().join("users"), USERS).unwrap();
        let config = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {place}/data}}}}\nhttp: {{addr: {ADDRESS}}}\n\
             auth: {{htpasswd: {{realm: registry, path: {place}/users}}}}\n"
        );
        fs::write(files.path().join("config.yml"), config).unwrap();
        let engine = Path::new(sandbox.engine.socket()).parent().unwrap();
        let mut command = Command::new(ENGINE);
        command.arg("enter").arg(engine).args(["docker-registry", "serve"]).arg(files.path().join("config.yml"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let registry = Self { files, child };
        registry.push(sandbox, image);
        registry
    }

    fn push(&self, sandbox: &Sandbox, image: &str) {
        let tagged = sandbox.engine.request("POST", &format!("/images/busybox/tag?repo={ADDRESS}/{image}&tag=1"), "");
        assert_eq!(tagged.status, 201, "{:?}", tagged.body);
        let path = format!("/images/{ADDRESS}/{image}/push?tag=1");
        eventually("the registry takes the image", || {
            let mut said = String::new();
            let header = format!("X-Registry-Auth: {HEADER}\r\n");
            let mut stream = sandbox.engine.send("POST", &path, &header, "");
            std::io::Read::read_to_string(&mut stream, &mut said).unwrap();
            said.contains("digest: sha256:")
        });
        sandbox.engine.request("DELETE", &format!("/images/{ADDRESS}/{image}:1"), "");
        assert!(self.files.path().join("data/docker/registry/v2/repositories").join(image).exists());
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // Where it runs by `sudo`, that passes the signal on.
        let _ =
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

fn configure(sandbox: &Sandbox, text: &str) {
    let directory = sandbox.home().join(".docker");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("config.json"), text).unwrap();
    fs::set_permissions(directory.join("config.json"), Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_pull_logs_in_with_what_docker_was_told() {
    let sandbox = Sandbox::new();
    let image = format!("kept-{}", std::process::id());
    let registry = Registry::with_image(&sandbox, &image);
    let line = format!("--policy permissive run --rm --pull always -q {ADDRESS}/{image}:1 echo pulled");

    sandbox.sdocker(&line).exits(125).complains("no basic auth credentials");
    configure(&sandbox, &format!("{{\"auths\":{{\"{ADDRESS}\":{{\"auth\":\"{LOGIN}\"}}}}}}"));
    sandbox.sdocker(&line).exits(0).says("pulled").quiet();
    configure(&sandbox, &format!("{{\"auths\":{{\"{ADDRESS}\":{{\"auth\":\"dTp3cm9uZw==\"}}}}}}"));
    sandbox.sdocker(&line).exits(125).complains("unauthorized");

    configure(&sandbox, &format!("{{\"credHelpers\":{{\"{ADDRESS}\":\"fake\"}}}}"));
    let mut command = sandbox.command(&line);
    command.env("PATH", format!("{HELPERS}:/usr/bin:/bin"));
    crate::sandbox::finish(&line, command, b"").exits(0).says("pulled").quiet();

    sandbox.engine.request("DELETE", &format!("/images/{ADDRESS}/{image}:1"), "");
    drop(registry);
}

#[test]
fn a_container_that_uses_the_engine_has_the_logins_for_root_alone() {
    let sandbox = Sandbox::new();
    configure(&sandbox, &format!("{{\"auths\":{{\"{ADDRESS}\":{{\"auth\":\"{LOGIN}\"}}}}}}"));
    let line = "--policy permissive run --rm --use-api-socket busybox sh -c";
    let told =
        sandbox.sdocker(&format!("{line} 'cat $DOCKER_CONFIG/config.json; stat -c %a:%u $DOCKER_CONFIG/config.json'"));
    let said = told.exits(0).quiet().text();
    assert!(said.contains(ADDRESS) && said.contains(LOGIN) && said.ends_with("600:0"), "{said}");
    sandbox.sdocker(&format!("{line} 'test -S /var/run/docker.sock'")).exits(0);
}
