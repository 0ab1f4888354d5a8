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

macro_rules! entry {
    ($id:literal, $title:literal) => {
        Entry {
            id: $id,
            title: $title,
            #[cfg(not(feature = "page"))]
            text: include_str!(concat!("../../scenarios/", $id, ".json")),
        }
    };
}

/// All entries, the first one being what a newcomer sees.
pub const ENTRIES: &[Entry] = &[
    entry!("checkout", "Checkout"),
    entry!("chain", "A chain of blocking calls"),
    entry!("event-loop", "One loop, one blocking call"),
    entry!("closed", "Twenty users, one database"),
    entry!("online-boutique", "Online Boutique (Google)"),
    entry!("otel-demo", "OpenTelemetry demo"),
    entry!("social-network", "Social network (DeathStarBench)"),
];

/// The entry of this name.
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.id == id)
}
