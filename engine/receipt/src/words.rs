//! The words of a receipt in three languages.
//!
//! French as on the receipts of the user guide. What this module is *not*: it names no means and no
//! provider; those come with the data.

use acquit_mapping::language::Language;

/// What is printed beside the data.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) number: &'static str,
    pub(crate) paid_at: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) issuer_code: &'static str,
    pub(crate) client: &'static str,
    pub(crate) client_code: &'static str,
    pub(crate) means: &'static str,
    pub(crate) provider: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) order: &'static str,
    pub(crate) fatourati: &'static str,
    pub(crate) transaction: &'static str,
    pub(crate) channel_reference: &'static str,
    pub(crate) invoice: &'static str,
    pub(crate) date: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) invoices: &'static str,
    pub(crate) fees: &'static str,
    pub(crate) total: &'static str,
    /// `{days}` stands for the number of days.
    pub(crate) claim: &'static str,
    pub(crate) verify: &'static str,
    pub(crate) page: &'static str,
}

/// The words of one language.
pub(crate) const fn words(language: Language) -> &'static Words {
    match language {
        Language::Fr => &FRENCH,
        Language::En => &ENGLISH,
        Language::Ar => &ARABIC,
    }
}

const FRENCH: Words = Words {
    title: "Reçu de paiement",
    number: "Reçu n°",
    paid_at: "Date du paiement",
    issuer: "Émetteur",
    issuer_code: "Code émetteur",
    client: "Client",
    client_code: "Code client",
    means: "Moyen de paiement",
    provider: "Prestataire",
    channel: "Canal",
    order: "Référence commande",
    fatourati: "Référence Fatourati",
    transaction: "N° de transaction",
    channel_reference: "Référence du canal",
    invoice: "N° de facture",
    date: "Date",
    amount: "Montant",
    invoices: "Total des factures",
    fees: "Frais",
    total: "Montant total payé",
    claim: "En cas de problème, merci de contacter l'opérateur dans un délai maximum de {days} \
            jours, à compter de la date du paiement.",
    verify: "Vérifier ce reçu :",
    page: "Page",
};

const ENGLISH: Words = Words {
    title: "Payment receipt",
    number: "Receipt no.",
    paid_at: "Paid on",
    issuer: "Issuer",
    issuer_code: "Issuer code",
    client: "Client",
    client_code: "Client code",
    means: "Means of payment",
    provider: "Provider",
    channel: "Channel",
    order: "Order reference",
    fatourati: "Fatourati reference",
    transaction: "Transaction no.",
    channel_reference: "Channel reference",
    invoice: "Invoice no.",
    date: "Date",
    amount: "Amount",
    invoices: "Total of the invoices",
    fees: "Fees",
    total: "Total paid",
    claim: "If anything is wrong, please contact the operator within {days} days of the payment.",
    verify: "Verify this receipt:",
    page: "Page",
};

const ARABIC: Words = Words {
    title: "وصل الأداء",
    number: "رقم الوصل",
    paid_at: "تاريخ الأداء",
    issuer: "المُصدر",
    issuer_code: "رمز المُصدر",
    client: "الزبون",
    client_code: "رمز الزبون",
    means: "وسيلة الأداء",
    provider: "مقدم خدمة الأداء",
    channel: "القناة",
    order: "مرجع الطلب",
    fatourati: "مرجع فاتوراتي",
    transaction: "رقم المعاملة",
    channel_reference: "مرجع القناة",
    invoice: "رقم الفاتورة",
    date: "التاريخ",
    amount: "المبلغ",
    invoices: "مجموع الفواتير",
    fees: "الرسوم",
    total: "المبلغ الإجمالي المؤدى",
    claim: "في حالة وجود مشكل، المرجو الاتصال بالمشغل داخل أجل أقصاه {days} يومًا \
            ابتداءً من تاريخ الأداء.",
    verify: "التحقق من هذا الوصل:",
    page: "صفحة",
};
