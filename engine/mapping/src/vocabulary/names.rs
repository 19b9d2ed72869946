//! The names themselves.

use super::{Field, Kind, List, Name};

/// Declares the names once: constant, list, key, type, meaning.
macro_rules! names {
    ($($constant:ident $list:ident $key:literal $kind:ident $meaning:literal;)+) => {
        /// Every name, in the order of the documentation.
        pub const NAMES: &[Name] = &[
            $(Name { key: $key, kind: Kind::$kind, list: List::$list, meaning: $meaning },)+
        ];

        /// Positions in [`NAMES`], to declare the constants.
        #[expect(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "variants are the constants' names"
        )]
        enum Position { $($constant,)+ }

        /// A constant for every name.
        pub mod field {
            use super::{Field, Position};
            $(#[doc = $meaning] pub const $constant: Field = Field(Position::$constant as u16);)+
        }
    };
}

names! {
    MESSAGE Root "message" Text "The message's own reference (UNH 0062, `NumeroMessage`).";
    SENDER Root "sender" Text "Who sends, as the message says it.";
    SENDER_QUALIFIER Root "sender_qualifier" Text "What code list the sender's code is from.";
    RECIPIENT Root "recipient" Text "Who receives, as the message says it.";
    RECIPIENT_QUALIFIER Root "recipient_qualifier" Text
        "What code list the recipient's code is from.";
    WRITTEN_AT Root "written_at" Instant "When the sender wrote the message.";
    EVENT Root "event" Code "What the message does: original, replace, paid, cancel.";
    KIND Root "kind" Code "Kind of invoice or document.";
    NUMBER Root "number" Text "The document's number: a string, zeros in front are kept.";
    STATE Root "state" Code "State of the invoice or of its treatment, as the sender sees it.";
    ISSUED_ON Root "issued_on" Date "Date of the invoice.";
    DUE_ON Root "due_on" Date "Day the invoice is to be paid at the latest.";
    CANCELLED_ON Root "cancelled_on" Date "Day the invoice was cancelled.";
    DELIVERED_ON Root "delivered_on" Date "Day of delivery.";
    TAX_POINT Root "tax_point" Date "Day the tax becomes due.";
    PRINCIPAL Root "principal" Text "Number of the principal invoice this one belongs to.";
    REFERENCE Root "reference" Text "Reference of what this message is about or answers.";
    ORDER Root "order" Text "Number of the order or declaration the invoice is for.";
    DESCRIPTION Root "description" Text "Free text, verbatim.";
    ISSUER Root "issuer" Text "Code of who issues the invoice.";
    ISSUER_NAME Root "issuer_name" Text "Name of the issuer.";
    ISSUER_STREET Root "issuer_street" Text "Street of the issuer.";
    ISSUER_CITY Root "issuer_city" Text "City of the issuer.";
    ISSUER_POSTCODE Root "issuer_postcode" Text "Postcode of the issuer.";
    ISSUER_COUNTRY Root "issuer_country" Text "Country of the issuer.";
    ISSUER_ICE Root "issuer_ice" Text "ICE of the issuer, 15 digits.";
    ISSUER_IFU Root "issuer_ifu" Text "Tax identifier (IF, IFU) of the issuer.";
    ISSUER_RC Root "issuer_rc" Text "Commercial register of the issuer.";
    CLIENT Root "client" Text "Code of who is to pay: the customs code or a party code.";
    CLIENT_NAME Root "client_name" Text "Name of the client.";
    CLIENT_STREET Root "client_street" Text "Street of the client.";
    CLIENT_CITY Root "client_city" Text "City of the client.";
    CLIENT_POSTCODE Root "client_postcode" Text "Postcode of the client.";
    CLIENT_COUNTRY Root "client_country" Text "Country of the client.";
    CLIENT_ADDRESS Root "client_address" Text "Address of the client in one text.";
    CLIENT_ICE Root "client_ice" Text "ICE of the client, 15 digits.";
    CLIENT_IFU Root "client_ifu" Text "Tax identifier (IF, IFU) of the client.";
    CLIENT_IFU_KIND Root "client_ifu_kind" Text "What kind of identifier the client gives (`IFU`).";
    CLIENT_ID_NUMBER Root "client_id_number" Text "Number of that identifier.";
    CLIENT_ID_CENTRE Root "client_id_centre" Text "Centre that gave that identifier.";
    CLIENT_RC Root "client_rc" Text "Commercial register of the client.";
    CURRENCY Root "currency" Code "Currency of every amount.";
    NET Root "net" Decimal "Total without tax.";
    LINES_TOTAL Root "lines_total" Decimal
        "Sum of the lines, where the message says it beside the total without tax.";
    TAXABLE Root "taxable" Decimal "Total of what tax is computed on.";
    VAT Root "vat" Decimal "Total tax.";
    GROSS Root "gross" Decimal "Total with tax.";
    PREPAID Root "prepaid" Decimal "Amount paid in advance.";
    DUE Root "due" Decimal "Amount still to be paid.";
    ROUNDING Root "rounding" Decimal "Difference made by rounding the amount due.";
    TAX_RATE Root "tax_rate" Decimal "Rate of tax of the whole invoice, in percent.";
    TAX_CATEGORY Root "tax_category" Text "Category of tax of the whole invoice (5305).";
    MEANS Root "means" Text "Means of payment.";
    TERMS_REFERENCE Root "terms_reference" Text "Event the payment period begins with (2475).";
    TERMS_RELATION Root "terms_relation" Text "Before or after that event (2009).";
    TERMS_UNIT Root "terms_unit" Text "Unit of the payment period (2151).";
    TERMS_COUNT Root "terms_count" Integer "Length of the payment period (2152).";
    TRANSACTION Root "transaction" Text "Identifier of the payment transaction.";
    PAID_ON Root "paid_on" Date "Day of the payment.";
    PAID Root "paid" Decimal "Amount paid.";
    LOCALITY Root "locality" Text "Place of the issuer the payment is for.";
    PAID_AT Root "paid_at" Instant "When it was paid.";
    PAYMENT_ORDER Root "payment_order" Text "Number of the payment order (« Commande », `oid`).";
    PAYMENT_REFERENCE Root "payment_reference" Text
        "Reference the payer gives at a bank, an application or an agency.";
    RESULT Root "result" Code "What became of a payment: paid, declined, pending ...";
    REVERSES Root "reverses" Text "The transaction this one takes back.";
    FEE Root "fee" Decimal "Fees of the provider.";
    OPERATOR Root "operator" Text "Bank or network that took the money.";
    CHANNEL Root "channel" Text "Kind of channel that took the money (counter, application).";
    PAYMENT_MODE Root "payment_mode" Text "How the provider lets the payer pay (`MULTI_CANAL`).";
    CHANNEL_REFERENCE Root "channel_reference" Text "The channel's own reference of the payment.";
    AUTHORISATION Root "authorisation" Text "Number of the card authorisation.";
    RISK Root "risk" Text "Mark of risk (`mdStatus`).";
    MERCHANT Root "merchant" Text "Our number at the provider.";
    STORE Root "store" Text "Our shop at the provider.";
    RECEIPT Root "receipt" Text "Number of the receipt.";
    EXPIRES_AT Root "expires_at" Instant "Until when a reference is honoured.";
    PAYER_NAME Root "payer_name" Text "Name of who pays.";
    PAYER_EMAIL Root "payer_email" Text "E-mail of who pays.";
    PAYER_PHONE Root "payer_phone" Text "Telephone of who pays.";
    PAGE_URL Root "page_url" Text "Page the payer goes to.";
    SUCCESS_URL Root "success_url" Text "Page the payer comes back to after a payment.";
    FAILURE_URL Root "failure_url" Text "Page the payer comes back to without a payment.";
    CALLBACK_URL Root "callback_url" Text "Address the provider tells us the result at.";
    STATUS_URL Root "status_url" Text "Address the provider asks us for the state at.";
    CANCEL_URL Root "cancel_url" Text "Address the provider tells us of a cancellation at.";
    NONCE Root "nonce" Text "A value that never comes twice.";
    LANGUAGE Root "language" Text "Language of the payer: fr, en or ar.";
    SIGNATURE Root "signature" Text "Signature of the message.";
    LOGIN Root "login" Text "Name of our user at the provider.";
    PASSWORD Root "password" Text "Password of our user at the provider.";
    TERMINAL Root "terminal" Text "Terminal or office of the issuer that is asked.";
    CLIENT_AT_ISSUER Root "client_at_issuer" Text "Number the issuer knows the client by.";
    ACCOUNT Root "account" Text "Number of a bank account.";
    BANK Root "bank" Text "Code of a bank.";
    PAYER_ADDRESS Root "payer_address" Text "Name and address of who pays, in one text.";
    PAYER_ACCOUNT Root "payer_account" Text "Number of the account a payment came from.";
    OPENED_ON Root "opened_on" Date "First day of a statement.";
    OPENING Root "opening" Decimal "Balance a statement begins with.";
    CLOSING Root "closing" Decimal "Balance a statement ends with.";
    ACTION Root "action" Code "What a CONTRL says of the interchange (0083).";
    INTERCHANGE Root "interchange" Text "Control reference of the interchange answered (0020).";
    SYNTAX_ERROR Root "syntax_error" Text "What is wrong with it (0085).";
    SEGMENT_TAG Root "segment_tag" Text "Envelope segment that is wrong (0013).";
    ELEMENT_POSITION Root "element_position" Integer
        "Position of the wrong element in that segment, the tag is 1 (0098).";
    COMPONENT_POSITION Root "component_position" Integer
        "Position of the wrong component in that element (0104).";
    VERDICT Root "verdict" Code "What was decided of the message answered (1225 of an APERAK).";
    ERROR_CODE Root "error_code" Text "Our code of what is wrong with the whole message.";
    EXPLANATION Root "explanation" Text "What is wrong, for people.";
    RECEIVED_KIND Root "received_kind" Text "Type of the message answered.";
    RECEIVED_EVENT Root "received_event" Text "Function of the message answered.";
    RECEIVED_AT Root "received_at" Instant "When the message answered was written.";

    LINES_POSITION Lines "line" Integer "Number of the line.";
    LINES_SERVICE Lines "service" Text "Code of the service.";
    LINES_OPERATION Lines "operation" Text "Code of the operation.";
    LINES_LABEL Lines "label" Text "Words for people.";
    LINES_REFERENCE Lines "reference" Text "Reference of the service or product.";
    LINES_ARTICLE Lines "article" Text "The seller's article number.";
    LINES_QUANTITY Lines "quantity" Decimal "Quantity invoiced.";
    LINES_UNIT Lines "unit" Text "Unit of the quantity (6411).";
    LINES_PRICE Lines "price" Decimal "Price of one.";
    LINES_NET Lines "net" Decimal "Net amount of the line.";
    LINES_ENDS_ON Lines "ends_on" Date "End of the period the line is for.";
    LINES_TAX_RATE Lines "tax_rate" Decimal "Rate of tax of the line, in percent.";
    LINES_TAX_CATEGORY Lines "tax_category" Text "Category of tax of the line (5305).";

    TAXES_RATE Taxes "rate" Decimal "Rate of tax, in percent.";
    TAXES_CATEGORY Taxes "category" Text "Category of tax (5305).";
    TAXES_BASE Taxes "base" Decimal "Amount taxed.";
    TAXES_AMOUNT Taxes "amount" Decimal "Tax.";

    DOCUMENTS_NAME Documents "name" Text "Name the sender gave. Data, never a path.";
    DOCUMENTS_DESCRIPTION Documents "description" Text "What the file is (`Facture`).";
    DOCUMENTS_CONTENT Documents "content" Bytes "The file's bytes.";

    INVOICES_NUMBER Invoices "number" Text "Number of the invoice.";
    INVOICES_ISSUED_ON Invoices "issued_on" Date "Date of the invoice.";
    INVOICES_DUE_ON Invoices "due_on" Date "Day it is to be paid at the latest.";
    INVOICES_CURRENCY Invoices "currency" Code "Currency of its amount.";
    INVOICES_GROSS Invoices "gross" Decimal "Its total with tax.";
    INVOICES_PAID Invoices "paid" Decimal "What was paid of it.";
    INVOICES_STATE Invoices "state" Code "What its issuer says of its payment.";
    INVOICES_EXPLANATION Invoices "explanation" Text "Why, for people.";
    INVOICES_TRANSACTION Invoices "transaction" Text "Identifier of its payment.";
    INVOICES_LABEL Invoices "label" Text "Words for people.";

    ENTRIES_TRANSACTION Entries "transaction" Text "The provider's number of the transaction.";
    ENTRIES_PAYMENT_ORDER Entries "payment_order" Text "Number of the payment order.";
    ENTRIES_PAYMENT_REFERENCE Entries "payment_reference" Text "Reference the payer gave.";
    ENTRIES_REVERSES Entries "reverses" Text "The transaction this one takes back.";
    ENTRIES_RESULT Entries "result" Code "What became of the payment.";
    ENTRIES_AMOUNT Entries "amount" Decimal "Amount, negative when money went out.";
    ENTRIES_CURRENCY Entries "currency" Code "Currency of the amount.";
    ENTRIES_FEE Entries "fee" Decimal "Fees of the provider.";
    ENTRIES_PAID_ON Entries "paid_on" Date "Day of the payment.";
    ENTRIES_PAID_AT Entries "paid_at" Instant "When it was paid.";
    ENTRIES_BOOKED_ON Entries "booked_on" Date "Day the bank booked it.";
    ENTRIES_OPERATION Entries "operation" Code "Kind of booking.";
    ENTRIES_OPERATOR Entries "operator" Text "Bank or network that took the money.";
    ENTRIES_MEANS Entries "means" Text "Means of payment.";
    ENTRIES_PAYER Entries "payer" Text "Name or account of who paid.";
    ENTRIES_LABEL Entries "label" Text "Words of the bank or the payer.";
    ENTRIES_ACCOUNT Entries "account" Text "Number of the bank account.";
    ENTRIES_REMITTANCE Entries "remittance" Text "Reference of the cheque remittance.";
    ENTRIES_SIGN Entries "sign" Code "Whether money came or went: credit, debit.";
    ENTRIES_STATE Entries "state" Code "Whether it is booked: booked, pending.";
    ENTRIES_REVERSAL Entries "reversal" Code "Whether it takes an earlier booking back: yes, no.";
    ENTRIES_DETAIL Entries "detail" Code "Kind of booking in detail.";
    ENTRIES_PAYER_ACCOUNT Entries "payer_account" Text "Number of the payer's account.";

    STATEMENTS_NUMBER Statements "number" Text "Number of the statement in its account.";
    STATEMENTS_REFERENCE Statements "reference" Text "The bank's reference of the statement.";
    STATEMENTS_ACCOUNT Statements "account" Text "Number of the account.";
    STATEMENTS_BANK Statements "bank" Text "Code of the bank that keeps the account.";
    STATEMENTS_CURRENCY Statements "currency" Code "Currency of the account.";

    BALANCES_KIND Balances "kind" Code "Which balance: opening, closing.";
    BALANCES_AMOUNT Balances "amount" Decimal "The balance, never negative.";
    BALANCES_CURRENCY Balances "currency" Code "Currency of the balance.";
    BALANCES_SIGN Balances "sign" Code "Whether it is ours or owed: credit, debit.";
    BALANCES_ON Balances "on" Date "Day of the balance.";

    BATCHES_REFERENCE Batches "reference" Text "The bank's reference of the batch.";

    TRANSFERS_TRANSACTION Transfers "transaction" Text "The bank's number of the transfer.";
    TRANSFERS_PAYMENT_REFERENCE Transfers "payment_reference" Text "Reference the payer gave.";
    TRANSFERS_AMOUNT Transfers "amount" Decimal "Amount of the transfer.";
    TRANSFERS_CURRENCY Transfers "currency" Code "Currency of the amount.";
    TRANSFERS_PAYER Transfers "payer" Text "Name of who paid.";
    TRANSFERS_PAYER_ADDRESS Transfers "payer_address" Text
        "Name and address of who paid, in one text.";
    TRANSFERS_PAYER_ACCOUNT Transfers "payer_account" Text "Number of the payer's account.";
    TRANSFERS_BOOKED_ON Transfers "booked_on" Date "Day it was carried out.";

    REMARKS_TEXT Remarks "text" Text "The words.";

    GROUPS_REFERENCE Groups "reference" Text "Reference of the group (0048).";
    GROUPS_SENDER Groups "sender" Text "Sender of the group (0040).";
    GROUPS_RECIPIENT Groups "recipient" Text "Recipient of the group (0044).";
    GROUPS_ACTION Groups "action" Code "What is said of it (0083).";
    GROUPS_SYNTAX_ERROR Groups "syntax_error" Text "What is wrong with it (0085).";

    MESSAGES_REFERENCE Messages "reference" Text "Reference of the message (0062).";
    MESSAGES_KIND Messages "kind" Text "Type of the message (0065).";
    MESSAGES_VERSION Messages "version" Text "Version of the message (0052).";
    MESSAGES_RELEASE Messages "release" Text "Release of the message (0054).";
    MESSAGES_AGENCY Messages "agency" Text "Agency of the message (0051).";
    MESSAGES_ASSOCIATION Messages "association" Text "Association assigned code (0057).";
    MESSAGES_ACTION Messages "action" Code "What is said of it (0083).";
    MESSAGES_SYNTAX_ERROR Messages "syntax_error" Text "What is wrong with it (0085).";
    MESSAGES_SEGMENT_TAG Messages "segment_tag" Text "UNH or UNT, when it is wrong (0013).";

    SEGMENTS_POSITION Segments "position" Integer "Number of the segment, UNH is 1 (0096).";
    SEGMENTS_SYNTAX_ERROR Segments "syntax_error" Text "What is wrong with it (0085).";

    ELEMENTS_SYNTAX_ERROR Elements "syntax_error" Text "What is wrong with it (0085).";
    ELEMENTS_POSITION Elements "position" Integer "Position in the segment, the tag is 1 (0098).";
    ELEMENTS_COMPONENT Elements "component" Integer "Position in the composite (0104).";

    ERRORS_CODE Errors "code" Text "Our code of what is wrong (9321).";
    ERRORS_EXPLANATION Errors "explanation" Text "What is wrong, for people.";
    ERRORS_REFERENCE Errors "reference" Text "Number of the invoice concerned.";
}
