//! Weighs a change before it is made: what it would write and what would then be in force, or every
//! mistake in it. The command line weighs an import with it too.

use crate::config::{Config, Mistake, Values, keys};
use crate::domain::command::ChangeSetting;
use std::collections::BTreeMap;

/// A change that may be made.
#[derive(Debug)]
pub struct Weighed {
    /// Rows to write, or (on `None`) to take away.
    pub rows: Vec<(String, Option<String>)>,
    /// The layers with the change in them.
    pub values: Values,
    /// What is then in force.
    pub config: Config,
}

/// Weighs a change of these values; all mistakes together.
pub fn weigh(values: &Values, change: &ChangeSetting) -> Result<Weighed, Vec<Mistake>> {
    let mut wrong = refused(change);
    let rows: Vec<_> = change.changes.iter().map(|(key, value)| (key.clone(), row(values, key, value))).collect();
    let values = values.with_rows(after(values.rows().clone(), &rows));
    match Config::parse(&values) {
        Ok(config) if wrong.is_empty() => Ok(Weighed { rows, values, config }),
        parsed => {
            wrong.extend(parsed.err().unwrap_or_default());
            Err(wrong)
        }
    }
}

fn after(mut rows: BTreeMap<String, String>, changes: &[(String, Option<String>)]) -> BTreeMap<String, String> {
    for (key, row) in changes {
        match row {
            Some(row) => rows.insert(key.clone(), row.clone()),
            None => rows.remove(key),
        };
    }
    rows
}

/// The row for a value. Nothing is a row only where it stands over something and may: elsewhere an
/// emptied field means "as in .env".
fn row(values: &Values, key: &str, value: &Option<String>) -> Option<String> {
    let value = value.as_deref()?.trim();
    let hides = !values.below_rows(key).0.is_empty();
    (!value.is_empty() || (hides && keys::find(key).is_some_and(|key| key.may_be_empty()))).then(|| value.to_owned())
}

/// What no type tells: keys that exist, may be changed in the page and stand once, values of a sane
/// length and without the dots that hide a secret.
fn refused(change: &ChangeSetting) -> Vec<Mistake> {
    let keys = || change.changes.iter().map(|(name, _)| name);
    let one = |(at, (name, value)): (usize, &(String, Option<String>))| {
        let shown = crate::kit::text::excerpt(name, 60);
        let has = |test: fn(&str) -> bool| value.as_deref().is_some_and(test);
        let text = match keys::find(name) {
            None => format!("{shown} is no setting."),
            Some(key) if !key.editable => format!("{shown} is set in .env and read at start only."),
            Some(key) if value.as_ref().is_some_and(|value| value.len() > key.longest()) => {
                format!("{shown} is too long: at most {} bytes.", key.longest())
            }
            Some(_) if has(|value| value.contains(keys::HIDDEN)) => {
                format!("{shown} still holds the dots that hide its secret part. Type the whole value.")
            }
            Some(_) if keys().take(at).any(|earlier| earlier == name) => format!("{shown} is given twice."),
            Some(_) => return None,
        };
        Some(Mistake { key: name.clone(), text })
    };
    change.changes.iter().enumerate().filter_map(one).collect()
}
