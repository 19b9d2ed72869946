//! What the business asks of an invoice beyond syntax: amounts, dates, identifiers.
//!
//! Every check is exact (decimals and whole minor units, half-up per rate) and says what it
//! expected. Sources: EN 16931 BR-CO-10 to BR-CO-17 for the arithmetic, the Moroccan general tax
//! code for rates, the national common identifier (ICE) rule "15 digits, remainder of 97 is 0".

use acquit_domain::invoice::{ClientData, InvoiceMessage, MessageFunction};
use acquit_domain::{Currency, Date, Decimal, Finding, InvoiceKind, Money, Place, Severity};

/// Where the values of a message stand, so that a finding can point at them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// The message itself: used when the value concerned has no place of its own.
    pub message: Place,
    /// Amount excluding tax.
    pub net: Option<Place>,
    /// Tax amount.
    pub vat: Option<Place>,
    /// Amount including tax.
    pub gross: Option<Place>,
    /// Due date.
    pub due_on: Option<Place>,
    /// Identifiers of the client.
    pub client: Option<Place>,
    /// Reference of the principal invoice.
    pub principal: Option<Place>,
}

impl Places {
    fn of(&self, place: &Option<Place>) -> Place {
        place.clone().unwrap_or_else(|| self.message.clone())
    }
}

/// What the agreement and the rulebook add to the arithmetic.
pub(crate) struct Rules<'r> {
    /// Tells whether a VAT rate (in percent) was in force on a date.
    pub rate_allowed: &'r dyn Fn(Decimal, Date) -> bool,
    /// What a rate that was not in force costs.
    pub rate_severity: Severity,
    /// An invoice of nothing is taken.
    pub zero_is_fine: bool,
}

/// Checks an invoice message; findings in the order amounts, taxes, dates, identifiers.
pub(crate) fn check(said: &InvoiceMessage, places: &Places, rules: &Rules<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if matches!(said.function, MessageFunction::Original | MessageFunction::Replace) {
        amounts(said, places, rules, &mut found);
        rates(said, places, rules, &mut found);
        dates(said, places, &mut found);
        if said.kind == Some(InvoiceKind::Supplementary) && said.principal.is_none() {
            let place = places.of(&places.principal);
            found.push(Finding::business("REF-PRINCIPAL", Severity::Warning, place));
        }
    }
    identifiers(&said.client, places, &mut found);
    found
}

fn amounts(said: &InvoiceMessage, places: &Places, rules: &Rules<'_>, found: &mut Vec<Finding>) {
    let (Some(currency), Some(gross)) = (said.currency, said.gross_minor) else { return };
    let show = |minor: i64| Money::new(minor, currency).to_string();
    if gross < 0 {
        let mut finding = Finding::business("BIZ-SIGN", Severity::Error, places.of(&places.gross))
            .with_value(show(gross));
        // Told in CONTRL as well: the sign is a value the message type does not allow.
        finding.syntax_error = Some(12);
        found.push(finding);
        return;
    }
    if gross == 0 && !rules.zero_is_fine {
        let place = places.of(&places.gross);
        found.push(Finding::business("BIZ-ZERO", Severity::Error, place).with_value(show(gross)));
        return;
    }
    lines_sum(said, currency, places, found);
    total(said, gross, currency, places, found);
}

/// Σ lines = HT, when every line carries its amount.
fn lines_sum(said: &InvoiceMessage, currency: Currency, places: &Places, found: &mut Vec<Finding>) {
    let (Some(net), false) = (said.net_minor, said.services.is_empty()) else { return };
    let mut sum = 0i128;
    for service in &said.services {
        match service.net_minor {
            Some(minor) => sum += i128::from(minor),
            None => return,
        }
    }
    if sum != i128::from(net) {
        let expected = i64::try_from(sum).unwrap_or(i64::MAX);
        found.push(
            Finding::business("BIZ-LINES", Severity::Error, places.of(&places.net))
                .with_value(Money::new(net, currency))
                .with_expected(Money::new(expected, currency))
                .with_likely(Money::new(expected, currency)),
        );
    }
}

