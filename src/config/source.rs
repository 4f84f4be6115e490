//! Which layer a value came from.

use std::fmt;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Set in the page.
    Page,
    /// The process's environment.
    Environment,
    /// The `.env` file.
    DotEnv,
    /// Nobody set it.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Page => "set in the page",
            Source::Environment => "from the environment",
            Source::DotEnv => "from .env",
            Source::Default => "default",
        })
    }
}
