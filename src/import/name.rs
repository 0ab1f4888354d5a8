//! Foreign names as names of a scenario.
//!
//! ```text
//! "HTTP GET /cart"  ▶  HTTP-GET-cart        a second one  ▶  HTTP-GET-cart-2
//! ```
//!
//! Law: the same foreign name gives the same name, and two of them never share one.

use std::collections::{BTreeMap, BTreeSet};

/// The names of one realm: nodes, or the operations of one service.
#[derive(Debug, Default)]
pub struct Names {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

/// Longer names are cut.
const LENGTH: usize = 60;

impl Names {
    /// The name of what others call so.
    pub fn of(&mut self, foreign: &str) -> String {
        if let Some(name) = self.given.get(foreign) {
            return name.clone();
        }
        let plain = plain(foreign);
        let again = (2..).map(|number| format!("{plain}-{number}"));
        let mut candidates = std::iter::once(plain.clone()).chain(again);
        let name = candidates.find(|name| !self.taken.contains(name)).unwrap_or(plain);
        self.taken.insert(name.clone());
        self.given.insert(foreign.to_string(), name.clone());
        name
    }

    /// A name for what others have not.
    pub fn fresh(&mut self, wish: &str) -> String {
        let nobody_calls_it_so = ["\0", wish].concat();
        self.of(&nobody_calls_it_so)
    }
}

/// Letters, digits, `_` and `-`; anything else is one `-`.
fn plain(foreign: &str) -> String {
    let mut name = String::new();
    for letter in foreign.chars().take(4 * LENGTH) {
        match letter {
            letter if letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' => name.push(letter),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(LENGTH);
    match name.trim_end_matches('-') {
        "" => "unnamed".to_string(),
        name => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_stay_apart() {
        let mut names = Names::default();
        let given = ["HTTP GET /cart", "HTTP GET cart", "HTTP GET /cart", "/", "Ü", "a_b-1"].map(|name| names.of(name));
        assert_eq!(
            given,
            [
                "HTTP-GET-cart",
                "HTTP-GET-cart-2",
                "HTTP-GET-cart",
                "unnamed",
                "unnamed-2",
                "a_b-1"
            ]
        );
    }
}