/// HT + TVA = TTC, and TVA = Σ half-up(base × rate) where bases and rates are said.
fn total(
    said: &InvoiceMessage,
    gross: i64,
    currency: Currency,
    places: &Places,
    found: &mut Vec<Finding>,
) {
    let Some(net) = said.net_minor else { return };
    let show = |minor: i128| Money::new(i64::try_from(minor).unwrap_or(i64::MAX), currency);
    let computed = computed_vat(said, currency);
    let vat = said.vat_minor.or(computed);
    if gross < net {
        // With a tax it is known what the gross amount must be; without, only what it is not.
        let finding = Finding::business("BIZ-SUM", Severity::Error, places.of(&places.gross))
            .with_value(show(gross.into()));
        let sum = computed.or(vat).map(|vat| show(i128::from(net) + i128::from(vat)));
        found.push(match sum {
            Some(sum) => finding.with_expected(sum).with_likely(sum),
            None => finding.with_expected(format!("\u{2265} {}", show(net.into()))),
        });
        return;
    }
    if let (Some(said_vat), Some(computed)) = (said.vat_minor, computed)
        && said_vat != computed
    {
        found.push(
            Finding::business("BIZ-VAT", Severity::Error, places.of(&places.vat))
                .with_value(show(said_vat.into()))
                .with_expected(show(computed.into()))
                .with_likely(show(computed.into())),
        );
        return;
    }
    if let Some(vat) = vat {
        let expected = i128::from(net) + i128::from(vat);
        if expected != i128::from(gross) {
            found.push(
                Finding::business("BIZ-SUM", Severity::Error, places.of(&places.gross))
                    .with_value(show(gross.into()))
                    .with_expected(show(expected))
                    .with_likely(show(expected)),
            );
        }
    }
}

/// Tax computed from the rates: per rate, half-up. `None` when a rate or base is not said.
fn computed_vat(said: &InvoiceMessage, currency: Currency) -> Option<i64> {
    if said.taxes.is_empty() {
        return None;
    }
    let single = said.taxes.len() == 1;
    let mut sum = 0i64;
    for tax in &said.taxes {
        let base = match tax.base_minor {
            Some(base) => base,
            None if single => said.net_minor?,
            None => return None,
        };
        let base = Money::new(base, currency).decimal();
        let amount = Money::half_up(base * tax.rate / Decimal::ONE_HUNDRED, currency).ok()?;
        sum = sum.checked_add(amount.minor)?;
    }
    Some(sum)
}

fn rates(said: &InvoiceMessage, places: &Places, rules: &Rules<'_>, found: &mut Vec<Finding>) {
    let Some(issued_on) = said.issued_on else { return };
    for tax in &said.taxes {
        if !(rules.rate_allowed)(tax.rate, issued_on) {
            found.push(
                Finding::business("BIZ-RATE", rules.rate_severity, places.of(&places.vat))
                    .with_value(tax.rate.normalize()),
            );
        }
    }
}

fn dates(said: &InvoiceMessage, places: &Places, found: &mut Vec<Finding>) {
    if let (Some(issued_on), Some(due_on)) = (said.issued_on, said.due_on)
        && due_on < issued_on
    {
        found.push(
            Finding::business("BIZ-DUE", Severity::Error, places.of(&places.due_on))
                .with_value(due_on)
                .with_expected(format!(">= {issued_on}")),
        );
    }
}

fn identifiers(client: &ClientData, places: &Places, found: &mut Vec<Finding>) {
    if !client.ice.is_empty() && !ice_is_valid(&client.ice) {
        found.push(
            Finding::business("BIZ-ICE", Severity::Note, places.of(&places.client))
                .with_value(&client.ice),
        );
    }
    let ifu = &client.ifu;
    if !ifu.is_empty() && (ifu.len() > 10 || !ifu.bytes().all(|byte| byte.is_ascii_digit())) {
        found.push(
            Finding::business("BIZ-IF", Severity::Note, places.of(&places.client)).with_value(ifu),
        );
    }
}

/// ICE: 15 digits (9 enterprise, 4 establishment, 2 control); the number modulo 97 is 0.
fn ice_is_valid(ice: &str) -> bool {
    ice.len() == 15
        && ice.bytes().all(|byte| byte.is_ascii_digit())
        && ice.bytes().fold(0u64, |sum, byte| (sum * 10 + u64::from(byte - b'0')) % 97) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ice_of_public_texts() {
        for (ice, valid) in [
            ("000025569000083", true),
            ("001561191000066", true),
            ("001561191000067", false),
            ("00156119100006", false),
            ("00156119100006X", false),
        ] {
            assert_eq!(ice_is_valid(ice), valid, "{ice}");
        }
    }
}
