//! The laws over whole scenarios in which faults strike, and over those in which some wait for each other for ever.
//!
//! Law: a fault changes nobody's draws, leaves nothing behind once it is over, and is one of the few things that free
//! whoever is stuck.

use super::{census, for_all, guard, hearing, memory, number, occupancy, pair, sequence, stuck, whole};
use proptest::strategy::Strategy;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;

#[test]
fn whatever_strikes_everybody_is_counted_once() {
    let law = "whatever_strikes_everybody_is_counted_once";
    let seen = Cell::new(census::Seen::default());
    for_all(law, &(whole::whole(), 0u64..1000), |(scenario, seed)| {
        let mut census = census::Census::new(scenario);
        Run::new(scenario, *seed).advance_dyn(Instant::NEVER, u64::MAX, &mut census);
        let (all, now) = (seen.get(), census.seen);
        seen.set(census::Seen {
            crashed: all.crashed + now.crashed,
            resets: all.resets + now.resets,
            frozen: all.frozen + now.frozen,
            turned_away: all.turned_away + now.turned_away,
            messages_lost: all.messages_lost + now.messages_lost,
            completed: all.completed + now.completed,
        });
        match census.wrong.first() {
            Some(wrong) => Err(wrong.clone()),
            None => guard::adds_up(scenario, *seed),
        }
    });
    println!("{law}: {:?}", seen.get());
    let census::Seen {
        crashed,
        resets,
        turned_away,
        ..
    } = seen.get();
    assert!(crashed > 0 && resets > 0 && turned_away > 0);
}

#[test]
fn workers_are_held_and_counted_whatever_strikes() {
    let law = "workers_are_held_and_counted_whatever_strikes";
    let seen = Cell::new(occupancy::Seen::default());
    for_all(law, &(whole::whole(), 0u64..1000), |(scenario, seed)| {
        let (all, now) = (seen.get(), occupancy::keeps(scenario, *seed)?);
        seen.set(occupancy::Seen {
            pins: all.pins + now.pins,
            stays: all.stays + now.stays,
        });
        Ok(())
    });
    println!("{law}: {:?}", seen.get());
    assert!(seen.get().pins > 0 && seen.get().stays > 0);
}

#[test]
fn whoever_is_stuck_stays_so_and_is_told() {
    let law = "whoever_is_stuck_stays_so_and_is_told";
    let seen = Cell::new(stuck::Seen::default());
    for_all(law, &(stuck::tangle(), 0u64..1000), |(scenario, seed)| {
        let (all, now) = (seen.get(), stuck::keeps(scenario, *seed)?);
        seen.set(stuck::Seen {
            deadlocks: all.deadlocks + now.deadlocks,
            quiet: all.quiet + now.quiet,
        });
        Ok(())
    });
    println!("{law}: {:?}", seen.get());
    assert!(seen.get().deadlocks > 0 && seen.get().quiet > 0);
}

#[test]
fn whoever_is_stuck_is_freed_by_time_or_from_outside() {
    let law = "whoever_is_stuck_is_freed_by_time_or_from_outside";
    let deadlocks = Cell::new(0);
    for_all(law, &(whole::whole(), 0u64..1000), |(scenario, seed)| {
        let mut watcher = stuck::Watcher::new(scenario);
        let mut run = Run::new(scenario, *seed);
        run.advance_dyn(Instant::NEVER, u64::MAX, &mut watcher);
        deadlocks.set(deadlocks.get() + u64::from(run.deadlock().is_some()));
        watcher.wrong.map_or(Ok(()), Err)
    });
    println!("{law}: {} deadlocks", deadlocks.get());
    assert!(deadlocks.get() > 0);
}

