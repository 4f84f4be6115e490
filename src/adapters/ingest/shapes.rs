//! The servers whose JSON is told by a few field names that no other server has, in one list.

use super::document::{Document, ParseError};
use super::{datarhei, irlhosting, nimble, ome, openrtmp, pushed, rist, xiu};
use serde_json::Value;

/// Reads the JSON of the one that wrote it; `None` where none of them did. No two of them can claim
/// the same document, so their order means nothing.
pub(super) fn read(root: &Value) -> Option<Result<Document, ParseError>> {
    if root.get("error_code").is_some() && root.get("desp").or(root.get("data")).is_some() {
        return Some(xiu::read(root));
    }
    if root.get("statusCode").is_some() && root.get("message").or(root.get("response")).is_some() {
        return Some(ome::read(root, None));
    }
    READERS.iter().find_map(|read| read(root)).map(Ok)
}

const READERS: &[fn(&Value) -> Option<Document>] =
    &[nimble::read, datarhei::read, rist::read, irlhosting::read, openrtmp::read, pushed::read];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_recorded_document_is_claimed_by_two() {
        let folder = format!("{}/tests/samples/ingest", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).expect("the samples") {
            let path = file.expect("a file").path();
            let Ok(root) = serde_json::from_slice(&std::fs::read(&path).expect("a sample")) else { continue };
            let claims = READERS.iter().filter(|read| read(&root).is_some()).count();
            let worded = usize::from(xiu::read(&root).is_ok()) + usize::from(ome::read(&root, None).is_ok());
            assert!(claims + worded <= 1, "{} is claimed by {}", path.display(), claims + worded);
        }
    }
}
