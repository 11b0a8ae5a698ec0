//! `sdocker --help` and `sdocker --version`.

use super::environment::Environment;
use super::failure::Failure;

const HELP: &str = "\
Usage:  sdocker [OPTIONS] VERB …

Safe containers on a shared machine: what `docker run` does, held to a policy.

Docker's verbs:
  run, create          Judge the request, then create and run the container
                       (also `container run`, `container create`)

Verbs of sdocker:
  audit CONTAINER …    Judge containers that exist
  check -- run …       Judge a command line, and run nothing
  check --dockerfile F Judge the images and the user of a Dockerfile
  explain [RULE]       Say what a rule objects to, why, and what to do instead
  why [N]              Show the last refusal again, and what would permit it
  log                  Show what was decided, from the journal
  doctor               Say whether this installation protects
  policy show          Print the merged policy: --origin, --caller, --image
  policy check [FILE]  Say everything that is wrong with the policy
  policy init          Write a commented policy to begin with
  policy allow RULE …  Write an exception for an image
  policy test FILE …   Hold the policy against cases
  version              Print the version

Options before the verb:
  --policy NAME|FILE   Use this profile (baseline, strict, shared-server, ci, sandbox,
                       permissive) or file
  -H, --host HOST      The engine: unix:///path, tcp://host:port or ssh://user@host
  -c, --context NAME   The docker context that names the engine
      --config DIR     Where docker's configuration is
      --tls            Speak TLS with whoever answers
      --tlsverify      Speak TLS with whom --tlscacert vouches for
      --tlscacert, --tlscert, --tlskey FILE
                       PEM files; ca.pem, cert.pem, key.pem in docker's configuration otherwise
  -D, --debug, -l, --log-level LEVEL
                       Accepted as docker does
  -v, --version        Print the version
      --help           Print this

Variables:
  SDOCKER_POLICY       As --policy
  DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG
                       As --host, --context, --config
  DOCKER_TLS, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH
                       As --tls, --tlsverify; where the PEM files are
  DOCKER_API_VERSION   Speak this version of the Engine API
  NO_COLOR             No colours

Run 'sdocker run --help' for the options of run.
";

pub(super) fn help(environment: &Environment) -> Result<u8, Failure> {
    environment.print(HELP).map_err(|why| Failure::own(format!("write /dev/stdout: {why}")))?;
    Ok(0)
}

pub(super) fn version(environment: &Environment) -> Result<u8, Failure> {
    let text = concat!("sdocker version ", env!("CARGO_PKG_VERSION"), "\n");
    environment.print(text).map_err(|why| Failure::own(format!("write /dev/stdout: {why}")))?;
    Ok(0)
}
