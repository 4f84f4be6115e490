//! The token file, off the runtime's threads, with errors as sentences.

use crate::domain::chat::Identity;
use crate::kit::text;
use crate::store::tokens::{Notes, Pair, TokenFile, TokenFileError};
use std::path::PathBuf;

/// One identity's place in the token file.
#[derive(Clone)]
pub(super) struct Disk {
    file: TokenFile,
    identity: Identity,
}

impl Disk {
    pub(super) fn new(path: PathBuf, identity: Identity) -> Self {
        Self { file: TokenFile::new(path), identity }
    }

    pub(super) async fn read(&self) -> Result<Option<(Pair, Notes)>, String> {
        self.on(|file, who| Ok(file.read(who)?.map(|pair| (pair, file.notes(who).unwrap_or_default())))).await
    }

    /// A damaged file makes way for the pair; one that cannot be read is left where it is.
    pub(super) async fn write(&self, pair: Pair) -> Result<(), String> {
        self.on(move |file, who| file.set_aside().and_then(|_| file.write(who, &pair))).await
    }

    /// The same for a pair that the file held before; where a damaged file went.
    pub(super) async fn put_back(&self, pair: Pair, notes: Notes) -> Result<Option<PathBuf>, String> {
        self.on(move |file, who| {
            let aside = file.set_aside()?;
            file.put_back(who, &pair, notes).map(|()| aside)
        })
        .await
    }

    /// Closes the file to others; true when it was open to them.
    pub(super) async fn close(&self) -> Result<bool, String> {
        self.on(|file, _| file.close()).await
    }

    pub(super) async fn begin_renewal(&self, pair: Pair, notes: Notes) -> Result<(), String> {
        self.on(move |file, who| file.begin_renewal(who, &pair, notes)).await
    }

    pub(super) async fn end_renewal(&self) -> Result<(), String> {
        self.on(|file, who| file.end_renewal(who)).await
    }

    pub(super) async fn forget(&self) -> Result<(), String> {
        self.on(|file, who| file.forget(who)).await
    }

    pub(super) async fn signed_out(&self) -> Result<bool, String> {
        self.on(|file, who| file.signed_out(who)).await
    }

    /// Takes over the file of an earlier program, whole; false where there is none.
    pub(super) async fn take_over(&self, old: PathBuf) -> Result<bool, String> {
        self.on(move |file, _| file.take_over(&old)).await
    }

    async fn on<T: Send + 'static>(
        &self,
        act: impl FnOnce(&TokenFile, Identity) -> Result<T, TokenFileError> + Send + 'static,
    ) -> Result<T, String> {
        let (file, identity) = (self.file.clone(), self.identity);
        let done = tokio::task::spawn_blocking(move || act(&file, identity)).await;
        done.map_err(|_| "The token file could not be used.".to_owned())?
            .map_err(|error| text::sentence(&error.to_string()))
    }
}
