//! The users of images, remembered by image id: an image never changes, its id does.

use super::cache::Cache;
use crate::request::UserTables;

const KIND: &str = "users";

pub(super) fn remembered(cache: &Cache, image_id: &str) -> Option<UserTables> {
    Some(cache.read(KIND, digits(image_id)?)?.value)
}

pub(super) fn remember(cache: &Cache, image_id: &str, tables: &UserTables) {
    if let Some(digits) = digits(image_id) {
        cache.write(KIND, digits, tables);
    }
}

/// The digits of an id; an id of another form is not remembered.
fn digits(image_id: &str) -> Option<&str> {
    let digits = image_id.strip_prefix("sha256:")?;
    let sound = digits.len() == 64 && digits.chars().all(|c| c.is_ascii_hexdigit());
    sound.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::PasswdEntry;

    #[test]
    fn tables_are_remembered_by_image_and_by_nothing_that_could_be_a_path() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache::below(place.path(), rustix::process::getuid().as_raw());
        let [id, other] = ["ab", "cd"].map(|digits| format!("sha256:{}", digits.repeat(32)));
        let passwd = vec![PasswdEntry { name: "app".into(), uid: 5, gid: 6, home: "/".into() }];
        let tables = UserTables { passwd, group: vec![] };
        remember(&cache, "sha256:../../x", &tables);
        remember(&cache, &id, &tables);
        assert_eq!((remembered(&cache, &id), remembered(&cache, &other)), (Some(tables), None));
        assert_eq!(std::fs::read_dir(place.path().join("sdocker/users")).unwrap().count(), 1);
    }
}
