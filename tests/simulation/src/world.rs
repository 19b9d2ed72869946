//! One world: everybody in it, the agenda of what happens when, and the clock. All of it follows
//! from one seed.

use crate::bugs::Bug;
use crate::dice::Dice;
use crate::laws::Laws;
use crate::network::{Answer, Sending};
use crate::node::{LANES, Node};
use crate::people::{Act, Told};
use crate::provider::{PayerAct, Payment, Truths};
use crate::rebuild::Entry;
use crate::store::Store;
use crate::story::{Listening, Story};
use acquit_domain::pay::Call;
use acquit_domain::{Id, InvoiceKey, Timestamp};
use acquit_mapping::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};

/// Most events of one world; one that goes on longer never comes to rest.
pub const EVENTS_MAX: u64 = 20_000;
/// Longest time after which a node sees that something is due, in microseconds.
const LOOK: i64 = 4_000_000;
/// When every world begins: a Monday morning.
const BEGINNING: &str = "2026-11-23T10:00:00Z";

/// Something that happens at a time.
#[derive(Debug, Clone)]
pub enum Event {
    /// A sender tries again, unless it was answered.
    Send(usize),
    /// A copy reaches a node.
    Arrive {
        /// Which node.
        node: usize,
        /// What.
        sending: usize,
    },
    /// A lane of a node decides what waits.
    Decide {
        /// Which node.
        node: usize,
        /// Which lane.
        lane: usize,
        /// In which of its lives.
        epoch: u32,
    },
    /// What a lane decided reaches the store.
    Commit {
        /// Which node.
        node: usize,
        /// Which lane.
        lane: usize,
        /// In which of its lives.
        epoch: u32,
    },
    /// An answer reaches its sender.
    Answer {
        /// To what.
        sending: usize,
        /// The answer.
        answer: Box<Answer>,
    },
    /// A node comes back.
    Restart(usize),
    /// A node looks at the clocks.
    Look(usize),
    /// Somebody looks at what waits for its client.
    Retry,
    /// A call reaches its provider.
    Called {
        /// Who calls.
        node: usize,
        /// In which of its lives.
        epoch: u32,
        /// The call.
        call: Box<Call>,
    },
    /// A payer does something at a provider.
    Payer(usize, PayerAct),
    /// An issuer reads a letter of ours.
    Fetch(Id),
    /// Clients and operators act.
    Act(Act),
}

/// How a world is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup {
    /// The seed.
    pub seed: u64,
    /// A mistake to plant.
    pub bug: Option<Bug>,
    /// Events after which it no longer storms; `None` as the seed says.
    pub steps: Option<u64>,
    /// Who listens.
    pub listening: Option<Listening>,
}

/// A world.
pub struct World<'b> {
    /// The rules.
    pub book: &'b Rulebook,
    /// Chance.
    pub dice: Dice,
    /// The time.
    pub now: Timestamp,
    /// What is held.
    pub store: Store,
    /// The promises.
    pub laws: Laws,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Everything that was sent.
    pub sendings: Vec<Sending>,
    /// What was answered under idempotency keys.
    pub answers: BTreeMap<String, Answer>,
    /// What issuers said.
    pub told: BTreeMap<InvoiceKey, Told>,
    /// Payments as providers know them.
    pub payments: Vec<Payment>,
    /// The refunds they made.
    pub refunds: std::collections::BTreeSet<acquit_domain::Id>,
    /// What providers told of money.
    pub truths: Truths,
    /// Everything committed.
    pub history: Vec<Entry>,
    /// The story.
    pub story: Story,
    /// Whether only issuers speak, so that the end can be foretold.
    pub messages_only: bool,
    /// Clients known before anything happened.
    pub clients_before: BTreeSet<String>,
    /// Commits that found something moved.
    pub conflicts: u64,
    /// Events so far.
    pub steps: u64,
    /// The first promise that was broken.
    pub broken: Option<String>,
    pub(crate) bug: Option<Bug>,
    pub(crate) parcels: u64,
    pub(crate) references: u32,
    pub(crate) clocks_moved: bool,
    pub(crate) retrying: bool,
    storm_ends: u64,
    agenda: BTreeMap<(i64, u64), Event>,
    planned: u64,
}

