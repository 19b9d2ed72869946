//! Deciding the differences of a provider's day: what only its file has is entered, of the rest an
//! operator has to decide.

use super::settle::{self, Difference, Settlement};
use super::telling::{Telling, finding};
use super::{case, news, orders, step};
use crate::decide::Desk;
use acquit_domain::pay::{CaseKind, Funds, FundsKey, FundsKind, LineClass, SettlementLine};
use acquit_domain::{Function, Id, PartyCode, Severity, Verdict};
use acquit_mapping::lifecycle::Event;

/// Decides differences one by one, and gives the lines as they were decided; then stores the day,
/// when it is given.
pub(super) fn decide(desk: &mut Desk<'_>, settlement: &Settlement) -> Verdict {
    for difference in &settlement.differences {
        let line = one(desk, settlement, difference);
        desk.till.lines.push(line);
    }
    if let Some(day) = &settlement.day {
        let mut telling = telling(settlement);
        telling.user.clone_from(&settlement.user);
        let money = |minor| super::telling::amount(minor, day.currency);
        let what = if day.closed_at.is_some() { "clos" } else { "rapproché" };
        let text = format!(
            "Relevé du {} {what}: {} lignes, relevé {}, livres {}",
            day.on,
            day.lines.len(),
            money(day.file_minor),
            money(day.ledger_minor)
        );
        telling.note(desk, None, Verdict::Accepted, &text);
        desk.till.days.push(day.clone());
    }
    Verdict::Accepted
}

fn telling(settlement: &Settlement) -> Telling {
    let reference = format!("{}-{}", settlement.provider, settlement.on);
    let mut telling = Telling::new(Function::Ope, &reference);
    telling.partner = PartyCode::new(&settlement.provider);
    telling
}

fn held(desk: &Desk<'_>, settlement: &Settlement, difference: &Difference) -> Option<Funds> {
    let transaction = &difference.line.transaction;
    let key = |kind| FundsKey {
        provider: settlement.provider.clone(),
        transaction: transaction.clone(),
        kind,
    };
    match (&difference.held, &difference.said) {
        (Some(key), _) => desk.funds(key),
        (None, Some(said)) if said.signed_minor() < 0 => desk.funds(&key(FundsKind::Reversal)),
        (None, Some(_)) => desk.funds(&key(FundsKind::Credit)),
        (None, None) => None,
    }
}

fn one(desk: &mut Desk<'_>, settlement: &Settlement, difference: &Difference) -> SettlementLine {
    let mut line = difference.line.clone();
    let before = held(desk, settlement, difference);
    if let (Some(said), false) = (&difference.said, line.class == LineClass::Duplicate) {
        // It may have come meanwhile.
        (line.class, line.text) = settle::compare(said, before.as_ref());
    }
    match (line.class, &difference.said) {
        (LineClass::Match | LineClass::DateDiff, _) => {
            line.funds = before.map(|funds| funds.id);
            return line;
        }
        (LineClass::ProviderOnly, Some(said)) if before.is_none() => {
            news::decide(desk, &[settle::news_of(&settlement.provider, said)]);
            let entered = held(desk, settlement, difference);
            line.funds = entered.as_ref().map(|funds| funds.id);
            line.case = line.funds.and_then(|id| case_about(desk, id));
            return line;
        }
        (LineClass::StatusDiff, Some(said)) if before.is_none() => {
            // A dispute: it has a case of its own kind when its payment is known.
            news::decide(desk, &[settle::news_of(&settlement.provider, said)]);
        }
        (LineClass::ProviderOnly, _) => {
            line.funds = before.as_ref().map(|funds| funds.id);
            line.case = line.funds.and_then(|id| case_about(desk, id));
            return line;
        }
        _ => {}
    }
    line.funds = before.as_ref().map(|funds| funds.id);
    line.case = Some(open(desk, settlement, &line, before.as_ref()));
    line
}

fn case_about(desk: &Desk<'_>, funds: Id) -> Option<Id> {
    let about = |case: &acquit_domain::pay::Case| case.funds == Some(funds);
    desk.open_cases().into_iter().find(about).map(|case| case.id)
}

/// Opens the case of a difference, or gives the one that is open.
fn open(
    desk: &mut Desk<'_>,
    settlement: &Settlement,
    line: &SettlementLine,
    funds: Option<&Funds>,
) -> Id {
    let about = case::About {
        funds: funds.map(|funds| funds.id),
        order: funds.and_then(|funds| funds.order),
        invoice: None,
    };
    let same = |case: &acquit_domain::pay::Case| {
        case.kind == CaseKind::Reconciliation && funds.is_some() && case.funds == about.funds
    };
    if let Some(case) = desk.open_cases().into_iter().find(same) {
        return case.id;
    }
    let told = if line.transaction.is_empty() {
        settlement.on.to_string()
    } else {
        line.transaction.clone()
    };
    let telling = telling(settlement).with(finding("PAY-RECON", Severity::Warning, &told));
    let order = about.order.and_then(|id| desk.order(id));
    let mut row = None;
    if line.class == LineClass::EngineOnly {
        for item in order.iter().flat_map(|order| &order.items) {
            let stepped = step::invoice(desk, &item.invoice, Event::ReconMissing, 0, &telling);
            row = row.or(stepped.map(|stepped| stepped.exchange));
        }
    }
    let text = format!("Relevé {} du {}: {}", settlement.provider, settlement.on, line.text);
    let row =
        row.unwrap_or_else(|| telling.note_all(desk, order.as_ref(), Verdict::Accepted, &text));
    let whole = match &order {
        Some(order) => format!("{text} ({told}, {})", orders::numbers(order)),
        None => format!("{text} ({told})"),
    };
    desk.alert("recon.difference", whole.clone(), Some(row));
    case::always(desk, CaseKind::Reconciliation, about, row, &whole)
}
