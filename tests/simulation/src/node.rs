//! Nodes: they take what arrives, read what is held, decide, commit and answer, as the shell of
//! the product does; they crash at any of these points.

use crate::bugs::Bug;
use crate::network::{Answer, Errand};
use crate::rebuild::Entry;
use crate::store::Committed;
use crate::world::{Event, World};
use acquit_domain::parcel::{Channel, Media, Parcel};
use acquit_domain::time::SECOND;
use acquit_domain::{Id, Keys, Known, Outcome, PartyCode, Timestamp, Verdict};
use acquit_flow::{Occurrence, Reading};
use sha2::{Digest, Sha256};

/// Lanes of a node: what issuers send, and what happens to payments.
pub const LANES: usize = 2;
/// How often something is decided again before its sender is told to come back.
const TRIES: u32 = 5;
/// Most jobs decided together.
const BATCH: usize = 6;

/// Something a node has to do.
#[derive(Debug, Clone)]
pub struct Job {
    /// Who waits for the answer.
    pub sending: Option<usize>,
    /// The parcel it came in.
    pub parcel: Parcel,
    /// What is to be decided.
    pub work: Work,
    /// When it was decided last.
    pub decided_at: Timestamp,
    tries: u32,
}

/// What is to be decided.
#[derive(Debug, Clone)]
pub enum Work {
    /// A message, read.
    Message(Box<Reading>),
    /// Something that happened to payments.
    Happens(Box<Occurrence>),
}

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Counts its lives: what was begun in an earlier one is lost.
    pub epoch: u32,
    /// Whether it runs.
    pub up: bool,
    /// What waits, by lane.
    pub queues: [Vec<Job>; LANES],
    /// What was decided and is on its way to the store.
    pub deciding: [Vec<(Job, Outcome)>; LANES],
    /// When it looks at the clocks next.
    pub look_at: Option<i64>,
}

