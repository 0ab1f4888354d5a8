//! Figures by name.
//!
//! Law: in the order of their names, so that the same figures print the same bytes. A report has a handful of names
//! and many kinds of figures: a sorted list is as fast as a tree and a fraction of its code.

use serde::{Serialize, Serializer};

/// Values by name, sorted by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T>(Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(Vec::new())
    }
}

/// The first value of each name.
impl<T> FromIterator<(String, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Named<T> {
        let mut named = Named::default();
        for (name, value) in entries {
            named.insert(name, value);
        }
        named
    }
}

impl<T> Named<T> {
    /// Gives a name a value; false, and nothing changes, where it has one.
    pub fn insert(&mut self, name: String, value: T) -> bool {
        match self.place(&name) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, (name, value));
                true
            }
        }
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// Names and values in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &T)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Names and values that can be changed, in the order of the names.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut T)> {
        self.0.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }
}

impl<T> std::ops::Index<&str> for Named<T> {
    type Output = T;

    /// The value of a name that is there.
    fn index(&self, name: &str) -> &T {
        match self.get(name) {
            Some(value) => value,
            None => panic!("there are no figures of `{name}`"),
        }
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        let mut named = Named::default();
        assert!(named.insert("b".to_string(), 1) && named.insert("a".to_string(), 2));
        assert!(!named.insert("b".to_string(), 3));
        assert_eq!(
            (named["a"], named.get("b"), named.get("c"), named.len()),
            (2, Some(&1), None, 2)
        );
        assert_eq!(serde_json::to_string(&named).ok().as_deref(), Some("{\"a\":2,\"b\":1}"));
    }
}
