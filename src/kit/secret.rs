//! A value that cannot be printed by accident: no `Display`, a `Debug` that hides, no `Serialize`.

use std::fmt;

/// Wraps a password, key or token. [`Secret::reveal`] is the one way to the value, easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Puts a value under wraps.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; call this only where it goes onto the wire or into a file of mode 0600.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "••••");
    }
}
