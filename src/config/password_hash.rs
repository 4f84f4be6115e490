//! The stored password hashes that are understood: werkzeug's scrypt and pbkdf2, and argon2id.
//! Their costs come from outside, so they are bounded here, before any memory is spent.

use argon2::password_hash::phc::PasswordHash;

/// A stored hash, understood and within bounds. Checking a password is `features/access`'s work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredHash {
    /// werkzeug `scrypt:N:r:p$salt$hex`.
    Scrypt {
        /// Base-2 logarithm of N.
        log_n: u8,
        /// Block size.
        r: u32,
        /// Parallelism.
        p: u32,
        /// The salt's text, used as bytes.
        salt: String,
        /// What the password must give.
        digest: Vec<u8>,
    },
    /// werkzeug `pbkdf2:sha256:iterations$salt$hex`.
    Pbkdf2 {
        /// The hash function below.
        function: HashFunction,
        /// How often it runs.
        rounds: u32,
        /// The salt's text, used as bytes.
        salt: String,
        /// What the password must give.
        digest: Vec<u8>,
    },
    /// A PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    Argon2id(String),
}

/// What pbkdf2 runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashFunction {
    /// SHA-1.
    Sha1,
    /// SHA-256, werkzeug's default.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// Memory that one check may take: 128 MiB.
const MEMORY: u64 = 128 * 1024 * 1024;
/// pbkdf2 rounds that one check may take: about ten times werkzeug's default.
const ROUNDS: u32 = 10_000_000;

impl StoredHash {
    /// Understands a stored hash; the error says what is wrong with its form, never its content.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > 1024 {
            return Err("it is too long");
        }
        if text.starts_with("$argon2id$") {
            return argon2id(text);
        }
        let [method, salt, digest] = three(text, '$').ok_or("it is no hash of a known form")?;
        let digest = hex::decode(digest).map_err(|_| "its last part is not hex")?;
        if !(16..=128).contains(&digest.len()) {
            return Err("its last part has the wrong length");
        }
        match method.split(':').collect::<Vec<_>>()[..] {
            ["scrypt"] => scrypt(32768, 8, 1, salt, digest),
            ["scrypt", n, r, p] => scrypt(number(n)?, number(r)?, number(p)?, salt, digest),
            ["pbkdf2", function, rounds] => pbkdf2(function, number(rounds)?, salt, digest),
            _ => Err("it is no hash of a known form"),
        }
    }
}

fn three(text: &str, at: char) -> Option<[&str; 3]> {
    text.splitn(3, at).collect::<Vec<_>>().try_into().ok()
}

fn number(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "one of its costs is no number")
}

fn scrypt(n: u32, r: u32, p: u32, salt: &str, digest: Vec<u8>) -> Result<StoredHash, &'static str> {
    let memory = 128 * u64::from(n) * u64::from(r);
    let sound = n.is_power_of_two() && n > 1 && r > 0 && (1..=16).contains(&p);
    if !sound || memory > MEMORY {
        return Err("its costs are out of bounds (at most 128 MiB)");
    }
    let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
    Ok(StoredHash::Scrypt { log_n, r, p, salt: salt.to_owned(), digest })
}

fn pbkdf2(function: &str, rounds: u32, salt: &str, digest: Vec<u8>) -> Result<StoredHash, &'static str> {
    let function = match function {
        "sha1" => HashFunction::Sha1,
        "sha256" => HashFunction::Sha256,
        "sha512" => HashFunction::Sha512,
        _ => return Err("its hash function is not sha1, sha256 or sha512"),
    };
    if !(1..=ROUNDS).contains(&rounds) {
        return Err("its number of rounds is out of bounds");
    }
    Ok(StoredHash::Pbkdf2 { function, rounds, salt: salt.to_owned(), digest })
}

fn argon2id(text: &str) -> Result<StoredHash, &'static str> {
    let hash = PasswordHash::new(text).map_err(|_| "it is no argon2id hash that can be read")?;
    let params = argon2::Params::try_from(&hash).map_err(|_| "its costs cannot be read")?;
    let bounded = u64::from(params.m_cost()) * 1024 <= MEMORY && params.t_cost() <= 20 && params.p_cost() <= 16;
    let whole = hash.salt.is_some() && hash.hash.is_some();
    if bounded && whole {
        Ok(StoredHash::Argon2id(text.to_owned()))
    } else {
        Err("its costs are out of bounds (at most 128 MiB)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_forms_are_understood_and_hostile_ones_refused() {
        let hex = "00".repeat(32);
        let argon = "$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let table = [
            (format!("scrypt:32768:8:1$salt${hex}"), true),
            (format!("scrypt$salt${hex}"), true),
            (format!("pbkdf2:sha256:600000$salt${hex}"), true),
            (format!("pbkdf2:sha1:1000$salt${hex}"), true),
            (format!("$argon2id$v=19$m=19456,t=2,p=1{argon}"), true),
            (format!("scrypt:1073741824:8:1$salt${hex}"), false),
            (format!("scrypt:32767:8:1$salt${hex}"), false),
            (format!("scrypt:32768:4000000000:1$salt${hex}"), false),
            (format!("scrypt:0:8:1$salt${hex}"), false),
            (format!("pbkdf2:md5:1000$salt${hex}"), false),
            (format!("pbkdf2:sha256:4000000000$salt${hex}"), false),
            (format!("$argon2id$v=19$m=4194304,t=2,p=1{argon}"), false),
            (format!("$argon2id$v=19$m=19456,t=200,p=1{argon}"), false),
            ("$argon2id$v=19$m=19456,t=2,p=1".to_owned(), false),
            ("scrypt:32768:8:1$salt$xyz".to_owned(), false),
            ("scrypt:32768:8:1$salt$".to_owned(), false),
            ("hunter2".to_owned(), false),
            (String::new(), false),
        ];
        for (text, good) in table {
            assert_eq!(StoredHash::parse(&text).is_ok(), good, "{text}");
        }
    }
}
