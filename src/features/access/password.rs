//! Hashes and checks passwords. Slow on purpose: call it beside the runtime only.

use crate::config::password_hash::{HashFunction, StoredHash};
use crate::kit::secret::Secret;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Costs of new hashes: 12 MiB, three passes, the OWASP set that also suits a small board.
const COSTS: (u32, u32, u32) = (12 * 1024, 3, 1);

/// Something a password can be held against.
pub(super) enum Check {
    /// LOGIN_PASSWORD.
    Clear(Secret<String>),
    /// LOGIN_PASSWORD_HASH, or the hash of the claim.
    Stored(StoredHash),
}

impl Check {
    /// Whether this is the password. Takes as long for a wrong one as for the right one.
    pub fn fits(&self, password: &str) -> bool {
        match self {
            // Hashed first, so that not even the length shows in the time it takes.
            Check::Clear(wanted) => same(&Sha256::digest(password), &Sha256::digest(wanted.reveal())),
            Check::Stored(StoredHash::Argon2id(text)) => argon2id(password, text),
            Check::Stored(StoredHash::Scrypt { log_n, r, p, salt, digest }) => {
                let mut found = vec![0; digest.len()];
                let params = scrypt::Params::new(*log_n, *r, *p);
                let made = params.is_ok_and(|params| {
                    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut found).is_ok()
                });
                made && same(&found, digest)
            }
            Check::Stored(StoredHash::Pbkdf2 { function, rounds, salt, digest }) => {
                let mut found = vec![0; digest.len()];
                let derive = match function {
                    HashFunction::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>,
                    HashFunction::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>,
                    HashFunction::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>,
                };
                derive(password.as_bytes(), salt.as_bytes(), *rounds, &mut found);
                same(&found, digest)
            }
        }
    }
}

/// A new argon2id hash as a PHC string, with a random salt.
pub(super) fn hash(password: &str) -> Option<Secret<String>> {
    let (memory, passes, lanes) = COSTS;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = hasher.hash_password(password.as_bytes()).ok()?;
    Some(Secret::new(hash.to_string()))
}

fn argon2id(password: &str, text: &str) -> bool {
    let hash = PasswordHash::new(text);
    hash.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "correct horse battery";

    /// Made by Python's hashlib in werkzeug's form, for [`PASSWORD`].
    const WERKZEUG: &[&str] = &[
        "scrypt:32768:8:1$Nq5Yb1kD2vX0aZ7t$4fad362c278bb1fd2ebd23b63e1d6499888b8d3de8a91cbeccde6ebf492097f445d35be5c60f44cf1181eb38313a94c89f02ef409005f58c4dc2a79386821166",
        "scrypt:1024:8:2$s$2ba77f6055ef8554f77dca68cbe3b4e5db1a1bbd505406a3d1d63a08472230233b9b68206ae5d7e06355663be7cc068d2a122499d4deb32c516ce76ec48a7b0c",
        "pbkdf2:sha256:1000$saltysalt$985acd92fe624861fdd6bcf8f06eb0bf3f712998a1434dca993653591f200c0a",
        "pbkdf2:sha1:1000$saltysalt$0d81c6e44dac072408fbc55bd12154ffb1b5e1ff",
        "pbkdf2:sha512:1000$saltysalt$dbf14ff613789d20f1e77eb32d5237b806e6f681cf63f90a56a73242da8d7390bd1133f86f43dee719a7ea2816486ac5776ade158429fb3e6a607e7fadb1b9bd",
    ];

    #[test]
    fn hashes_of_werkzeug_know_their_password_and_no_other() {
        for text in WERKZEUG {
            let check = Check::Stored(StoredHash::parse(text).unwrap());
            assert!(check.fits(PASSWORD), "{text}");
            assert!(!check.fits("correct horse batterz"), "{text}");
        }
    }

    #[test]
    fn a_new_hash_is_salted_and_is_read_back() {
        let (one, two) = (hash(PASSWORD).unwrap(), hash(PASSWORD).unwrap());
        assert_ne!(one, two);
        assert!(one.reveal().starts_with("$argon2id$v=19$m=12288,t=3,p=1$"), "{}", one.reveal());
        let check = Check::Stored(StoredHash::parse(one.reveal()).unwrap());
        assert!(check.fits(PASSWORD) && !check.fits(""));
    }

    #[test]
    fn a_clear_password_is_compared_whole() {
        let check = Check::Clear(Secret::from(PASSWORD));
        assert!(check.fits(PASSWORD));
        assert!(["", "correct", "correct horse battery "].iter().all(|wrong| !check.fits(wrong)));
    }
}
