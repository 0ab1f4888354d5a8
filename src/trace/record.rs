//! A window of a run in columns: what each lane did, each span with its call, and each channel's depth.
//!
//! ```text
//! segments   lane │ start │ end │ activity │ span            sorted by lane, then start; idle is not stored
//! spans      one row a call: sent ▸ arrived ▸ began ▸ responded ▸ ended ▸ returned, NEVER where it did not happen; sorted by sent
//! depths     channel │ time │ depth                           sorted by channel, then time
//! switches   time │ edge │ replica │ state                    the breakers, in the order of time
//! notes      time │ span │ what                               what the instants of a call do not tell, in the order of time
//! ```

use super::{Activity, Cause, State};
use crate::scenario::{ChannelId, ClientId, EdgeId, Mode, Scenario, ServiceId};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// The row of no span.
pub const NO_SPAN: u32 = u32::MAX;
/// The lane of no worker: a client.
pub const NO_LANE: u32 = u32::MAX;

/// What happened between two instants.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub from: Instant,
    /// Everything before this instant is recorded.
    pub until: Instant,
    /// Whether the recording budget, and not the run, ended it.
    pub truncated: bool,
    pub segments: Vec<Segment>,
    pub spans: Vec<Span>,
    pub depths: Vec<Depth>,
    pub switches: Vec<Switch>,
    pub notes: Vec<Note>,
    /// The requests that the spans belong to.
    pub requests: Vec<RequestRow>,
}

/// A time in which one worker did one thing for one span.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    pub lane: u32,
    pub start: Instant,
    /// Exclusive; a segment still going on at the end of the recording ends there.
    pub end: Instant,
    pub activity: Activity,
    /// A row of [`Trace::spans`], or [`NO_SPAN`] where that span began before the recording.
    pub span: u32,
}

/// One call and the span that it caused.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// A row of [`Trace::requests`].
    pub request: u32,
    /// The caller's row, or [`NO_SPAN`] for a client's call; of a delivery the row of its publication. The first
    /// delivery from an edge's own channel is in the very row of the call that published.
    pub parent: u32,
    pub edge: EdgeId,
    pub mode: Mode,
    pub service: ServiceId,
    /// The caller's lane when it sent, or [`NO_LANE`].
    pub from_lane: u32,
    /// The lane on which it began, or [`NO_LANE`] as long as it has not.
    pub lane: u32,
    pub sent: Instant,
    pub arrived: Instant,
    pub began: Instant,
    pub responded: Instant,
    /// When the callee's side was over, or that of its closed door.
    pub ended: Instant,
    /// When the caller learnt the outcome.
    pub returned: Instant,
    pub outcome: Option<Result<(), Cause>>,
    /// Whether the network lost a message of it; then `arrived` tells which: NEVER means the request.
    pub lost: bool,
    /// Which attempt of its call it is, from 1.
    pub attempt: u32,
    /// Whether it was sent beside an attempt that had no answer yet.
    pub hedge: bool,
}

/// The breaker of an edge at one of its caller's replicas lets calls pass, or not, from this instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    pub at: Instant,
    pub edge: EdgeId,
    pub replica: u32,
    pub state: State,
}

impl Switch {
    /// Puts this in place of what was the last of the same breaker.
    pub fn succeed(self, last: &mut Vec<Switch>) {
        let is_same = |other: &&mut Switch| (other.edge, other.replica) == (self.edge, self.replica);
        match last.iter_mut().find(is_same) {
            Some(before) => *before = self,
            None => last.push(self),
        }
    }
}

/// Something that befell a span.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub at: Instant,
    /// A row of [`Trace::spans`].
    pub span: u32,
    pub what: What,
}

/// What befell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Its caller asks whether it is done (mode `poll`).
    Asked,
    /// Its replica died with it.
    Died,
    /// A call that it made over this edge never left: a guard barred the last attempt, or all.
    Barred(EdgeId, Cause),
    /// A fallback stood in for a call that it made over this edge.
    FellBack(EdgeId),
}

/// A root call of a client.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    pub client: ClientId,
    pub number: u64,
    pub offered: Instant,
    /// When the client had its outcome, or NEVER.
    pub returned: Instant,
    /// When the last work that it caused was over, or NEVER.
    pub completed: Instant,
    pub outcome: Option<Result<(), Cause>>,
}

/// How many messages lay in a channel from this instant on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Depth {
    /// A declared channel, or behind those the channel of an edge.
    pub channel: ChannelId,
    pub at: Instant,
    pub depth: u32,
}

/// The names of all lanes, `service/replica.worker` or `service/worker` where there is one replica;
/// `offload.thread` instead of the worker for offload threads.
pub fn lane_names(scenario: &Scenario) -> Vec<String> {
    let lanes = scenario.first_lanes().last().copied().unwrap_or(0);
    (0..lanes).filter_map(|lane| lane_name(scenario, lane)).collect()
}

/// The name of one lane, if there is such a lane.
pub fn lane_name(scenario: &Scenario, mut lane: u32) -> Option<String> {
    for service in &scenario.services {
        let (all, lanes) = (service.replicas * service.lanes(), service.lanes());
        if lane >= all {
            lane -= all;
            continue;
        }
        let (replica, place) = (lane / lanes, lane % lanes);
        let worker = match place.checked_sub(service.runtime.workers()) {
            None => format!("{place}"),
            Some(thread) => format!("offload.{thread}"),
        };
        return Some(match service.replicas {
            1 => format!("{}/{worker}", service.name),
            _ => format!("{}/{replica}.{worker}", service.name),
        });
    }
    None
}

/// One letter for an activity in text lanes: `#` running, `=` blocked, `~` waiting for a core, `.` idle.
pub fn letter(activity: Activity) -> char {
    match activity {
        Activity::Running => '#',
        Activity::Blocked(_) => '=',
        Activity::CoreWait => '~',
        Activity::Idle => '.',
    }
}
