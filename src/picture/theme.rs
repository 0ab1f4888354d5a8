//! Colours and patterns by role, in light and dark.
//!
//! Law: what is blocked is hatched, what waits for a core is dotted, what waits for a worker has upright lines, who does
//! not wait is dashed: colour alone never says anything. Words on their ground have a contrast of 4.5 and more.

use serde::{Deserialize, Serialize};

/// What a mark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Under everything.
    Ground,
    /// Behind every second group of rows.
    Band,
    /// A line of the time grid.
    Grid,
    /// Names.
    Ink,
    /// Further words.
    Quiet,
    /// What was before.
    Past,
    Idle,
    Running,
    CoreWait,
    /// Waiting for a worker.
    Queued,
    Blocked,
    /// Behind words on what is blocked.
    BlockedGround,
    /// Words on what is blocked.
    BlockedInk,
    /// A call whose caller waits for the outcome.
    WaitingCall,
    /// A call whose caller goes on.
    FreeCall,
    /// The same two where nobody has asked for them.
    FaintWaitingCall,
    FaintFreeCall,
    /// The way back of an outcome.
    Reply,
    Failure,
    /// How much lies in a channel, or how many requests are under way.
    Level,
    /// Over what is still to come.
    Veil,
    /// The play head.
    Head,
    /// Around what is selected or belongs to it.
    Focus,
    /// Where something goes wrong by intention.
    Fault,
    /// Where a reader changed something.
    Change,
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Plain,
    /// Slanted lines of this colour.
    Hatch(&'static str),
    /// Dots of this colour.
    Dots(&'static str),
    /// Upright lines of this colour.
    Bars(&'static str),
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 25] = [
        Role::Ground,
        Role::Band,
        Role::Grid,
        Role::Ink,
        Role::Quiet,
        Role::Past,
        Role::Idle,
        Role::Running,
        Role::CoreWait,
        Role::Queued,
        Role::Blocked,
        Role::BlockedGround,
        Role::BlockedInk,
        Role::WaitingCall,
        Role::FreeCall,
        Role::FaintWaitingCall,
        Role::FaintFreeCall,
        Role::Reply,
        Role::Failure,
        Role::Level,
        Role::Veil,
        Role::Head,
        Role::Focus,
        Role::Fault,
        Role::Change,
    ];

    /// The colour, as CSS writes it.
    pub fn color(self, dark: bool) -> &'static str {
        let (light, night) = match self {
            Role::Ground => ("#ffffff", "#181f27"),
            Role::Band => ("#f6f8fa", "#1c242d"),
            Role::Grid => ("#e3e8ed", "#2b3540"),
            Role::Ink => ("#18212c", "#e4e9ee"),
            Role::Quiet | Role::Past => ("#55616f", "#a3afbc"),
            Role::Idle => ("#dde3e9", "#2e3944"),
            Role::Running => ("#1f8a70", "#3fb896"),
            Role::CoreWait => ("#f3dc8a", "#6b5a1c"),
            Role::Queued => ("#e4e0f2", "#332d4d"),
            Role::Blocked | Role::BlockedGround => ("#fbdcc8", "#4d2a17"),
            Role::BlockedInk => ("#5c2305", "#ffdcc5"),
            Role::Change => ("#2a5fb8", "#86b4ff"),
            Role::WaitingCall => ("#b3440c", "#ff9f6b"),
            Role::FreeCall => ("#2a5fb8", "#86b4ff"),
            Role::FaintWaitingCall => ("#b3440c70", "#ff9f6b70"),
            Role::FaintFreeCall => ("#2a5fb870", "#86b4ff70"),
            Role::Reply => ("#7a8794", "#8795a3"),
            Role::Failure | Role::Fault => ("#b3261e", "#ff8a80"),
            Role::Level => ("#7f6bb5", "#a394d6"),
            Role::Veil => ("#ffffff99", "#181f2799"),
            Role::Head => ("#18212c", "#e4e9ee"),
            Role::Focus => ("#1d55b8", "#9fc3ff"),
        };
        if dark { night } else { light }
    }

    /// What is laid over the colour.
    pub fn pattern(self, dark: bool) -> Pattern {
        match (self, dark) {
            (Role::Blocked, false) => Pattern::Hatch("#dd7a42"),
            (Role::Blocked, true) => Pattern::Hatch("#d9773c"),
            (Role::CoreWait, false) => Pattern::Dots("#8a6d00"),
            (Role::CoreWait, true) => Pattern::Dots("#f0d060"),
            (Role::Queued, false) => Pattern::Bars("#7f6bb5"),
            (Role::Queued, true) => Pattern::Bars("#a394d6"),
            _ => Pattern::Plain,
        }
    }

    /// The roles of a column's portions, from below to above.
    pub fn portions(self) -> [Role; 3] {
        match self {
            Role::Level => [Role::Level; 3],
            _ => [Role::Running, Role::CoreWait, Role::Blocked],
        }
    }

    /// Whether lines of this role are dashed.
    pub fn is_dashed(self) -> bool {
        matches!(self, Role::FreeCall | Role::FaintFreeCall | Role::Past)
    }
}

