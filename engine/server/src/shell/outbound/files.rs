//! Letters into a partner's folder.

use super::{Handed, Handing, Outlet};
use acquit_connectors::folder::{Case, FolderChannel, letter_name};
use acquit_connectors::name::FileName;
use acquit_domain::{Letter, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// A partner's folder, as letters see it.
pub(super) struct Files {
    channel: Arc<Mutex<FolderChannel>>,
    case: Case,
}

impl Files {
    /// The folder letters are put into.
    pub(super) fn new(channel: FolderChannel, case: Case) -> Files {
        Files { channel: Arc::new(Mutex::new(channel)), case }
    }
}

impl Outlet for Files {
    fn deliver<'a>(&'a self, letter: &'a Letter, at: Timestamp) -> Handing<'a> {
        Box::pin(async move {
            let name = letter_name(letter, self.case);
            let name = match FileName::new(name.as_bytes()) {
                Ok(name) => name,
                Err(fault) => return Handed::Never(fault.text().to_owned()),
            };
            let (channel, body) = (Arc::clone(&self.channel), letter.body.clone());
            let put = tokio::task::spawn_blocking(move || {
                let mut channel = channel.lock().unwrap_or_else(PoisonError::into_inner);
                channel.deliver(&name, &body, at)
            });
            match put.await {
                Ok(Ok(())) => Handed::Delivered,
                Ok(Err(error)) => Handed::later(format!("SYS-IO: {error}")),
                Err(error) => Handed::later(error.to_string()),
            }
        })
    }
}
