//! What the reader has selected, and the light in which it is shown.

use crate::picture::shape::Hit;
use crate::scenario::ClientId;
use crate::time::Instant;
use crate::trace::{Segment, Trace};
use leptos::prelude::window;

/// Where the choice of light is kept between visits.
const KEPT_AS: &str = "sync-or-swim theme";
/// The choices of light in the order of the menu: the word that is kept, the word that is shown.
pub const LIGHTS: [(&str, &str); 3] = [("system", "System"), ("light", "Light"), ("dark", "Dark")];

/// A request that keeps its name in every recording of a run: its client, its number, and when it was offered.
pub type Story = (ClientId, u64, Instant);

/// The ways in which a request is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Waterfall,
    Sequence,
    Story,
}

impl Tab {
    /// In the order of their buttons: the word in the markup, the label.
    pub const ALL: [(Tab, &str, &str); 3] = [
        (Tab::Waterfall, "waterfall", "Waterfall"),
        (Tab::Sequence, "sequence", "Sequence"),
        (Tab::Story, "story", "Story"),
    ];
}

/// What is selected, lit up and under the pointer.
pub struct Look {
    /// The name of the selected edge.
    pub edge: Option<String>,
    /// The segment that the keys or a click selected.
    pub segment: Option<Segment>,
    /// The request that stays lit up.
    pub pinned: Option<Story>,
    /// How it is shown.
    pub tab: Tab,
    /// What a worker did for the call that the pointer means in the request's pictures.
    pub lit: Option<Segment>,
    /// What is under the pointer, and where.
    pub hovered: Option<(Hit, f64, f64)>,
    /// How many calls in view have no arrow.
    pub hidden_calls: usize,
    /// The width of the lanes, in pixels.
    pub width: f64,
    /// Whether the lanes' words are shown.
    pub words: bool,
    /// One of [`LIGHTS`].
    pub light: String,
    /// Whether the system is dark.
    pub system_dark: bool,
}

impl Look {
    /// Nothing is selected; the light is that of the last visit.
    pub(super) fn new() -> Look {
        let storage = window().local_storage().ok().flatten();
        let light = storage.and_then(|storage| storage.get_item(KEPT_AS).ok().flatten());
        Look {
            edge: None,
            segment: None,
            pinned: None,
            tab: Tab::Waterfall,
            lit: None,
            hovered: None,
            hidden_calls: 0,
            width: 0.0,
            words: false,
            light: light.unwrap_or_default(),
            system_dark: false,
        }
    }

    /// Whether it is dark.
    pub fn is_dark(&self) -> bool {
        match self.light.as_str() {
            "dark" => true,
            "light" => false,
            _ => self.system_dark,
        }
    }

    /// Takes the reader's choice and keeps it for the next visit, where the browser allows it.
    pub fn choose_light(&mut self, light: &str) {
        self.light = light.to_string();
        if let Some(storage) = window().local_storage().ok().flatten() {
            let _ = storage.set_item(KEPT_AS, light);
        }
    }

    /// Lets go of everything on the lanes.
    pub fn let_go(&mut self) {
        self.segment = None;
        self.pinned = None;
        self.lit = None;
    }
}

/// The row of the request to which something on the lanes belongs.
pub fn request_of(trace: &Trace, hit: Hit) -> Option<u32> {
    let span = match hit {
        Hit::Segment(row) => trace.segments.get(row as usize)?.span,
        Hit::Span(row) => row,
    };
    trace.spans.get(span as usize).map(|span| span.request)
}

/// The request to which something on the lanes belongs.
pub fn story_of(trace: &Trace, hit: Hit) -> Option<Story> {
    let request = trace.requests.get(request_of(trace, hit)? as usize)?;
    Some((request.client, request.number, request.offered))
}

/// The row of a request in this recording.
pub fn row_of(trace: &Trace, story: Story) -> Option<u32> {
    let found = trace
        .requests
        .iter()
        .position(|request| (request.client, request.number, request.offered) == story);
    found.map(|row| row as u32)
}
