//! The user's logins to registries, as docker's configuration has them.

use super::failure::Failure;
use super::{Invocation, log, reach};
use crate::cli::Verb;
use crate::engine::exit_code_of;
use crate::files::{Credentials, Login, Logins};

/// The login to a registry, by its name in an image's; an empty one where there is none.
///
/// # Errors
/// A configuration that cannot be read; a helper that failed, in docker's words.
pub(super) fn of_registry(invocation: &Invocation<'_>, verb: Verb, registry: &str) -> Result<Login, Failure> {
    read(invocation)?.login(registry).map_err(|why| failed(verb, why.to_string()))
}

/// All of them. A registry whose own helper failed is said and left out.
///
/// # Errors
/// As [`of_registry`].
pub(super) fn all(invocation: &Invocation<'_>, verb: Verb) -> Result<Logins, Failure> {
    let all = read(invocation)?.all();
    let (logins, failures) = all.map_err(|why| failed(verb, format!("resolving credentials failed: {why}")))?;
    let environment = invocation.environment;
    for (registry, why) in failures {
        let words = format!("Failed to get credentials for registry: {registry}");
        environment.complain(&log::warning_with(&words, &why.to_string(), environment.stderr_is_terminal()));
    }
    Ok(logins)
}

fn read(invocation: &Invocation<'_>) -> Result<Credentials, Failure> {
    let file = reach::directory(invocation.environment, &invocation.docker).join("config.json");
    Credentials::read(&file, invocation.environment.raw("PATH")).map_err(|why| Failure::own(why.to_string()))
}

fn failed(verb: Verb, message: String) -> Failure {
    let code = exit_code_of(&message);
    if verb.starts() { Failure::Docker { message, verb: "run", code } } else { Failure::Bare { message, code: 1 } }
}
