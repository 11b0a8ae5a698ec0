//! A request in the making: body, origins and warnings grow together.

use super::typed::{Many, Once};
use super::wants::Inputs;
pub(crate) use crate::request::member;
use crate::request::wire::ContainerCreate;
use crate::request::{Origin, Origins};

/// The body so far, and where each value came from.
#[derive(Debug)]
pub(crate) struct Draft<'i> {
    pub(crate) body: ContainerCreate,
    pub(crate) origins: Origins,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) inputs: &'i Inputs<'i>,
}

/// What docker says on stderr although it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Printed as it is.
    Plain(String),
    /// Printed through docker's logger, which puts a time before it.
    Logged(String),
}

impl<'i> Draft<'i> {
    pub(crate) fn new(inputs: &'i Inputs<'i>) -> Self {
        Self { body: ContainerCreate::default(), origins: Origins::default(), warnings: Vec::new(), inputs }
    }

    /// Copies a flag's value into the body.
    pub(crate) fn put<T: Clone, U: From<T>>(
        &mut self,
        pointer: &str,
        from: &Once<T>,
        slot: impl FnOnce(&mut ContainerCreate) -> &mut U,
    ) {
        if let Some(traced) = from {
            *slot(&mut self.body) = U::from(traced.value.clone());
            self.origins.set(pointer, traced.origin.clone());
        }
    }

    /// Appends each value of a flag to a list of the body.
    pub(crate) fn extend<T: Clone>(
        &mut self,
        pointer: &str,
        from: &Many<T>,
        slot: impl FnOnce(&mut ContainerCreate) -> &mut Vec<T>,
    ) {
        let list = slot(&mut self.body);
        for traced in from {
            self.origins.set(format!("{pointer}/{}", list.len()), traced.origin.clone());
            list.push(traced.value.clone());
        }
    }

    /// Says where the member of an object came from.
    pub(crate) fn mark_member(&mut self, pointer: &str, key: &str, origin: &Origin) {
        self.origins.set(member(pointer, key), origin.clone());
    }

    /// Says where a value came from.
    pub(crate) fn mark(&mut self, pointer: &str, origin: &Origin) {
        self.origins.set(pointer, origin.clone());
    }
}
