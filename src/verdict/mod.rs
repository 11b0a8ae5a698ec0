//! The judgement, and the only way to an approval.

/// Something that was judged and may reach the engine. Only [`judge`](self) makes one.
#[derive(Debug, Clone)]
#[must_use]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    /// What was approved.
    pub fn get(&self) -> &T {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn for_test(inner: T) -> Self {
        Self(inner)
    }
}
