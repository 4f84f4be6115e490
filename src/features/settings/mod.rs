//! Room: settings.

/// Stand-in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsView;
