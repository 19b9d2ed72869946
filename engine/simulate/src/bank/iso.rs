//! camt.053 and camt.054, version 8, as a bank writes them.

use super::Booking;
use crate::amount;
use jiff::civil::Date;
use std::fmt::Write as _;

/// A statement of an account: number, day, old balance, bookings, new balance.
#[must_use]
pub fn camt053(
    account: &str,
    number: u32,
    day: Date,
    opening: i64,
    bookings: &[Booking],
) -> String {
    let booked = bookings.iter().filter(|one| !one.is_pending);
    let closing = booked.fold(opening, |sum, one| sum + one.minor);
    let mut inner = format!("<LglSeqNb>{number}</LglSeqNb>\n{}", held(account));
    inner.push_str(&balance("OPBD", opening, day));
    inner.push_str(&balance("CLBD", closing, day));
    bookings.iter().for_each(|one| entry(&mut inner, one, day));
    document("053", "BkToCstmrStmt", "Stmt", &format!("{day}-{number}"), &inner)
}

/// A notification of bookings of an account: no balances.
#[must_use]
pub fn camt054(account: &str, reference: &str, day: Date, bookings: &[Booking]) -> String {
    let mut inner = held(account);
    bookings.iter().for_each(|one| entry(&mut inner, one, day));
    document("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", reference, &inner)
}

fn held(account: &str) -> String {
    format!(
        "<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>MAD</Ccy><Svcr><FinInstnId>\
         <BICFI>BCMAMAMC</BICFI></FinInstnId></Svcr></Acct>\n"
    )
}

fn document(version: &str, root: &str, inner_name: &str, reference: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.{version}.001.08\">\n<{root}>\n\
         <GrpHdr><MsgId>{reference}</MsgId><CreDtTm>2026-11-23T18:00:00+01:00</CreDtTm></GrpHdr>\n\
         <{inner_name}>\n<Id>{reference}</Id>\n{inner}</{inner_name}>\n</{root}>\n</Document>\n"
    )
}

fn sign(minor: i64) -> &'static str {
    if minor < 0 { "DBIT" } else { "CRDT" }
}

fn money(minor: i64) -> String {
    amount::write(minor.abs())
}

fn balance(kind: &str, minor: i64, day: Date) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"MAD\">{}</Amt>\
         <CdtDbtInd>{}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n",
        money(minor),
        sign(minor)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn entry(text: &mut String, one: &Booking, day: Date) {
    let state = if one.is_pending { "PDNG" } else { "BOOK" };
    let (sign, money) = (sign(one.minor), money(one.minor));
    let _ = writeln!(
        text,
        "<Ntry><Amt Ccy=\"MAD\">{money}</Amt><CdtDbtInd>{sign}</CdtDbtInd>\
         <RvslInd>{}</RvslInd><Sts><Cd>{state}</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
         <AcctSvcrRef>{}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>\
         <SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>\
         <EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"MAD\">{money}</Amt>\
         <CdtDbtInd>{sign}</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{}</Nm></Pty></Dbtr>\
         <DbtrAcct><Id><Othr><Id>{}</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf>\
         <Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
        one.is_reversal,
        escaped(&one.reference),
        escaped(&one.payer),
        escaped(&one.payer_account),
        escaped(&one.words)
    );
}
