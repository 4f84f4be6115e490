//! The recorded documents of `tests/samples/ingest`, for the tests of the adapters.

use super::detect;
use super::document::Document;

/// The bytes of a file there.
pub fn bytes(file: &str) -> Vec<u8> {
    let path = format!("{}/tests/samples/ingest/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect(file)
}

/// A recorded JSON document, by its name without `.json`, read as whatever it looks like.
pub fn document(name: &str) -> Document {
    detect::parse(&bytes(&format!("{name}.json"))).expect(name)
}
