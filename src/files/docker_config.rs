//! What docker's own configuration says about which engine is meant.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Docker's configuration could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read docker's configuration {path}: {why}", path = path.display())]
pub struct ConfigError {
    path: PathBuf,
    why: String,
}

/// The context that docker's `config.json` selects; none where the file is missing or silent.
///
/// # Errors
/// A file that cannot be read or is no JSON: it might select another engine.
pub fn current_context(path: &Path) -> Result<Option<String>, ConfigError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Config {
        #[serde(default)]
        current_context: Option<String>,
    }
    let failed = |why: String| ConfigError { path: path.to_owned(), why };
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(why) if why.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
        Err(why) => return Err(failed(why.to_string())),
    }
    let text = super::read_text(path).map_err(|why| failed(why.to_string()))?;
    if text.is_empty() {
        return Ok(None);
    }
    let config: Config = serde_json::from_slice(&text).map_err(|why| failed(why.to_string()))?;
    Ok(config.current_context.filter(|name| !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_found_and_a_broken_file_is_said() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("config.json");
        assert_eq!(current_context(&path).unwrap(), None);
        std::fs::write(&path, r#"{"auths":{},"currentContext":"far"}"#).unwrap();
        assert_eq!(current_context(&path).unwrap().as_deref(), Some("far"));
        std::fs::write(&path, "{").unwrap();
        assert!(current_context(&path).unwrap_err().to_string().contains("config.json"));
    }
}
