//! What was recorded of a run.
//!
//! Law: two recordings of as much of the same stretch of the same run are the same.

use crate::picture::index::Index;
use crate::scenario::walk::Packed;
use crate::trace::Trace;
use std::sync::Arc;

/// What was recorded of a run, and of which.
pub struct Recording {
    pub scenario: Arc<Packed>,
    pub trace: Trace,
    pub index: Index,
}

impl Recording {
    /// Whether this is a recording of the same scenario that has a view and what lies around it: half a view behind, two
    /// ahead, as far as the run goes. Any new recording has more, so that small moves order nothing.
    pub(super) fn covers(&self, scenario: &Arc<Packed>, left: f64, span: f64) -> bool {
        let end = (left + 3.0 * span).min(scenario.run.duration.0 as f64);
        let (from, until) = (self.trace.from.0 as f64, self.trace.until.0 as f64);
        Arc::ptr_eq(&self.scenario, scenario) && from <= (left - span / 2.0).max(0.0) && until >= end
    }
}

/// A run is the same every time: as much of the same stretch is the same recording.
impl PartialEq for Recording {
    fn eq(&self, other: &Recording) -> bool {
        let amount = |it: &Recording| {
            let Trace {
                from,
                until,
                spans,
                segments,
                ..
            } = &it.trace;
            let first = it
                .trace
                .requests
                .first()
                .map(|request| (request.client, request.number, request.offered));
            (*from, *until, spans.len(), segments.len(), first)
        };
        Arc::ptr_eq(&self.scenario, &other.scenario) && amount(self) == amount(other)
    }
}