impl World<'_> {
    /// A parcel of some bytes.
    pub(crate) fn parcel(&mut self, partner: &str, key: &str, bytes: &[u8]) -> Parcel {
        self.parcels += 1;
        Parcel {
            id: Id::new((self.now.0 / 1000).unsigned_abs(), self.parcels.into()),
            partner: PartyCode::new(partner),
            channel: Channel::Http,
            media: Media::Unknown,
            charset: String::new(),
            name: String::new(),
            received_at: self.now,
            bytes: bytes.into(),
            sha256: Sha256::digest(bytes).into(),
            idempotency_key: key.to_owned(),
        }
    }

    /// A copy reaches a node.
    pub(crate) fn arrive(&mut self, node: usize, sending: usize) {
        let Some((errand, key)) =
            self.sendings.get(sending).map(|one| (one.errand.clone(), one.key.clone()))
        else {
            return;
        };
        if !self.nodes[node].up {
            return;
        }
        let (lane, parcel, work) = match errand {
            Errand::Message { issuer, bytes } => {
                let parcel = self.parcel(issuer, "", &bytes);
                let reading = acquit_flow::read(self.book, &parcel);
                (0, parcel, Work::Message(Box::new(reading)))
            }
            Errand::Happens { partner, occurrence } => {
                let parcel = self.parcel(partner, &key, b"{}");
                (1, parcel, Work::Happens(occurrence))
            }
        };
        self.queue(
            node,
            lane,
            Job { sending: Some(sending), parcel, work, decided_at: self.now, tries: 0 },
        );
    }

    /// Something that happens at the node itself: a deadline, or a provider's answer to a call.
    pub(crate) fn happens(&mut self, node: usize, occurrence: Occurrence) {
        let parcel = self.parcel("", "", b"{}");
        let work = Work::Happens(Box::new(occurrence));
        self.queue(node, 1, Job { sending: None, parcel, work, decided_at: self.now, tries: 0 });
    }

    fn queue(&mut self, node: usize, lane: usize, job: Job) {
        let it = &mut self.nodes[node];
        let idle = it.queues[lane].is_empty() && it.deciding[lane].is_empty();
        it.queues[lane].push(job);
        let epoch = it.epoch;
        if idle {
            let after = self.dice.between(10, 3_000);
            self.plan(after, Event::Decide { node, lane, epoch });
        }
    }

    /// A lane reads what is held about what waits, and decides it in order.
    pub(crate) fn decide(&mut self, node: usize, lane: usize, epoch: u32) {
        if self.nodes[node].epoch != epoch || !self.nodes[node].deciding[lane].is_empty() {
            return;
        }
        let count = self.nodes[node].queues[lane].len().min(BATCH);
        let jobs: Vec<Job> = self.nodes[node].queues[lane].drain(..count).collect();
        let mut keys = Keys::default();
        let (done, jobs): (Vec<Job>, Vec<Job>) = jobs
            .into_iter()
            .partition(|job| self.answers.contains_key(&job.parcel.idempotency_key));
        for job in done {
            let answer = self.answers.get(&job.parcel.idempotency_key).cloned();
            if let Some((sending, answer)) = job.sending.zip(answer) {
                self.answer(sending, answer);
            }
        }
        jobs.iter().for_each(|job| keys.extend(&job.work.keys(self)));
        let mut known = self.store.known(&keys);
        let mut decided = Vec::with_capacity(jobs.len());
        for mut job in jobs {
            job.decided_at = self.now;
            let outcome = self.decided(&job, &known);
            acquit_flow::apply(&mut known, &outcome);
            if let (Some(sending), Some(Bug::AnswerBeforeCommit)) = (job.sending, self.bug) {
                self.answer(sending, Answer::of(&outcome));
            }
            decided.push((job, outcome));
        }
        self.nodes[node].deciding[lane] = decided;
        let after = self.dice.between(200, 30_000);
        self.plan(after, Event::Commit { node, lane, epoch });
    }

    fn decided(&mut self, job: &Job, known: &Known) -> Outcome {
        let mut outcome = match &job.work {
            Work::Message(reading) => acquit_flow::decide(self.book, reading, known, self.now),
            Work::Happens(occurrence) => {
                acquit_flow::decide_payment(self.book, &job.parcel, occurrence, known, self.now)
            }
        };
        if let Some(bug) = self.bug {
            bug.spoil(&mut outcome);
        }
        outcome
    }

    /// What a lane decided reaches the store, or does not.
    pub(crate) fn commit(&mut self, node: usize, lane: usize, epoch: u32) {
        if self.nodes[node].epoch != epoch {
            return;
        }
        let decided = std::mem::take(&mut self.nodes[node].deciding[lane]);
        if self.storm(15) {
            return self.crash(node, "before a commit");
        }
        // The commit is there, and the node never learns of it.
        let unheard = self.storm(15);
        let mut again = Vec::new();
        for (mut job, outcome) in decided {
            // What was decided on top of something that was not committed is decided again.
            let on_air = !again.is_empty() && self.bug != Some(Bug::DecidedOnAir);
            let result = match on_air || self.storm(20) {
                true if on_air => Committed::Conflict("decided after one"),
                true => Committed::Conflict("injected"),
                false => self.write(&outcome, Entry::of(&job, job.decided_at)),
            };
            match result {
                Committed::Yes => self.committed(node, &job, &outcome, unheard),
                Committed::Conflict(why) => {
                    self.conflicts += 1;
                    self.tell(|_| format!("node {node}: conflict, {why}"));
                    job.tries += 1;
                    again.extend((job.tries < TRIES).then_some(job));
                }
                Committed::Unbalanced(why) => self.fail(format!("P14 exact: {why}")),
            }
        }
        if unheard {
            return self.crash(node, "after a commit");
        }
        self.nodes[node].queues[lane].splice(0..0, again);
        if !self.nodes[node].queues[lane].is_empty() {
            let after = self.dice.between(10, 3_000);
            self.plan(after, Event::Decide { node, lane, epoch });
        }
    }

    /// Writes an outcome, and holds the promises against what is there then.
    pub(crate) fn write(&mut self, outcome: &Outcome, entry: Entry) -> Committed {
        let result = self.store.commit(outcome);
        if result != Committed::Yes {
            return result;
        }
        self.story.mark(outcome.verdict as u64);
        for row in &outcome.exchanges {
            self.story.mark_bytes(&row.hash);
        }
        self.history.push(entry);
        if let Err(why) = self.laws.check(self.book, &self.store, outcome) {
            self.fail(why);
        }
        self.clocks_moved = true;
        Committed::Yes
    }

    fn committed(&mut self, node: usize, job: &Job, outcome: &Outcome, unheard: bool) {
        self.tell(|_| {
            let rows = outcome.exchanges.iter().map(|row| {
                let state = |state: Option<acquit_domain::InvoiceState>| {
                    state.map_or("-", acquit_domain::InvoiceState::key)
                };
                let number = row.invoice.as_ref().map_or("", |key| key.number.as_str());
                format!("{number} {} {}→{}", row.event, state(row.from), state(row.to))
            });
            let rows: Vec<String> = rows.collect();
            let reply = outcome.payments.reply.as_ref().map_or("", |reply| reply.code.as_str());
            let findings = outcome.exchanges.iter().flat_map(|row| &row.findings);
            let codes = findings.map(|finding| finding.code.as_ref());
            let codes: Vec<&str> = codes.chain([reply]).collect();
            let verdict = outcome.verdict.key();
            format!("node {node}: {verdict} {} [{}]", codes.join(" "), rows.join("; "))
        });
        if let Work::Happens(occurrence) = &job.work {
            self.moved(occurrence, outcome);
        }
        let mut answer = Answer::of(outcome);
        if self.bug == Some(Bug::AnswersAnew) && outcome.verdict == Verdict::Known {
            answer.letters.iter_mut().for_each(|(_, body)| body.push(b' '));
        }
        if !job.parcel.idempotency_key.is_empty() {
            self.answers.insert(job.parcel.idempotency_key.clone(), answer.clone());
        }
        self.follow(outcome);
        if unheard {
            return;
        }
        if let Some(sending) = job.sending
            && self.bug != Some(Bug::AnswerBeforeCommit)
        {
            self.answer(sending, answer);
        }
        let epoch = self.nodes[node].epoch;
        for call in &outcome.payments.calls {
            let after = self.delay();
            self.plan(after, Event::Called { node, epoch, call: Box::new(call.clone()) });
        }
    }

    /// A deadline that is due and moves nothing would be due for ever.
    fn moved(&mut self, occurrence: &Occurrence, outcome: &Outcome) {
        let Occurrence::Deadline { subject, event, at } = occurrence else { return };
        if outcome.verdict == Verdict::Accepted {
            return;
        }
        let dues = self.store.deadlines();
        let still =
            dues.iter().any(|(of, due)| of == subject && due.event == *event && due.at == *at);
        if still {
            self.fail(format!("P1 ends by clock: {event} of {subject:?} moves nothing"));
        }
    }

    fn crash(&mut self, node: usize, when: &str) {
        self.tell(|_| format!("node {node} crashes {when}"));
        let epoch = self.nodes[node].epoch + 1;
        self.nodes[node] = Node { epoch, ..Node::default() };
        let after = self.dice.between(1, 600) * SECOND;
        self.plan(after, Event::Restart(node));
    }
}

impl Work {
    fn keys(&self, world: &World<'_>) -> Keys {
        match self {
            Work::Message(reading) => reading.keys().clone(),
            Work::Happens(occurrence) => acquit_flow::payment_keys(world.book, occurrence),
        }
    }
}
