//! Words people read: one table per UI, Chinese and English side by side, both complete because
//! the compiler asks for both.

use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The language a page or message is shown in; Chinese unless the reader chose otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// zh-CN
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The language named by a tag as browsers and settings write it (`zh`, `zh-CN`, `en-GB`);
    /// `None` for any other.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        match tag.split(['-', '_']).next() {
            Some("zh") => Some(Self::Zh),
            Some("en") => Some(Self::En),
            Some(_) | None => None,
        }
    }

    /// The value of HTML's `lang` attribute.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// Replaces each `{name}` in a text of the table by its value. A value is never searched again, so
/// what a person typed cannot stand for another placeholder.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let tail = &rest[open..];
        let found = tail.find('}').and_then(|close| {
            values
                .iter()
                .find(|(name, _)| *name == &tail[1..close])
                .map(|v| (close, v.1))
        });
        match found {
            Some((close, value)) => {
                out.push_str(&value.to_string());
                rest = &tail[close + 1..];
            }
            None => {
                out.push('{');
                rest = &tail[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The placeholders of a text, in order of name, for the test that both languages carry the same.
#[must_use]
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|p| p.0))
        .collect();
    names.sort_unstable();
    names
}

/// Declares a string table: a struct with one `&'static str` per text, `ZH` and `EN` of it,
/// `of(lang)`, and `ALL` (name, Chinese, English) for tests.
///
/// ```
/// waiqin_protocol::words! {
///     /// The words of one UI.
///     pub struct Words {
///         /// Heading of the first page.
///         today: "今日", "Today";
///         saved: "{n} 条已存本机", "{n} saved on this phone";
///     }
/// }
/// use waiqin_protocol::words::{fill, Lang};
/// assert_eq!(fill(Words::of(Lang::Zh).saved, &[("n", &3)]), "3 条已存本机");
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $zh:literal, $en:literal;)*
    }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* pub $field: &'static str,)* }
        impl $name {
            /// The Chinese texts.
            pub const ZH: $name = $name { $($field: $zh,)* };
            /// The English texts.
            pub const EN: $name = $name { $($field: $en,)* };
            /// Every text as (name, Chinese, English).
            pub const ALL: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($field), $zh, $en),)*];
            /// The texts in a language.
            #[must_use]
            pub fn of(lang: $crate::words::Lang) -> &'static $name {
                match lang {
                    $crate::words::Lang::Zh => &Self::ZH,
                    $crate::words::Lang::En => &Self::EN,
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_is_not_a_placeholder() {
        assert_eq!(fill("{a}-{b}", &[("a", &"{b}"), ("b", &1)]), "{b}-1");
        assert_eq!(fill("{x} {", &[]), "{x} {");
    }

    #[test]
    fn language_tags() {
        assert_eq!(Lang::from_tag("zh-CN"), Some(Lang::Zh));
        assert_eq!(Lang::from_tag("EN"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
    }
}
