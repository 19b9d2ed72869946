//! Money is a whole number of minor units with its currency. There is no float in this house.

use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;

/// An ISO 4217 currency with the number of its minor digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

/// ISO 4217: code, numeric code, minor digits. The currencies a trade platform of Morocco meets.
const CURRENCIES: &[(&[u8; 3], u16, u8)] = &[
    (b"MAD", 504, 2),
    (b"EUR", 978, 2),
    (b"USD", 840, 2),
    (b"GBP", 826, 2),
    (b"CHF", 756, 2),
    (b"JPY", 392, 0),
    (b"CNY", 156, 2),
    (b"CAD", 124, 2),
    (b"AUD", 36, 2),
    (b"AED", 784, 2),
    (b"SAR", 682, 2),
    (b"QAR", 634, 2),
    (b"KWD", 414, 3),
    (b"BHD", 48, 3),
    (b"TND", 788, 3),
    (b"LYD", 434, 3),
    (b"DZD", 12, 2),
    (b"EGP", 818, 2),
    (b"MRU", 929, 2),
    (b"XOF", 952, 0),
    (b"XAF", 950, 0),
    (b"TRY", 949, 2),
    (b"INR", 356, 2),
    (b"BRL", 986, 2),
    (b"DKK", 208, 2),
    (b"NOK", 578, 2),
    (b"SEK", 752, 2),
    (b"PLN", 985, 2),
    (b"CZK", 203, 2),
    (b"HUF", 348, 2),
    (b"RON", 946, 2),
    (b"BGN", 975, 2),
];

impl Currency {
    /// The Moroccan dirham.
    pub const MAD: Currency = Currency { code: *b"MAD", digits: 2 };

    /// The currency of an ISO 4217 alphabetic code.
    #[must_use]
    pub fn of(code: &str) -> Option<Currency> {
        CURRENCIES
            .iter()
            .find(|(known, ..)| known.as_slice() == code.as_bytes())
            .map(|(known, _, digits)| Currency { code: **known, digits: *digits })
    }

    /// The currency of an ISO 4217 numeric code (504 is MAD).
    #[must_use]
    pub fn of_number(number: u16) -> Option<Currency> {
        CURRENCIES
            .iter()
            .find(|(_, known, _)| *known == number)
            .map(|(code, _, digits)| Currency { code: **code, digits: *digits })
    }

    /// The alphabetic code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// How many digits the minor unit takes (2 for MAD, 3 for TND, 0 for JPY).
    #[must_use]
    pub const fn digits(&self) -> u8 {
        self.digits
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// An exact amount: whole minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    /// Whole minor units (centimes for MAD); may be negative.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why a decimal is no amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMoney {
    /// It has more decimals than the currency has minor digits.
    Scale,
    /// It does not fit in 64 bits of minor units.
    Range,
}

impl Money {
    /// An amount in minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// The exact amount of a decimal.
    ///
    /// # Errors
    /// [`NotMoney::Scale`] when it has more non-zero decimals than the currency has digits,
    /// [`NotMoney::Range`] when it does not fit.
    pub fn exact(value: Decimal, currency: Currency) -> Result<Money, NotMoney> {
        let value = value.normalize();
        let digits = u32::from(currency.digits);
        if value.scale() > digits {
            return Err(NotMoney::Scale);
        }
        let factor = 10i128.pow(digits - value.scale());
        let minor = value.mantissa().checked_mul(factor).ok_or(NotMoney::Range)?;
        let minor = i64::try_from(minor).map_err(|_| NotMoney::Range)?;
        Ok(Money { minor, currency })
    }

    /// The amount nearest to a decimal, halves away from zero (the rounding of tax law).
    ///
    /// # Errors
    /// [`NotMoney::Range`] when it does not fit.
    pub fn half_up(value: Decimal, currency: Currency) -> Result<Money, NotMoney> {
        let digits = u32::from(currency.digits);
        let rounded = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        Money::exact(rounded, currency)
    }

    /// The amount as a decimal with the currency's number of digits.
    #[must_use]
    pub fn decimal(&self) -> Decimal {
        Decimal::new(self.minor, u32::from(self.currency.digits))
    }

    /// Sum of two amounts of one currency; `None` when currencies differ or it does not fit.
    #[must_use]
    pub fn plus(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money { minor: self.minor.checked_add(other.minor)?, currency: self.currency })
    }

    /// Difference of two amounts of one currency; `None` when currencies differ or no fit.
    #[must_use]
    pub fn minus(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money { minor: self.minor.checked_sub(other.minor)?, currency: self.currency })
    }
}

/// The amount alone, with the currency's digits: `2642.40`.
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal in a test")
    }

    #[test]
    fn the_guide_s_nine_pairs_are_net_plus_twenty_percent_half_up() {
        let pairs = [
            ("3000", "3600.00"),
            ("2202", "2642.40"),
            ("10765", "12918.00"),
            ("46.35", "55.62"),
            ("291.90", "350.28"),
            ("216.60", "259.92"),
            ("862.53", "1035.04"),
            ("1282.22", "1538.66"),
            ("1600", "1920.00"),
        ];
        for (net, gross) in pairs {
            let computed = Money::half_up(decimal(net) * decimal("1.20"), Currency::MAD);
            assert_eq!(computed.map(|money| money.to_string()), Ok(gross.to_owned()));
        }
    }

    #[test]
    fn two_invoices_show_880_80_of_tax() {
        let gross = Money::new(264_240, Currency::MAD);
        let net = Money::new(220_200, Currency::MAD);
        let vat = gross.minus(net).expect("same currency");
        assert_eq!(vat.plus(vat).expect("same currency").to_string(), "880.80");
    }

    #[test]
    fn what_is_no_amount_says_why() {
        assert_eq!(Money::exact(decimal("3600.005"), Currency::MAD), Err(NotMoney::Scale));
        let huge = decimal("99999999999999999999.99");
        assert_eq!(Money::exact(huge, Currency::MAD), Err(NotMoney::Range));
        let tnd = Currency::of("TND").expect("a known currency");
        assert_eq!(Money::exact(decimal("1.005"), tnd).map(|money| money.minor), Ok(1005));
        assert_eq!(Currency::of("XXX"), None);
    }
}
