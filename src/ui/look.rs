//! What the reader has selected, and the light in which it is shown.

use crate::metrics::ranking::Story;
use crate::picture::row::Order;
use crate::picture::shape::{Hit, Point};
use crate::protocol::Telling;
use crate::trace::{Segment, Trace};
use leptos::prelude::window;

/// Where the choice of light is kept between visits.
const KEPT_AS: &str = "sync-or-swim theme";
/// From where to where one step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    Event,
    /// Of the pinned request.
    Request,
    /// Of the service of the selected span.
    Service,
}

impl Stride {
    /// In the order of [`STRIDES`].
    pub const ALL: [Stride; 3] = [Stride::Event, Stride::Request, Stride::Service];
}

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hovered {
    pub hit: Hit,
    /// Where the pointer is in the panel, and how wide and high that is, in pixels.
    pub at: Point,
    pub room: Point,
    /// Whether these are the lanes before the last change.
    pub is_past: bool,
}

/// What is selected, lit up and under the pointer.
pub struct Look {
    /// What is selected: `edges[orders->email]`, `services.orders`, or nothing.
    pub selected: String,
    /// The segment that the keys or a click selected.
    pub segment: Option<Segment>,
    /// The request that stays lit up.
    pub pinned: Option<Story>,
    /// How it is shown.
    pub telling: Telling,
    /// Where steps lead.
    pub stride: Stride,
    /// What a worker did for the call that the pointer means in the request's pictures.
    pub lit: Option<Segment>,
    pub hovered: Option<Hovered>,
    /// Whether calls in view have no arrow since they are too many.
    pub too_many_calls: bool,
    /// The width of the lanes and how much of their height is to be seen, in pixels.
    pub width: f64,
    pub height: f64,
    /// How far they are scrolled, in pixels.
    pub top: f64,
    /// What the reader pinned and folded.
    pub order: Order,
    /// Whether the lanes before the last change stand above those of now.
    pub compares: bool,
    /// Whether the lanes' words are shown.
    pub words: bool,
    /// One of [`LIGHTS`].
    pub light: String,
    /// Whether the system is dark.
    pub system_dark: bool,
    /// Whether it is being printed: on paper, which is light.
    pub prints: bool,
    /// Whether the choice of light is kept for the next visit.
    pub keeps: bool,
    /// The height of the whole, in pixels, where somebody asks for it.
    pub tall: u32,
}

impl Look {
    /// Nothing is selected; the light is that of the last visit.
    pub(super) fn new() -> Look {
        let storage = window().local_storage().ok().flatten();
        let light = storage.and_then(|storage| storage.get_item(KEPT_AS).ok().flatten());
        Look {
            selected: String::new(),
            segment: None,
            pinned: None,
            telling: Telling::Waterfall,
            stride: Stride::Event,
            lit: None,
            hovered: None,
            too_many_calls: false,
            width: 0.0,
            height: 0.0,
            top: 0.0,
            order: Order::default(),
            compares: false,
            words: false,
            light: light.unwrap_or_default(),
            system_dark: false,
            prints: false,
            keeps: true,
            tall: 0,
        }
    }

    /// The name of the selected edge; empty where none is.
    pub fn edge(&self) -> &str {
        let name = self.selected.strip_prefix("edges[");
        name.and_then(|name| name.strip_suffix(']')).unwrap_or_default()
    }

    /// Whether it is dark.
    pub fn is_dark(&self) -> bool {
        match self.light.as_str() {
            _ if self.prints => false,
            "dark" => true,
            "light" => false,
            _ => self.system_dark,
        }
    }

    /// Takes the reader's choice and keeps it for the next visit, where the browser allows it.
    pub fn choose_light(&mut self, light: &str) {
        self.light = light.to_string();
        if let Some(storage) = window().local_storage().ok().flatten().filter(|_| self.keeps) {
            let _ = storage.set_item(KEPT_AS, light);
        }
    }

    /// Turns a service from lanes to one strip, or back.
    pub fn fold(&mut self, group: &str) {
        toggle(&mut self.order.turned, group);
    }

    /// Pins a group above the others, or lets it go.
    pub fn pin(&mut self, group: &str) {
        toggle(&mut self.order.pinned, group);
    }

    /// Lets go of everything on the lanes.
    pub fn let_go(&mut self) {
        self.segment = None;
        self.pinned = None;
        self.lit = None;
    }
}

fn toggle(names: &mut Vec<String>, name: &str) {
    match names.iter().position(|other| other == name) {
        Some(place) => drop(names.remove(place)),
        None => names.push(name.to_string()),
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
    let first = trace.requests.partition_point(|request| request.offered < story.2);
    let at_once = trace.requests[first..]
        .iter()
        .take_while(|request| request.offered == story.2);
    let found = (first..)
        .zip(at_once)
        .find(|(_, request)| (request.client, request.number) == (story.0, story.1));
    found.map(|(row, _)| row as u32)
}
