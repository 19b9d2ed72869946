//! A folder channel at work: files to the intake.
//!
//! The channel reads and moves files and never looks inside; this is where its files meet the
//! pipeline. A file is settled only after its commit, so that a crash reads it again, and it is
//! known again.
//!
//! What this is *not*: letters leave by [`super::outbound`].

use super::{Answer, Arrival, Engine, Intake, steps};
use crate::config::{ChannelConfig, ChannelKind, FileArrival, FileExtension};
use crate::render::{Colour, Form, Lang, Look, Origin, Source, WIDTH_DEFAULT, render, tell};
use acquit_connectors::folder::{Arrival as Wholeness, Arrived, Case, Fate, FileFault};
use acquit_connectors::folder::{FolderChannel, Health};
use acquit_connectors::name::FileName;
use acquit_domain::{Channel, Finding, Level, Parcel, PartyCode, Place, Severity, Verdict};
use acquit_mapping::language::Language;
use acquit_mapping::rulebook::Rulebook;
use std::io;
use std::time::Duration;
use tokio::sync::watch;

/// Pause between two looks at a folder.
const PAUSE: Duration = Duration::from_secs(1);

/// A partner's folder, opened.
#[derive(Debug)]
pub struct Watched {
    party: PartyCode,
    case: Case,
    channel: FolderChannel,
}

impl Watched {
    /// Opens the folders of a partner below the path of a channel.
    ///
    /// # Errors
    /// When the channel has no path, the partner's code is no name of a folder, or the folders
    /// cannot be made.
    pub fn open(config: &ChannelConfig, party: PartyCode) -> io::Result<Watched> {
        let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, why);
        let root = config.path.as_deref().ok_or_else(|| wrong("its channel has no path"))?;
        let name = FileName::new(party.as_str().as_bytes()).map_err(|why| wrong(why.text()))?;
        let wholeness = match (config.kind, config.arrival) {
            // What comes over SSH is given its name when it is whole.
            (ChannelKind::Sftp, _) | (_, FileArrival::Renamed) => Wholeness::Renamed,
            (_, FileArrival::Quiet) => Wholeness::Quiet,
            (_, FileArrival::Marked) => Wholeness::Marked,
        };
        let case = match config.extension {
            FileExtension::Lower => Case::Lower,
            FileExtension::Upper => Case::Upper,
        };
        let channel = FolderChannel::open(root, &name, wholeness)?;
        Ok(Watched { party, case, channel })
    }

    /// The folders, and how the extension of letters is written.
    pub(super) fn into_parts(self) -> (FolderChannel, Case) {
        (self.channel, self.case)
    }
}

