//! The few words of a drawing that are no finding's: labels, in three languages.

use acquit_domain::Severity;
use acquit_mapping::language::Language;

/// A language people are spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    #[default]
    En,
    /// Arabic.
    Ar,
}

/// The labels of one language.
pub(super) struct Labels {
    pub(super) note: &'static str,
    pub(super) warning: &'static str,
    pub(super) error: &'static str,
    pub(super) interchange: &'static str,
    pub(super) message: &'static str,
    pub(super) segment: &'static str,
    pub(super) element: &'static str,
    pub(super) component: &'static str,
    pub(super) byte: &'static str,
    pub(super) place: &'static str,
    pub(super) value: &'static str,
    pub(super) rule: &'static str,
    pub(super) likely: &'static str,
    pub(super) cause: &'static str,
    pub(super) partner_sees: &'static str,
    pub(super) more: &'static str,
    pub(super) nothing: &'static str,
    pub(super) rejected: &'static str,
}

const ENGLISH: Labels = Labels {
    note: "note",
    warning: "warning",
    error: "error",
    interchange: "interchange",
    message: "message",
    segment: "segment",
    element: "element",
    component: "component",
    byte: "byte",
    place: "place",
    value: "value",
    rule: "rule",
    likely: "likely",
    cause: "cause",
    partner_sees: "partner sees",
    more: "more",
    nothing: "nothing: there is no envelope to answer to",
    rejected: "rejected",
};

const FRENCH: Labels = Labels {
    note: "remarque",
    warning: "avertissement",
    error: "erreur",
    interchange: "interchange",
    message: "message",
    segment: "segment",
    element: "\u{e9}l\u{e9}ment",
    component: "composant",
    byte: "octet",
    place: "lieu",
    value: "valeur",
    rule: "r\u{e8}gle",
    likely: "probable",
    cause: "cause",
    partner_sees: "le partenaire voit",
    more: "suite",
    nothing: "rien\u{a0}: il n'y a pas d'enveloppe \u{e0} laquelle r\u{e9}pondre",
    rejected: "rejet\u{e9}",
};

const ARABIC: Labels = Labels {
    note: "ملاحظة",
    warning: "تنبيه",
    error: "خطأ",
    interchange: "الإرسالية",
    message: "الرسالة",
    segment: "المقطع",
    element: "العنصر",
    component: "المكوّن",
    byte: "البايت",
    place: "الموضع",
    value: "القيمة",
    rule: "القاعدة",
    likely: "المرجّح",
    cause: "السبب",
    partner_sees: "يرى الشريك",
    more: "للمزيد",
    nothing: "لا شيء: لا يوجد غلاف يمكن الرد عليه",
    rejected: "مرفوض",
};

impl Lang {
    /// The key used in files and requests.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Lang::Fr => "fr",
            Lang::En => "en",
            Lang::Ar => "ar",
        }
    }

    /// The language of the rulebook's words.
    #[must_use]
    pub const fn language(self) -> Language {
        match self {
            Lang::Fr => Language::Fr,
            Lang::En => Language::En,
            Lang::Ar => Language::Ar,
        }
    }

    pub(super) const fn labels(self) -> &'static Labels {
        match self {
            Lang::Fr => &FRENCH,
            Lang::En => &ENGLISH,
            Lang::Ar => &ARABIC,
        }
    }

    /// The word for a severity.
    #[must_use]
    pub const fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Note => self.labels().note,
            Severity::Warning => self.labels().warning,
            Severity::Error => self.labels().error,
        }
    }
}
