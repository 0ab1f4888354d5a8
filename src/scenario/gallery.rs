//! The scenarios that come with the program.
//!
//! Law: every file of `scenarios/` is here, and every entry is valid.

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name in links and on the command line.
    pub id: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

macro_rules! gallery {
    ($(($id:literal, $title:literal),)*) => {
        /// All entries, the first one being what a newcomer sees.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            id: $id,
            title: $title,
            text: include_str!(concat!("../../scenarios/", $id, ".json")),
        }),*];

        /// Names and titles of all entries, for who needs no texts.
        pub const TITLES: &[(&str, &str)] = &[$(($id, $title)),*];
    };
}

gallery! {
    ("checkout", "Checkout"),
    ("chain", "A chain of blocking calls"),
    ("event-loop", "One loop, one blocking call"),
    ("closed", "Twenty users, one database"),
    ("online-boutique", "Online Boutique (Google)"),
    ("otel-demo", "OpenTelemetry demo"),
    ("social-network", "Social network (DeathStarBench)"),
}

/// The entry of this name.
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.id == id)
}

/// The texts that an entry of this name has and has had; links to what differs from one of them lead there for ever.
pub fn editions(id: &str) -> impl Iterator<Item = &'static str> {
    let earlier = EARLIER.iter().filter(move |(of, _)| *of == id).map(|(_, text)| *text);
    entry(id).map(|entry| entry.text).into_iter().chain(earlier)
}

/// Texts that entries once had: the name and the text.
const EARLIER: &[(&str, &str)] = &[];
