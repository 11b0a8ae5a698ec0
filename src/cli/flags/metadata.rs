//! Labels, annotations and where output is logged.

use super::security::pairs;
use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once, text_of};
use crate::cli::values::{Said, key_values};
use crate::request::Origin;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    labels: Many<String>,
    pub(crate) label_files: Many<String>,
    annotations: Many<String>,
    log_driver: Once<String>,
    log_options: Many<String>,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::list("label", "list", "Set meta data on a container", |t, arg| {
        arg.parse_each(&mut t.metadata.labels, key_values::label)
    })
    .short('l'),
    Flag::list("label-file", "list", "Read in a line delimited file of labels", |t, arg| {
        arg.each(&mut t.metadata.label_files)
    }),
    Flag::list(
        "annotation",
        "map",
        "Add an annotation to the container (passed through to the OCI runtime) (default map[])",
        |t, arg| arg.each(&mut t.metadata.annotations),
    )
    .api(43),
    Flag::value("log-driver", "string", "Logging driver for the container", |t, arg| {
        arg.text(&mut t.metadata.log_driver)
    }),
    Flag::list("log-opt", "list", "Log driver options", |t, arg| arg.each(&mut t.metadata.log_options)),
];

impl Metadata {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        for annotation in pairs(&self.annotations) {
            let (key, value) = annotation.value;
            draft.mark_member("/HostConfig/Annotations", &key, &annotation.origin);
            draft.body.host_config.annotations.insert(key, value);
        }
    }

    /// Files first; a file's line without a value says nothing.
    pub(crate) fn lower_labels(&self, draft: &mut Draft<'_>) -> Said<()> {
        for file in &self.label_files {
            for line in draft.inputs.lines(&file.value)?.into_iter().filter(|line| line.text.contains('=')) {
                let (key, value) = key_values::pair(&line.text);
                let origin = Origin::Line { path: file.value.clone(), line: line.number };
                draft.mark_member("/Labels", &key, &origin);
                draft.body.labels.insert(key, value);
            }
        }
        for label in pairs(&self.labels) {
            let (key, value) = label.value;
            draft.mark_member("/Labels", &key, &label.origin);
            draft.body.labels.insert(key, value);
        }
        Ok(())
    }

    pub(crate) fn lower_logging(&self, draft: &mut Draft<'_>) -> Said<()> {
        if text_of(&self.log_driver) == "none" && !self.log_options.is_empty() {
            return Err("invalid logging opts for driver none".to_owned());
        }
        draft.put("/HostConfig/LogConfig/Type", &self.log_driver, |b| &mut b.host_config.log_config.kind);
        for option in pairs(&self.log_options) {
            let (key, value) = option.value;
            draft.mark_member("/HostConfig/LogConfig/Config", &key, &option.origin);
            draft.body.host_config.log_config.config.insert(key, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, refused};

    #[test]
    fn labels_of_the_command_line_win_over_files() {
        let labels = body("--label A=cli --label-file vars -l b i").labels;
        let shown: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(shown, ["A=cli", "b="]);
    }

    #[test]
    fn no_logging_takes_no_options() {
        assert!(refused("--log-driver none --log-opt a=b i").contains("invalid logging opts for driver none"));
        let log = body("--log-driver local --log-opt a --log-opt a=2 i").host_config.log_config;
        assert_eq!((log.kind.as_str(), log.config.get("a").map(String::as_str)), ("local", Some("2")));
    }
}
