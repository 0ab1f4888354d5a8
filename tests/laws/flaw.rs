//! The auditor is audited: a run with a flaw in it, one event left out or told twice, is found to be wrong.

use super::auditor::Auditor;
use super::tape::{Event, Tape, replay};
use super::{data, everywhere, facts};
use proptest::prelude::*;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::Call;

#[test]
fn whatever_is_left_out_or_told_twice_is_found() {
    let law = "whatever_is_left_out_or_told_twice_is_found";
    let index = any::<prop::sample::Index>();
    everywhere(law, (index, any::<bool>()), |(scenario, (index, twice))| {
        let mut tape = Tape::default();
        Run::new(scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut tape);
        tape.0.retain(|(_, event)| !matches!(event, Event::Drawn(..)));
        if tape.0.is_empty() {
            return Ok(());
        }
        let index = index.index(tape.0.len());
        let event = tape.0[index];
        // A refusal whose reply is lost is, without the refusal, a call that was lost.
        let refusal =
            matches!(event.1, Event::Refused(call) | Event::Overflowed(call, _) if lossy(scenario, call.edge));
        // A call that is lost and a call that travels for ever look the same.
        let loss = matches!(event.1, Event::Lost(_));
        // Who polls asks as often as it takes, and each of its questions may be lost.
        let question = matches!(event.1, Event::Lost(call) if call.mode == Mode::Poll);
        let asked = matches!(event.1, Event::Polled(_));
        // Nobody says how long a span of a loop waits before it needs the loop again.
        let unknown = matches!(event.1, Event::Lane(service, ..) if waits_on_a_loop(scenario, service));
        // Nor how long a branch waits that nothing waits for any more.
        let outlived = outlives_its_reply(scenario, &tape.0[..=index]);
        // Nor does a worker that goes from one resumed span to another, and does the same there, look like another.
        let same = matches!(event.1, Event::Lane(_, _, was, is, _) if was == is);
        // Nor what comes of a worker or a call of which nothing more is told.
        let last = is_last_word(&tape.0[index..]);
        if question || (asked || refusal || loss || unknown || outlived || same || last) && !twice {
            return Ok(());
        }
        if data::is_vague(scenario, &tape.0, index) {
            return Ok(());
        }
        if *twice {
            tape.0.insert(index, event);
        } else {
            tape.0.remove(index);
        }
        let mut auditor = Auditor::new(scenario);
        replay(&tape.0, &mut auditor);
        match auditor.finish() {
            [] => Err(format!(
                "{event:?} is told twice ({twice}) or not at all, and nothing is found"
            )),
            _ => Ok(()),
        }
    });
}

/// Whether an edge may ever lose a message.
fn lossy(scenario: &Scenario, edge: EdgeId) -> bool {
    let loses = |change: &Change| matches!(&change.to, Changed::Edge(changed, is) if *changed == edge && is.loss > 0.0);
    scenario.edge(edge).loss > 0.0 || scenario.changes.iter().any(loses)
}

fn waits_on_a_loop(scenario: &Scenario, service: ServiceId) -> bool {
    let service = scenario.service(service);
    let waits = |operation: &Operation| facts::Facts::of(&operation.steps).waits;
    matches!(service.runtime, Runtime::Loop(_)) && service.operations.iter().any(waits)
}

/// Whether the last event is the end of a span that had replied, at a service where a branch of a `parallel` may wait.
fn outlives_its_reply(scenario: &Scenario, events: &[(Instant, Event)]) -> bool {
    let Some((_, Event::Ended(call, _))) = events.last() else {
        return false;
    };
    let waits = |operation: &Operation| facts::Facts::of(&operation.steps).branch_waits;
    let replied = |event: &Event| matches!(event, Event::Responded(other, _) if (other.slot, other.sent) == (call.slot, call.sent));
    scenario.service(call.service).operations.iter().any(waits) && events.iter().any(|(_, event)| replied(event))
}

/// Whether nothing more is told of the lane or the call that the first event is about.
fn is_last_word(events: &[(Instant, Event)]) -> bool {
    let ((_, first), rest) = (events[0], &events[1..]);
    match (first, first.call()) {
        (Event::Lane(_, lane, ..), _) => !rest
            .iter()
            .any(|(_, event)| matches!(event, Event::Lane(_, other, ..) if *other == lane)),
        (_, Some(call)) => {
            let same = |other: Call| (other.slot, other.sent) == (call.slot, call.sent);
            // A caller that gives up does not know whether its call has come.
            let blind = |event: &Event| matches!((first, event), (Event::Accepted(..), Event::Returned(..)));
            !rest
                .iter()
                .any(|(_, event)| event.call().is_some_and(same) && !blind(event))
        }
        _ => false,
    }
}
