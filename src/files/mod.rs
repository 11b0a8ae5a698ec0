//! Opens what is outside: policy files (suspiciously), the texts that a command line names, paths, and who asks.

mod access;
mod caller;
mod contexts;
mod credential_helper;
mod credentials;
mod daemon;
mod directories;
mod docker_config;
mod edit;
mod onlooker;
mod paths;
mod policies;
mod programs;
mod project;
mod texts;
mod trusted;

pub use access::{directory, group_members, socket_access};
pub use caller::{CallerError, caller, sudo_ids, user, user_named, with_group_names};
pub use contexts::{Context, ContextError, TlsFiles, context, system_roots, tls_file};
pub use credential_helper::HelperError;
pub use credentials::{Credentials, CredentialsError, Login, Logins, configuration_with};
pub use daemon::{OTHER_FILES, daemon, engine_ports, process_name, sees_other_files};
pub use directories::make_directory;
pub use docker_config::{ConfigError, DockerConfig};
pub use edit::{EditError, append, write_new};
pub use onlooker::Onlooker;
pub use paths::{resolve, socket, steady};
pub use policies::{Choice, Found, Places, find_policy, gateway_policy, guest_file, policy_file};
pub use programs::{programs, version};
pub use project::PROJECT_FILE;
pub use texts::read_text;
