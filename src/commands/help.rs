//! `sdocker --help` and `sdocker --version`.

use super::environment::Environment;
use super::failure::Failure;

const HELP: &str = "\
Usage:  sdocker [--policy NAME|FILE] [-H HOST] VERB …

Safe containers on a shared machine: what `docker run` does, held to a policy.

Docker's verbs:
  run, create          Judge the request, then create and run the container
                       (also `container run`, `container create`)

Verbs of sdocker:
  check --dockerfile F Judge the images and the user of a Dockerfile
  explain [RULE]       Say what a rule objects to, why, and what to do instead
  version              Print the version

Options before the verb:
  --policy NAME|FILE   Use this profile (baseline, strict, permissive) or file
  -H, --host HOST      The engine: unix:///path or tcp://host:port
  -v, --version        Print the version
      --help           Print this

Variables:
  SDOCKER_POLICY       As --policy
  DOCKER_HOST          As --host
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
