//! The scenarios that come with the program.
//!
//! Law: every file of `scenarios/` is here, and every entry is valid.

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name in links and on the command line.
    pub id: &'static str,
    pub title: &'static str,
    /// The page has it in a file of its own, which is fetched when it is wanted.
    #[cfg(not(feature = "page"))]
    pub text: &'static str,
}

macro_rules! gallery {
    ($(($id:literal, $title:literal),)*) => {
        /// All entries, the first one being what a newcomer sees.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            id: $id,
            title: $title,
            #[cfg(not(feature = "page"))]
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
