//! Small solvers that know nothing of the engine: one server and its queue by recursion, a breaker by its chain.
//!
//! ```text
//! arrivals ─▶ ┌───────┐ first visit ─▶ elsewhere ┐
//!         ┌─▶ │ queue │ second visit ─▶ over     │
//!         └───└───────┘◀────────────────────────┘
//! ```

use std::collections::VecDeque;

/// Uniform and exponential numbers (SplitMix64; Steele, Lea & Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0xA5A5)
    }

    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// Exponential with this mean.
    pub fn exp(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    pub fn hits(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

/// Who is served when the server is free and both kinds wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// Who joined first.
    Fifo,
    /// Who has been away.
    ReturnedFirst,
}

/// Two visits of one server with a time `away` between them, after a Poisson process: mean and 99th percentile of the times
/// from arrival to the end of the second visit, without the first tenth.
pub fn two_visits(
    gap: f64,
    work: impl Fn(&mut Dice) -> f64,
    away: impl Fn(&mut Dice) -> f64,
    turn: Turn,
    seed: u64,
) -> (f64, f64) {
    const CALLS: usize = 450_000;
    let mut dice = Dice::new(seed);
    let (mut next, mut free) = (dice.exp(gap), 0.0f64);
    let mut back: VecDeque<(f64, f64)> = VecDeque::new();
    let mut times = Vec::with_capacity(CALLS);
    while times.len() < CALLS {
        let returned = back.front().map_or(f64::INFINITY, |(at, _)| *at);
        let second = returned <= next || turn == Turn::ReturnedFirst && returned <= free;
        let (joined, born) = match second {
            true => back.pop_front().expect("somebody is back"),
            false => (next, next),
        };
        free = free.max(joined) + work(&mut dice);
        if second {
            times.push(free - born);
        } else {
            let at = free + away(&mut dice);
            let place = back.partition_point(|(other, _)| *other <= at);
            back.insert(place, (at, born));
            next += dice.exp(gap);
        }
    }
    let mut times = times.split_off(CALLS / 10);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    times.sort_by(f64::total_cmp);
    (mean, times[times.len() * 99 / 100])
}

/// One worker with exponential works; calls wait at it, and of the messages of a queue one at a time is with them: the
/// mean time from arrival to end of the calls.
pub fn one_message_among_calls(calls: f64, messages: f64, work: f64, seed: u64) -> f64 {
    const CALLS: usize = 400_000;
    let mut dice = Dice::new(seed);
    let (mut next_call, mut next_message) = (dice.exp(1.0 / calls), dice.exp(1.0 / messages));
    // Ends of what is with the worker, in order: the backlog's length in time is all that matters.
    let (mut free, mut message_leaves, mut waiting) = (0.0f64, 0.0f64, 0u64);
    let (mut sum, mut count) = (0.0, 0);
    while count < CALLS {
        let now = next_call.min(next_message);
        if waiting > 0 && message_leaves <= now {
            waiting -= 1;
            free = free.max(message_leaves) + dice.exp(work);
            message_leaves = free;
        } else if next_message < next_call {
            next_message += dice.exp(1.0 / messages);
            if message_leaves <= now {
                free = free.max(now) + dice.exp(work);
                message_leaves = free;
            } else {
                waiting += 1;
            }
        } else {
            next_call += dice.exp(1.0 / calls);
            free = free.max(now) + dice.exp(work);
            (sum, count) = (sum + free - now, count + 1);
        }
    }
    sum / count as f64
}

/// A breaker's rules, and how many calls come while it is open.
#[derive(Clone, Copy)]
pub struct Breaker {
    pub window: usize,
    pub rate: f64,
    pub minimum: usize,
    pub trials: i32,
    pub refused: f64,
}

impl Breaker {
    fn opens(&self, outcomes: &[bool]) -> bool {
        let failures = outcomes.iter().filter(|failed| **failed).count();
        outcomes.len() >= self.minimum && failures as f64 >= self.rate * outcomes.len() as f64
    }

    /// The mean number of calls from an empty window until it opens, where each fails with this probability: the
    /// absorption time of the chain whose states are the outcomes in the window.
    fn calls_until_open(&self, p: f64) -> f64 {
        let states: Vec<Vec<bool>> = (0..=self.window)
            .flat_map(|len| (0..1usize << len).map(move |bits| (0..len).map(|i| bits >> i & 1 == 1).collect()))
            .collect();
        let index = |outcomes: &[bool]| {
            let bits = outcomes.iter().enumerate().map(|(i, failed)| (*failed as usize) << i);
            (1 << outcomes.len()) - 1 + bits.sum::<usize>()
        };
        let mut times = vec![0.0f64; states.len()];
        for _ in 0..20_000 {
            for state in &states {
                let after = |failed: bool| {
                    let mut outcomes = [state.as_slice(), &[failed]].concat();
                    if outcomes.len() > self.window {
                        outcomes.remove(0);
                    }
                    if self.opens(&outcomes) {
                        0.0
                    } else {
                        times[index(&outcomes)]
                    }
                };
                let time = 1.0 + p * after(true) + (1.0 - p) * after(false);
                times[index(state)] = time;
            }
        }
        times[0]
    }

    /// The share of calls that are refused: of a cycle from one closing to the next, by the renewal reward theorem
    /// (Ross, Stochastic processes, 1996, theorem 3.6.1). It opens once, and again whenever a trial fails.
    pub fn refused_share(&self, p: f64) -> f64 {
        let well = (1.0 - p).powi(self.trials);
        let (openings, trials) = (1.0 / well, (1.0 - well) / p);
        let refused = openings * self.refused;
        refused / (self.calls_until_open(p) + openings * trials + refused)
    }
}

/// The retries that a budget pays for while one call after the other fails with this probability, each attempt anew:
/// `earn` tokens a call, one spent for each retry, ten at first and at most.
pub fn retries_within_budget(calls: u64, attempts: u32, earn: f64, p: f64, seed: u64) -> u64 {
    let (mut dice, mut tokens, mut retries) = (Dice::new(seed), 10.0f64, 0);
    for _ in 0..calls {
        tokens = (tokens + earn).min(10.0);
        for _ in 1..attempts {
            if !dice.hits(p) || tokens < 1.0 - 1e-9 {
                break;
            }
            (tokens, retries) = (tokens - 1.0, retries + 1);
        }
    }
    retries
}
