//! Why a request brought no answer, in a few plain words.

use crate::domain::signal::Reach;
use std::error::Error;
use std::io::{self, ErrorKind};

/// The reason behind reqwest's error.
pub(super) fn why(error: &reqwest::Error) -> Reach {
    let refused = |why: &str| Reach::Refused(why.to_owned());
    if error.is_dns() {
        return refused("name not found");
    }
    let causes: Vec<&(dyn Error + 'static)> =
        std::iter::successors(error.source(), |cause| (*cause).source()).collect();
    match causes.iter().find_map(|cause| tls(*cause)) {
        Some(rustls::Error::InvalidCertificate(_)) => return refused("its certificate is not accepted"),
        Some(_) => return refused("no secure connection; is it http instead of https?"),
        None => {}
    }
    match causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => refused("connection refused"),
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => refused("no way to that address"),
        Some(ErrorKind::TimedOut) => Reach::Timeout,
        _ if error.is_connect() => refused("no connection"),
        _ if causes.iter().any(|cause| is_not_http(*cause)) => {
            Reach::Malformed("an answer that is not HTTP".to_owned())
        }
        _ => refused("the connection closed without an answer"),
    }
}

/// The TLS error, which lies inside of one or two I/O errors.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    tls(inner)
}

/// hyper's own words are the only mark that comes through.
fn is_not_http(error: &(dyn Error + 'static)) -> bool {
    error.to_string().contains("invalid HTTP")
}
