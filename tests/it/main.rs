//! Integration tests, one binary.

mod flows {
    mod obs;
}
