//! Who is at the other end of a connection: the kernel's word, and the system's database for the rest.

use std::time::Duration;

use tokio::net::UnixStream;

use crate::files;
use crate::request::Caller;

/// A database of users that does not answer within this time does not count as an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// The caller, or why nobody can be named.
pub(super) async fn caller(stream: &UnixStream) -> Result<Caller, String> {
    let peer = stream.peer_cred().map_err(|why| format!("the kernel does not say who asks: {why}"))?;
    let (uid, gid) = (peer.uid(), peer.gid());
    let look_up = tokio::task::spawn_blocking(move || files::user(uid, gid));
    match tokio::time::timeout(LIMIT, look_up).await {
        Ok(Ok(caller)) => Ok(caller),
        Ok(Err(why)) => Err(why.to_string()),
        Err(_) => Err(format!("the database of users did not answer within {} s", LIMIT.as_secs())),
    }
}
