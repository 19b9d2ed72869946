//! Calls to providers and issuers, handed to who makes them after the commit; and the questions
//! that nobody answered.
//!
//! The clocks of attempts ask at growing intervals, up to a day apart. That is much too long once
//! a provider that was down is back: so the questions it left unanswered are kept here, one of
//! them is asked every minute, and all of them as soon as that one is answered.
//!
//! What it is *not*: it stores nothing. What is lost with the process is looked up again when it
//! starts ([`Calls::resume`]), and the clocks of the attempts run anyway.

use acquit_domain::Timestamp;
use acquit_domain::pay::{Attempt, AttemptState, Call, CallPurpose, Order};
use acquit_domain::time::SECOND;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::mpsc;

/// Most calls that wait to be made; more are left to the clock of what they belong to.
pub const CALLS_MAX: usize = 4096;
/// Most questions to one provider that are kept without an answer; more are left to their clocks.
pub const UNANSWERED_MAX: usize = 10_000;
/// How long a provider that does not answer is left alone before one question is asked again, in
/// microseconds.
const PROBE: i64 = 60 * SECOND;
/// Most questions to one provider asked again at one look of the clock.
const AT_ONE_LOOK: usize = 64;

/// Where calls go after the commit. Without somebody who makes them, they are dropped: their
/// clocks ask again.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    sender: Arc<OnceLock<mpsc::Sender<Call>>>,
    unanswered: Arc<Mutex<BTreeMap<String, Unanswered>>>,
}

/// Questions to one provider that were not answered.
#[derive(Debug, Default)]
struct Unanswered {
    /// By order and attempt, so that each is kept once.
    questions: BTreeMap<(acquit_domain::Id, u32), Call>,
    /// The last call failed.
    fails: bool,
    /// When one of them was asked again.
    probed: Option<Timestamp>,
}

impl Calls {
    /// The calls to be made; `None` when somebody makes them already.
    #[must_use]
    pub fn open(&self) -> Option<mpsc::Receiver<Call>> {
        let (sender, receiver) = mpsc::channel(CALLS_MAX);
        self.sender.set(sender).is_ok().then_some(receiver)
    }

    /// True when somebody makes the calls.
    #[must_use]
    pub fn are_made(&self) -> bool {
        self.sender.get().is_some_and(|sender| !sender.is_closed())
    }

    /// Hands calls over; never waits.
    pub(super) fn make(&self, calls: Vec<Call>) {
        let Some(sender) = self.sender.get() else { return };
        for call in calls {
            if let Err(mpsc::error::TrySendError::Full(call)) = sender.try_send(call) {
                tracing::warn!(to = call.to, purpose = call.purpose.key(), "a call has to wait");
                self.went(&call, false);
            }
        }
    }

    fn unanswered(&self) -> MutexGuard<'_, BTreeMap<String, Unanswered>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes whether a call was answered. A question that was not is asked again when its
    /// provider answers others.
    pub fn went(&self, call: &Call, answered: bool) {
        let is_question = matches!(call.purpose, CallPurpose::Query | CallPurpose::Capture);
        let mut unanswered = self.unanswered();
        match unanswered.entry(call.to.clone()) {
            Entry::Vacant(_) if answered || !is_question => {}
            entry => {
                let of = entry.or_default();
                of.fails = !answered;
                let key = (call.subject, call.attempt);
                if answered && is_question {
                    of.questions.remove(&key);
                } else if is_question && of.questions.len() < UNANSWERED_MAX {
                    of.questions.insert(key, call.clone());
                }
            }
        }
    }

    /// Asks again: one question a minute of a provider that fails, and those it left unanswered
    /// of one that answers.
    pub(super) fn ask_again(&self, now: Timestamp) {
        let mut asked = Vec::new();
        self.unanswered().retain(|_, of| {
            let wait = of.probed.is_some_and(|at| now.0 >= at.0 && now.0 - at.0 < PROBE);
            let many = if !of.fails { AT_ONE_LOOK } else { usize::from(!wait) };
            if of.fails && many > 0 {
                of.probed = Some(now);
            }
            for _ in 0..many {
                asked.extend(of.questions.pop_first().map(|(_, call)| call));
            }
            // Nothing is left, and no answer is under way that could leave something.
            !of.questions.is_empty() || of.fails && wait
        });
        self.make(asked);
    }

    /// Takes up the questions about an order that a process before this one may have asked
    /// without hearing the answer.
    pub(super) fn resume(&self, order: &Order) {
        let undecided = |attempt: &&Attempt| {
            let state = matches!(attempt.state, AttemptState::Unknown | AttemptState::Pending);
            state && attempt.polls > 0
        };
        for attempt in order.attempts.iter().filter(undecided) {
            let call = Call {
                to: attempt.provider.clone(),
                purpose: CallPurpose::Query,
                subject: order.id,
                attempt: attempt.ordinal,
            };
            let mut unanswered = self.unanswered();
            let of = unanswered.entry(call.to.clone()).or_default();
            if of.questions.len() < UNANSWERED_MAX {
                of.questions.insert((call.subject, call.attempt), call);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use acquit_domain::Id;

    fn question(n: u128) -> Call {
        let purpose = CallPurpose::Query;
        Call { to: "CMI".to_owned(), purpose, subject: Id(n), attempt: 1 }
    }

    /// How many questions are asked at this second.
    fn asked(calls: &Calls, receiver: &mut mpsc::Receiver<Call>, second: i64) -> usize {
        calls.ask_again(Timestamp(second * SECOND));
        std::iter::from_fn(|| receiver.try_recv().ok()).count()
    }

    #[test]
    fn one_a_minute_while_it_fails_and_all_when_it_is_back() {
        let calls = Calls::default();
        let mut receiver = calls.open().expect("nobody makes them");
        (0..100).for_each(|n| calls.went(&question(n), false));
        assert_eq!(asked(&calls, &mut receiver, 0), 1);
        calls.went(&question(0), false);
        assert_eq!(asked(&calls, &mut receiver, 59), 0);
        assert_eq!(asked(&calls, &mut receiver, 60), 1);
        calls.went(&question(0), true);
        assert_eq!(asked(&calls, &mut receiver, 61), AT_ONE_LOOK);
        assert_eq!(asked(&calls, &mut receiver, 61), 99 - AT_ONE_LOOK);
        assert_eq!(asked(&calls, &mut receiver, 62), 0, "each once");
    }

    #[test]
    fn what_is_no_question_is_not_asked_again() {
        let calls = Calls::default();
        let mut receiver = calls.open().expect("nobody makes them");
        calls.went(&Call { purpose: CallPurpose::Start, ..question(1) }, false);
        calls.went(&question(2), true);
        assert_eq!(asked(&calls, &mut receiver, 0), 0);
        assert!(calls.unanswered().is_empty());
    }
}