impl<'b> World<'b> {
    /// A world before anything happened.
    ///
    /// # Panics
    /// When the beginning is no instant.
    #[must_use]
    pub fn new(book: &'b Rulebook, setup: Setup) -> World<'b> {
        let mut dice = Dice::new(crate::dice::mix(setup.seed ^ 0x5EED));
        let nodes = 1 + dice.roll(3);
        let messages_only = dice.chance(200);
        let storm_ends = 60 + dice.roll(240);
        let mut store = Store::new(setup.bug);
        store.held.clients.insert("290240".to_owned());
        let mut world = World {
            book,
            dice,
            now: Timestamp::parse(BEGINNING).expect("a valid instant"),
            clients_before: store.held.clients.clone(),
            store,
            laws: Laws::default(),
            nodes: (0..nodes).map(|_| Node { up: true, ..Node::default() }).collect(),
            sendings: Vec::new(),
            answers: BTreeMap::new(),
            told: BTreeMap::new(),
            payments: Vec::new(),
            refunds: std::collections::BTreeSet::new(),
            truths: Truths::default(),
            history: Vec::new(),
            story: Story::new(setup.listening),
            messages_only,
            conflicts: 0,
            steps: 0,
            broken: None,
            bug: setup.bug,
            parcels: 0,
            references: 0,
            clocks_moved: false,
            retrying: false,
            storm_ends: setup.steps.unwrap_or(storm_ends),
            agenda: BTreeMap::new(),
            planned: 0,
        };
        world.people();
        world
    }

    /// Lets everything happen until the world is at rest or a promise is broken.
    pub fn live(&mut self) {
        while self.broken.is_none() {
            let Some(((at, _), event)) = self.agenda.pop_first() else { break };
            self.now = self.now.max(Timestamp(at));
            self.steps += 1;
            self.story.mark(at.unsigned_abs());
            self.happen(event);
            self.look_ahead();
            if self.steps > EVENTS_MAX {
                self.fail("P1 ends by clock: the world never comes to rest".to_owned());
            }
        }
        if self.broken.is_none()
            && let Err(why) = self.at_rest().and_then(|()| self.rebuild())
        {
            self.fail(why);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Send(at) => self.try_to_send(at),
            Event::Arrive { node, sending } => self.arrive(node, sending),
            Event::Decide { node, lane, epoch } => self.decide(node, lane, epoch),
            Event::Commit { node, lane, epoch } => self.commit(node, lane, epoch),
            Event::Answer { sending, answer } => self.answered(sending, *answer),
            Event::Restart(node) => {
                self.nodes[node].up = true;
                self.clocks_moved = true;
            }
            Event::Look(node) => self.look(node),
            Event::Retry => self.retry_parked(),
            Event::Called { node, epoch, call } => {
                // A node that crashed makes no calls: their clocks ask again.
                if self.nodes[node].epoch == epoch {
                    self.called(node, &call);
                }
            }
            Event::Payer(payment, act) => self.payer(payment, act),
            Event::Fetch(letter) => self.fetched(letter),
            Event::Act(act) => self.act(act),
        }
    }

    /// Plans an event after some microseconds.
    pub(crate) fn plan(&mut self, after: i64, event: Event) {
        self.planned += 1;
        self.agenda.insert((self.now.0 + after.max(0), self.planned), event);
    }

    /// True so many times in a thousand while it storms; afterwards never.
    pub(crate) fn storm(&mut self, in_thousand: u64) -> bool {
        self.dice.chance(in_thousand) && self.steps < self.storm_ends
    }

    /// True while new things begin.
    pub(crate) fn storms(&self) -> bool {
        self.steps < self.storm_ends
    }

    /// One of the nodes.
    pub(crate) fn any_node(&mut self) -> usize {
        usize::try_from(self.dice.roll(self.nodes.len() as u64)).unwrap_or(0)
    }

    /// Notes the first promise that is broken.
    pub(crate) fn fail(&mut self, why: String) {
        self.tell(|_| format!("BROKEN {why}"));
        self.broken.get_or_insert(why);
    }

    /// Tells a sentence, when somebody listens.
    pub(crate) fn tell(&mut self, sentence: impl FnOnce(&World<'_>) -> String) {
        let mut story = std::mem::take(&mut self.story);
        story.tell(self.steps, self.now, || sentence(self));
        self.story = story;
    }

    /// Every node that runs looks at the clocks when the next one ends.
    fn look_ahead(&mut self) {
        if !std::mem::take(&mut self.clocks_moved) {
            return;
        }
        let Some(next) = self.store.next_due() else { return };
        for node in 0..self.nodes.len() {
            let it = &self.nodes[node];
            if !it.up || it.look_at.is_some_and(|at| at <= next.0.max(self.now.0) + LOOK) {
                continue;
            }
            let after = (next.0 - self.now.0).max(0) + self.dice.between(LOOK / 4, LOOK);
            self.nodes[node].look_at = Some(self.now.0 + after);
            self.plan(after, Event::Look(node));
        }
    }

    /// Whether anything is still on its way at a node.
    #[must_use]
    pub fn works(&self) -> bool {
        let busy = |node: &Node| {
            (0..LANES).any(|lane| !node.queues[lane].is_empty() || !node.deciding[lane].is_empty())
        };
        self.nodes.iter().any(busy)
    }
}
