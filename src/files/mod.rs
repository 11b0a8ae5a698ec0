//! Opens what is outside: policy files (suspiciously), the texts that a command line names, paths, and who asks.

mod caller;
mod contexts;
mod credential_helper;
mod credentials;
mod directories;
mod docker_config;
mod groups;
mod paths;
mod policies;
mod texts;

pub use caller::{CallerError, caller, sudo_ids, user};
pub use contexts::{Context, ContextError, TlsFiles, context, system_roots, tls_file};
pub use credential_helper::HelperError;
pub use credentials::{Credentials, CredentialsError, Login, Logins, configuration_with};
pub use directories::make_directory;
pub use docker_config::{ConfigError, DockerConfig};
pub use groups::groups;
pub use paths::{resolve, socket};
pub use policies::{Choice, Places, find_policy};
pub use texts::read_text;
