//! What crosses from the page to its backend arrives as it was.

use super::{for_all, layout, whole};
use sync_or_swim::protocol::{RunId, ToBackend};

#[test]
fn a_scenario_with_everything_arrives_as_it_was() {
    let law = "a_scenario_with_everything_arrives_as_it_was";
    for_all(law, &(whole::whole(), layout::places()), |(scenario, places)| {
        let scenario = layout::laid_out(scenario.clone(), places);
        let order = ToBackend::Measure {
            run: RunId(1),
            scenario: scenario.into(),
            seed: 1,
        };
        let bytes = postcard::to_allocvec(&order).map_err(|why| why.to_string())?;
        match postcard::from_bytes::<ToBackend>(&bytes) {
            Ok(arrived) if arrived == order => Ok(()),
            arrived => Err(format!("{arrived:?}")),
        }
    });
}