/// Waits until the process is told to end (SIGTERM or SIGINT).
///
/// # Errors
/// When signals cannot be listened for.
pub async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Takes files until the server stops. Health is logged when it changes.
pub async fn run(
    mut watched: Watched,
    engine: Engine,
    intake: Intake,
    mut stopping: watch::Receiver<bool>,
) {
    let mut health = Health::Good;
    engine.channels.note(&watched.party, None);
    loop {
        watched = once(watched, &engine, &intake).await;
        if *watched.channel.health() != health {
            health = watched.channel.health().clone();
            let partner = watched.party.as_str();
            let fails = match &health {
                Health::Good => None,
                Health::Failing { what, .. } => Some(what.as_str()),
            };
            engine.channels.note(&watched.party, fails);
            match &health {
                Health::Good => tracing::info!(partner, "the folder works again"),
                Health::Failing { what, .. } => {
                    tracing::error!(partner, code = "SYS-IO", what = %what, "the folder fails");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// One look: every file that is whole.
async fn once(watched: Watched, engine: &Engine, intake: &Intake) -> Watched {
    let now = engine.clock.now();
    let (mut watched, arrived) = blocking(watched, move |channel| channel.poll(now)).await;
    for file in arrived.unwrap_or_default() {
        let fate = decide(&watched.party, &file, engine, intake).await;
        let (name, word) = (file.shown.clone(), fate.word());
        let moved;
        (watched, moved) = blocking(watched, move |channel| {
            let fate = match &fate {
                Settled::Taken => Fate::Taken,
                Settled::Again => Fate::Again,
                Settled::Refused(diagnostic) => Fate::Refused { diagnostic },
            };
            channel.settle(&file.token, fate, now)
        })
        .await;
        if moved.is_ok() {
            let partner = watched.party.as_str();
            tracing::info!(partner, file = %name, fate = word, "a file was settled");
        }
    }
    watched
}

/// What became of a file.
enum Settled {
    Taken,
    Again,
    Refused(String),
}

impl Settled {
    /// The word in the log.
    const fn word(&self) -> &'static str {
        match self {
            Settled::Taken => "taken",
            Settled::Again => "again",
            Settled::Refused(_) => "refused",
        }
    }
}

/// Hands a file to the pipeline.
async fn decide(party: &PartyCode, file: &Arrived, engine: &Engine, intake: &Intake) -> Settled {
    let partner = party.as_str();
    let arrival = Arrival {
        partner: Some(party.clone()),
        name: file.shown.clone(),
        ..Arrival::over(Channel::Folder)
    };
    let parcel = arrival.parcel(&engine.clock, file.bytes.clone());
    if let Some(fault) = file.fault {
        tracing::warn!(partner, file = %file.shown, code = fault.code(), "a file was refused");
        let finding = finding(fault, &file.shown);
        let diagnostic =
            text(&engine.book, party, &file.shown, std::slice::from_ref(&finding), &[]);
        return match refuse(engine, parcel, finding).await {
            Ok(()) => Settled::Refused(diagnostic),
            Err(error) => {
                tracing::error!(partner, error = %error, "a refused file was not logged");
                Settled::Again
            }
        };
    }
    match intake.submit_large(parcel).await {
        Err(refusal) => {
            tracing::warn!(partner, file = %file.shown, why = %refusal, "a file has to wait");
            Settled::Again
        }
        Ok(answer) => settled(&engine.book, party, file, &answer),
    }
}

/// Writes into the log that a file was refused unread, and why.
async fn refuse(engine: &Engine, parcel: Parcel, finding: Finding) -> acquit_store::Result<()> {
    let outcome = steps::refused(&engine.book, parcel, finding);
    engine.store.commit(vec![outcome]).await.map(drop)
}

/// Rejected as a whole: refused with its diagnostic. In part: the letters say which part.
fn settled(book: &Rulebook, party: &PartyCode, file: &Arrived, answer: &Answer) -> Settled {
    match answer.verdict {
        Verdict::Rejected | Verdict::KnownButDifferent => {
            Settled::Refused(text(book, party, &file.shown, &answer.findings, &file.bytes))
        }
        Verdict::Accepted | Verdict::Partly | Verdict::Known | Verdict::Parked => Settled::Taken,
    }
}

fn finding(fault: FileFault, shown: &str) -> Finding {
    let place = Place { name: shown.to_owned(), ..Place::default() };
    let mut finding = Finding::business(fault.code(), Severity::Error, place).with_value(shown);
    finding.level = Level::Input;
    finding.expected = fault.text().to_owned();
    finding
}

/// The text beside a refused file: every finding, drawn, in the language agreed with the partner.
fn text(
    book: &Rulebook,
    party: &PartyCode,
    file: &str,
    findings: &[Finding],
    bytes: &[u8],
) -> String {
    let agreed = book.agreement(party).and_then(|agreement| agreement.language);
    let language = agreed.or(book.platform.languages.first().copied()).unwrap_or_default();
    let lang = match language {
        Language::Fr => Lang::Fr,
        Language::En => Lang::En,
        Language::Ar => Lang::Ar,
    };
    let look = Look { form: Form::Drawn, colour: Colour::None, width: WIDTH_DEFAULT, lang };
    let origin = Origin { file, message: "" };
    let source = if bytes.is_empty() { Source::Absent } else { Source::Bytes(bytes) };
    findings
        .iter()
        .map(|finding| {
            render(&look, origin, &source, finding, &tell(&book.words, finding, look.lang)) + "\n"
        })
        .collect()
}

/// Does something that blocks on a thread for it.
async fn blocking<T: Send + 'static>(
    mut watched: Watched,
    work: impl FnOnce(&mut FolderChannel) -> T + Send + 'static,
) -> (Watched, T) {
    let done = tokio::task::spawn_blocking(move || {
        let result = work(&mut watched.channel);
        (watched, result)
    });
    done.await.expect("nothing in a channel panics")
}