/// The custom properties by which a style sheet uses these colours: `--running`, `--blocked`, `--blocked-hatch` …
pub fn properties(dark: bool) -> Vec<(&'static str, &'static str)> {
    let hatch = |role: Role| match role.pattern(dark) {
        Pattern::Plain => role.color(dark),
        Pattern::Hatch(color) | Pattern::Dots(color) | Pattern::Bars(color) => color,
    };
    vec![
        ("--idle", Role::Idle.color(dark)),
        ("--running", Role::Running.color(dark)),
        ("--core-wait", Role::CoreWait.color(dark)),
        ("--core-wait-dots", hatch(Role::CoreWait)),
        ("--queued", Role::Queued.color(dark)),
        ("--queued-bars", hatch(Role::Queued)),
        ("--blocked", Role::Blocked.color(dark)),
        ("--blocked-hatch", hatch(Role::Blocked)),
        ("--blocked-ink", Role::BlockedInk.color(dark)),
        ("--waiting-call", Role::WaitingCall.color(dark)),
        ("--free-call", Role::FreeCall.color(dark)),
        ("--level", Role::Level.color(dark)),
        ("--reply", Role::Reply.color(dark)),
        ("--failure", Role::Failure.color(dark)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2, "relative luminance").
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let value = u8::from_str_radix(&color[at..at + 2], 16).map_or(f64::NAN, f64::from) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_stand_out_from_their_ground() {
        for dark in [false, true] {
            for (word, ground) in [
                (Role::Ink, Role::Ground),
                (Role::Ink, Role::Band),
                (Role::Quiet, Role::Ground),
                (Role::Quiet, Role::Band),
                (Role::BlockedInk, Role::BlockedGround),
            ] {
                let contrast = contrast(word.color(dark), ground.color(dark));
                assert!(contrast >= 4.5, "{word:?} on {ground:?}, dark {dark}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn lines_and_areas_stand_out_from_the_ground() {
        for dark in [false, true] {
            for role in [
                Role::Running,
                Role::WaitingCall,
                Role::FreeCall,
                Role::Failure,
                Role::Level,
                Role::Head,
            ] {
                let contrast = contrast(role.color(dark), Role::Ground.color(dark));
                assert!(contrast >= 3.0, "{role:?}, dark {dark}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn who_is_blocked_is_told_by_a_pattern_too() {
        for dark in [false, true] {
            assert!(matches!(Role::Blocked.pattern(dark), Pattern::Hatch(_)));
            assert!(matches!(Role::CoreWait.pattern(dark), Pattern::Dots(_)));
            assert!(matches!(Role::Queued.pattern(dark), Pattern::Bars(_)));
            let Pattern::Hatch(lines) = Role::Blocked.pattern(dark) else {
                return;
            };
            assert!(contrast(lines, Role::Running.color(dark)) > 1.1);
        }
    }
}
