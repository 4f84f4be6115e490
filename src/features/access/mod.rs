//! Room: access. Stand-in with one password in memory.

use crate::domain::people::Role;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A signed-in person.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
}

/// A session's token.
#[derive(Clone)]
pub struct SessionToken(String);

impl SessionToken {
    /// The text for the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Why a claim failed.
#[derive(Debug)]
pub enum ClaimError {
    /// Wrong code.
    WrongCode,
    /// Already claimed.
    Claimed,
    /// Store.
    Unavailable(String),
}

/// Why a sign-in failed.
#[derive(Debug)]
pub enum SignInError {
    /// Too many tries.
    TooMany {
        /// Wait.
        retry_after: Duration,
    },
    /// Wrong password.
    Wrong,
    /// Store.
    Unavailable(String),
}

/// Handle.
#[derive(Clone, Default)]
pub struct Access {
    password: Arc<Mutex<Option<String>>>,
    tries: Arc<Mutex<u32>>,
}

impl Access {
    fn current(&self) -> Option<String> {
        self.password.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Claimed.
    pub fn claimed(&self) -> bool {
        self.current().is_some()
    }
    /// Code fits.
    pub fn claim_matches(&self, code: &str) -> bool {
        code == "code"
    }
    /// Claim.
    pub async fn claim(&self, code: &str, password: &str) -> Result<SessionToken, ClaimError> {
        if self.claimed() {
            return Err(ClaimError::Claimed);
        }
        if !self.claim_matches(code) {
            return Err(ClaimError::WrongCode);
        }
        *self.password.lock().unwrap_or_else(PoisonError::into_inner) = Some(password.to_owned());
        Ok(SessionToken("token".to_owned()))
    }
    /// Sign in.
    pub async fn sign_in(&self, password: &str, _addr: IpAddr) -> Result<SessionToken, SignInError> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if *tries >= 5 {
            return Err(SignInError::TooMany { retry_after: Duration::from_secs(60) });
        }
        if self.current().as_deref() == Some(password) {
            return Ok(SessionToken("token".to_owned()));
        }
        *tries += 1;
        Err(SignInError::Wrong)
    }
    /// Who.
    pub async fn person(&self, token: &str) -> Option<Person> {
        (token == "token").then(|| Person { name: "owner".to_owned(), role: Role::Owner })
    }
    /// Sign out.
    pub async fn sign_out(&self, _token: &str) {}
}
