//! Strict JSON: what Go's decoder would read in two ways is refused instead of guessed.
//!
//! The engine matches keys without regard to case, merges repeated keys and ignores unknown ones, so a filter and the
//! engine can read different things out of one body. Here a repeated key, a key that differs from a known one only by
//! case, and an unknown member with content are errors that name the member by its JSON pointer.

use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

/// A JSON document in which no object repeats a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written where it is an integer.
    Number(serde_json::Number),
    /// A string.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Members in the order of the text.
    Object(Vec<(String, Json)>),
}

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not one JSON document, or one with a repeated key.
    #[error("not strict JSON: {0}")]
    Syntax(String),
    /// A member that the model does not take.
    #[error("`{pointer}`: {why}")]
    Member {
        /// JSON pointer of the member.
        pointer: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Decodes one document into `T`, refusing whatever `T` does not name.
///
/// Members that are null are read as absent; unknown members are dropped only when they say nothing (`null`, `false`,
/// `0`, `""`, empty).
///
/// # Errors
/// [`JsonError`], naming the member or the place in the text.
pub fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T, JsonError> {
    let tree: Json = serde_json::from_slice(text).map_err(|e| JsonError::Syntax(e.to_string()))?;
    from_tree(&tree)
}

/// As [`decode`], from a tree that is already read.
///
/// # Errors
/// [`JsonError`], naming the member.
pub fn from_tree<T: DeserializeOwned>(tree: &Json) -> Result<T, JsonError> {
    T::deserialize(Node { tree, place: &Place::ROOT }).map_err(Fault::named)
}

/// The model's own text: one document, no insignificant white space.
///
/// # Errors
/// Only if the model cannot be represented, which the wire structs always can.
pub fn encode<T: serde::Serialize>(model: &T) -> Result<Vec<u8>, JsonError> {
    serde_json::to_vec(model).map_err(|e| JsonError::Syntax(e.to_string()))
}

impl Json {
    /// Whether the value says nothing in Go's eyes.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(b) => !b,
            Self::Number(n) => n.as_f64() == Some(0.0),
            Self::String(s) => s.is_empty(),
            Self::Array(a) => a.is_empty(),
            Self::Object(o) => o.is_empty(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// A tree in which no key can repeat.
impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::String(text),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Json;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Json, E> {
        Ok(Json::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Json, E> {
        Ok(Json::Number(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Json, E> {
        Ok(Json::Number(v.into()))
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Json, E> {
        serde_json::Number::from_f64(v).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }
    fn visit_str<E>(self, v: &str) -> Result<Json, E> {
        Ok(Json::String(v.to_owned()))
    }
    fn visit_string<E>(self, v: String) -> Result<Json, E> {
        Ok(Json::String(v))
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some((key, value)) = map.next_entry::<String, Json>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(format_args!("key `{key}` is given twice")));
            }
            members.push((key, value));
        }
        Ok(Json::Object(members))
    }
}

/// How Go's decoder compares keys: ASCII case, and the two code points that fold into ASCII.
#[must_use]
pub fn fold(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '\u{212A}' => 'k',
            '\u{017F}' => 's',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

/// The way to a place in the tree; written out only where something is wrong there.
#[derive(Clone, Copy)]
struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    const ROOT: Self = Self { above: None, step: Step::Root };

    fn below(&'p self, step: Step<'p>) -> Self {
        Self { above: Some(self), step }
    }

    fn pointer(&self) -> String {
        let above = self.above.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Root => above,
            Step::Key(key) => format!("{above}/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("{above}/{index}"),
        }
    }
}

/// A part of the tree, and where it is.
#[derive(Clone, Copy)]
struct Node<'t, 'p> {
    tree: &'t Json,
    place: &'p Place<'p>,
}

/// A decoding error that does not know its place until it is passed up through it.
#[derive(Debug)]
struct Fault {
    pointer: Option<String>,
    why: String,
}

impl Fault {
    fn new(why: String) -> Self {
        Self { pointer: None, why }
    }
    fn at(mut self, place: &Place<'_>) -> Self {
        self.pointer.get_or_insert_with(|| place.pointer());
        self
    }
    fn named(self) -> JsonError {
        let pointer = self.pointer.filter(|pointer| !pointer.is_empty()).unwrap_or_else(|| "/".to_owned());
        JsonError::Member { pointer, why: self.why }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl Node<'_, '_> {
    fn mismatch(&self, wanted: &str) -> Fault {
        Fault::new(format!("expected {wanted}, found {}", self.tree.kind())).at(self.place)
    }
}

impl<'de> Deserializer<'de> for Node<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.tree {
            Json::Null => visitor.visit_unit(),
            Json::Bool(b) => visitor.visit_bool(*b),
            Json::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(i), _) => visitor.visit_i64(i),
                (None, Some(u)) => visitor.visit_u64(u),
                (None, None) => return Err(Fault::new(format!("expected an integer, found {n}")).at(self.place)),
            },
            Json::String(s) => visitor.visit_str(s),
            Json::Array(items) => visitor.visit_seq(Items { items: items.iter(), index: 0, place: self.place }),
            Json::Object(members) => {
                visitor.visit_map(Members { members: members.iter().collect(), at: 0, place: self.place })
            }
        }
        .map_err(|e: Fault| e.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.tree {
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Json::Object(members) = self.tree else { return Err(self.mismatch("an object")) };
        let mut taken = Vec::with_capacity(members.len());
        for member in members {
            let (key, value) = member;
            if known.contains(&key.as_str()) {
                if *value != Json::Null {
                    taken.push(member);
                }
                continue;
            }
            let here = self.place.below(Step::Key(key));
            if let Some(name) = known.iter().find(|name| fold(name) == fold(key)) {
                return Err(Fault::new(format!("the engine would read this as `{name}`; write `{name}`")).at(&here));
            }
            if !value.is_zero() {
                return Err(Fault::new("unknown member".to_owned()).at(&here));
            }
        }
        visitor.visit_map(Members { members: taken, at: 0, place: self.place }).map_err(|e: Fault| e.at(self.place))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Items<'t, 'p> {
    items: std::slice::Iter<'t, Json>,
    index: usize,
    place: &'p Place<'p>,
}

impl<'t> de::SeqAccess<'t> for Items<'t, '_> {
    type Error = Fault;
    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(tree) = self.items.next() else { return Ok(None) };
        let here = self.place.below(Step::Index(self.index));
        self.index += 1;
        descend(seed, tree, &here).map(Some)
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Members<'t, 'p> {
    members: Vec<&'t (String, Json)>,
    at: usize,
    place: &'p Place<'p>,
}

impl<'t> de::MapAccess<'t> for Members<'t, '_> {
    type Error = Fault;
    fn next_key_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some((key, _)) = self.members.get(self.at) else { return Ok(None) };
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }
    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let Some((key, tree)) = self.members.get(self.at) else {
            return Err(Fault::new("value without a key".to_owned()));
        };
        self.at += 1;
        descend(seed, tree, &self.place.below(Step::Key(key)))
    }
}

/// Decodes a child. The place lives only as long as the call: what `T` keeps is owned.
fn descend<'t, S: DeserializeSeed<'t>>(seed: S, tree: &'t Json, place: &Place<'_>) -> Result<S::Value, Fault> {
    seed.deserialize(Node { tree, place }).map_err(|e| e.at(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::wire::ContainerCreate;

    fn read(text: &str) -> Result<ContainerCreate, String> {
        decode(text.as_bytes()).map_err(|error| error.to_string())
    }

    fn refused(text: &str) -> String {
        match read(text) {
            Ok(body) => panic!("{text} was read as {body:?}"),
            Err(why) => why,
        }
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth() {
        assert!(refused(r#"{"Image":"a","Image":"b"}"#).contains("key `Image` is given twice"));
        assert!(refused(r#"{"HostConfig":{"Privileged":false,"Privileged":true}}"#).contains("`Privileged`"));
        assert!(refused(r#"{"Labels":{"a":"1","a":"2"}}"#).contains("`a`"));
        assert!(refused(r#"{"Image":"a","\u0049mage":"b"}"#).contains("twice"), "escapes are undone first");
    }

    #[test]
    fn a_key_that_the_engine_would_fold_is_refused() {
        assert_eq!(
            refused(r#"{"hostConfig":{"Privileged":true}}"#),
            "`/hostConfig`: the engine would read this as `HostConfig`; write `HostConfig`"
        );
        assert!(refused("{\"HostConfig\":{\"LIN\u{212A}S\":[]}}").contains("`Links`"));
        assert!(refused("{\"HostConfig\":{\"Privileged\":false,\"Mount\u{17F}\":[]}}").contains("`Mounts`"));
    }

    #[test]
    fn an_unknown_member_is_refused_when_it_says_something() {
        assert_eq!(refused(r#"{"HostConfig":{"Mounts":[{"Evil":1}]}}"#), "`/HostConfig/Mounts/0/Evil`: unknown member");
        assert!(refused(r#"{"Privileged":true}"#).contains("`/Privileged`"), "also what older engines took there");
        for silent in ["null", "false", "0", "0.0", "\"\"", "[]", "{}"] {
            assert_eq!(read(&format!("{{\"New\":{silent}}}")), Ok(ContainerCreate::default()), "{silent}");
        }
    }

    #[test]
    fn null_is_absent_and_a_bare_string_a_list_where_the_engine_takes_one() {
        let body = read(r#"{"Cmd":"ls","Env":null,"HostConfig":{"CapAdd":"ALL","Binds":null,"Init":null}}"#).unwrap();
        assert_eq!(body.cmd.unwrap().0, ["ls"]);
        assert_eq!(body.host_config.cap_add.0, ["ALL"]);
        assert!(refused(r#"{"Env":"A=1"}"#).contains("`/Env`"));
    }

    #[test]
    fn values_of_another_type_are_refused_by_name() {
        assert!(refused(r#"{"HostConfig":{"Privileged":"true"}}"#).contains("`/HostConfig/Privileged`"));
        assert!(refused(r#"{"HostConfig":{"Memory":1.5}}"#).contains("`/HostConfig/Memory`"));
        assert!(refused(r#"{"HostConfig":{"Memory":1e3}}"#).contains("`/HostConfig/Memory`"));
        assert!(refused(r#"{"HostConfig":{"Memory":99999999999999999999}}"#).contains("`/HostConfig/Memory`"));
        assert!(refused(r#"{"HostConfig":{"Binds":[null]}}"#).contains("`/HostConfig/Binds/0`"));
        assert!(refused(r#"{"HostConfig":[]}"#).contains("`/HostConfig`"));
        assert!(refused("[]").contains('/'));
    }

    #[test]
    fn what_is_not_one_json_text_is_refused() {
        let deep = format!("{{\"Labels\":{}", "[".repeat(100_000));
        for text in
            ["", "{", "{} {}", "{}x", "\u{feff}{}", "{\"Image\":\"\\ud800\"}", "{'Image':1}", "{,}", "NaN", &deep]
        {
            assert!(refused(text).starts_with("not strict JSON: "), "{text:.20}");
        }
        assert!(decode::<ContainerCreate>(b"{\"Image\":\"\xff\"}").is_err());
    }

    #[test]
    fn what_is_encoded_is_read_again_as_it_was() {
        let text = r#"{"Image":"a","Entrypoint":[""],"StopTimeout":0,"ExposedPorts":{"80/tcp":{}},
            "HostConfig":{"MaskedPaths":[],"PortBindings":{"80/tcp":null},"Init":false,"KernelMemory":7}}"#;
        let body = read(text).unwrap();
        assert_eq!(decode::<ContainerCreate>(&encode(&body).unwrap()).unwrap(), body);
        assert_eq!(body.host_config.masked_paths, Some(vec![]));
    }
}