#[test]
fn a_fault_leaves_arrivals_and_draws_as_they_are() {
    let law = "a_fault_leaves_arrivals_and_draws_as_they_are";
    let (shared, all) = (Cell::new(0), Cell::new(0));
    for_all(law, &(whole::whole(), 0u64..1000), |(scenario, seed)| {
        let struck = pair::steady(scenario.clone());
        let calm = Scenario {
            faults: Vec::new(),
            ..struck.clone()
        };
        let (mut a, mut b) = (pair::draws(&calm, *seed)?, pair::draws(&struck, *seed)?);
        if a.offers != b.offers {
            return Err(format!("{} and {} arrivals", a.offers.len(), b.offers.len()));
        }
        // Whether a breaker lets anything be sent is a matter of fate.
        (a.arrivals, b.arrivals) = (Vec::new(), Vec::new());
        shared.set(shared.get() + pair::agree(&a, &b)?);
        all.set(all.get() + a.values.len() as u64);
        Ok(())
    });
    println!("{law}: {} of {} draws were made in both runs", shared.get(), all.get());
    assert!(shared.get() * 2 > all.get());
}

#[test]
fn nothing_is_left_of_requests_that_are_over() {
    let law = "nothing_is_left_of_requests_that_are_over";
    let over = Cell::new(0);
    for_all(law, &(whole::whole(), 0u64..1000), |(scenario, seed)| {
        let scenario = whole::with_an_end(scenario.clone());
        let mut census = census::Census::new(&scenario);
        let mut run = Run::new(&scenario, *seed);
        run.advance_dyn(Instant::NEVER, u64::MAX, &mut census);
        if let Some(wrong) = census.wrong.first() {
            return Err(wrong.clone());
        }
        let (requests, messages) = census.left();
        if requests > 0 {
            return Ok(());
        }
        over.set(over.get() + 1);
        match run.live() == messages {
            true => Ok(()),
            false => Err(format!("{} are live of {messages} messages and no request", run.live())),
        }
    });
    println!("{law}: {} runs came to an end", over.get());
    assert!(over.get() > 0);
}

#[test]
fn an_instant_has_its_order_whatever_strikes() {
    let law = "an_instant_has_its_order_whatever_strikes";
    let seen = Cell::new(sequence::Seen::default());
    for_all(law, &(whole::coarse(), 0u64..1000), |(scenario, seed)| {
        seen.set(seen.get() + sequence::keeps(scenario, *seed)?);
        Ok(())
    });
    println!("{law}: {:?}", seen.get());
    let sequence::Seen {
        crossings,
        turns,
        narrow,
    } = seen.get();
    assert!(crossings[2..].iter().chain(&turns[1..]).all(|count| *count > 0) && narrow > 0);
}

#[test]
fn nothing_is_lost_without_a_reason() {
    let law = "nothing_is_lost_without_a_reason";
    let seen = RefCell::new(BTreeMap::new());
    for_all(law, &(whole::coarse(), 0u64..1000), |(scenario, seed)| {
        for (kind, count) in hearing::keeps(scenario, *seed)? {
            *seen.borrow_mut().entry(kind).or_insert(0u64) += count;
        }
        Ok(())
    });
    println!("{law}: {:?}", seen.borrow());
    let cases = number("LAWS_CASES", 500);
    let expected = hearing::KINDS.iter().filter(|(_, least)| cases >= *least);
    let unseen: Vec<&str> = expected
        .map(|(kind, _)| *kind)
        .filter(|kind| !seen.borrow().contains_key(kind))
        .collect();
    assert!(unseen.is_empty(), "nothing was seen of {unseen:?}");
}

#[test]
fn what_is_remembered_is_what_lives() {
    let law = "what_is_remembered_is_what_lives";
    let seen = Cell::new(memory::Seen::default());
    let scenarios = whole::whole().prop_map(whole::rounded);
    for_all(law, &(scenarios, 0u64..1000), |(scenario, seed)| {
        let (all, now) = (seen.get(), memory::keeps(scenario, *seed)?);
        seen.set(memory::Seen {
            bounded: all.bounded + now.bounded,
            late: all.late + now.late,
            reused: all.reused + now.reused,
        });
        Ok(())
    });
    println!("{law}: {:?}", seen.get());
    let memory::Seen { bounded, late, reused } = seen.get();
    assert!(bounded > 0 && late > 0 && reused > 0);
}
