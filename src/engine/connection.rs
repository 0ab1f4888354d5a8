//! Connections of a caller to a callee: opened by handshakes, used by one attempt at a time, waited for in line.
//!
//! ```text
//! try ─▶ one idle? ─yes──────────────────────────▶ launch ─ reply ─▶ next in line, or idle
//!          └ no ▶ may one more be opened? ─▶ setup ──▲        └ given up: closed
//!                   └ no ▶ wait in line
//! ```
//!
//! Law: a try that is not wanted any more neither takes nor keeps a connection.

use super::chance::Purpose;
use super::event::Event;
use super::guard::{Guard, Stage};
use super::slab::NONE;
use super::turn::Turn;
use crate::time::Duration;
use crate::trace::Observer;

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A try needs a connection before it can be sent; `which` is 0, or 1 for the hedge.
    pub(super) fn connect(&mut self, slot: u32, which: u32) {
        let Guard { rules, gate, .. } = self.world.guards[slot];
        let rules = &self.world.rules[rules];
        if !rules.has_connections() {
            self.launch(slot, which);
            return;
        }
        let most = rules.connections.unwrap_or(u32::MAX);
        self.world.guards[slot].pending[which as usize] = true;
        let connections = &mut self.world.gates[gate].connections;
        if connections.idle > 0 {
            connections.idle -= 1;
            self.launch(slot, which);
        } else if connections.open < most {
            connections.open += 1;
            self.open_connection(slot, which);
        } else {
            let attempt = self.world.guards[slot].attempts;
            connections.waiting.push_back((slot, attempt << 1 | which));
            self.world.guards[slot].holds += 1;
            self.suspect_line();
        }
    }

    /// The handshakes, and then the try.
    #[inline(never)]
    pub(super) fn open_connection(&mut self, slot: u32, which: u32) {
        let key = self.try_key(slot, which);
        let setup = match self.world.rules[self.world.guards[slot].rules].setup {
            Some(sampler) => self.draw_duration(sampler, key, 0, Purpose::Setup),
            None => Duration::ZERO,
        };
        if setup == Duration::ZERO {
            self.launch(slot, which);
        } else {
            let attempt = self.world.guards[slot].attempts;
            self.world.guards[slot].holds += 1;
            let ticket = self.world.setups.insert((slot, attempt << 1 | which));
            self.world.queue.push(self.now() + setup, Event::Connected(ticket));
        }
    }

    /// A connection is open; the attempt that wanted it may be over.
    pub(super) fn connected(&mut self, ticket: u32) {
        let (slot, which) = self.world.setups[ticket];
        self.world.setups.remove(ticket);
        if self.still_wants(slot, which) {
            self.launch(slot, which & 1);
        } else {
            self.pass_connection(self.world.guards[slot].gate);
        }
        self.let_go_of_guard(slot);
    }

    pub(super) fn still_wants(&self, slot: u32, which: u32) -> bool {
        let guard = &self.world.guards[slot];
        guard.stage == Stage::Attempt && guard.attempts == which >> 1 && guard.tries[(which & 1) as usize] == NONE
    }

    /// A connection is free: the next in line takes it.
    #[inline(never)]
    pub(super) fn pass_connection(&mut self, gate: u32) {
        match self.next_in_line(gate) {
            Some((slot, which)) => self.launch(slot, which),
            None => self.world.gates[gate].connections.idle += 1,
        }
    }

    /// The first try in line that still wants a connection.
    pub(super) fn next_in_line(&mut self, gate: u32) -> Option<(u32, u32)> {
        while let Some((slot, which)) = self.world.gates[gate].connections.waiting.pop_front() {
            let wants = self.still_wants(slot, which);
            self.let_go_of_guard(slot);
            if wants {
                return Some((slot, which & 1));
            }
        }
        None
    }

    /// A connection whose call was given up is closed; the next in line opens one.
    #[inline(never)]
    pub(super) fn close_connection(&mut self, gate: u32) {
        match self.next_in_line(gate) {
            Some((slot, which)) => self.open_connection(slot, which),
            None => self.world.gates[gate].connections.open -= 1,
        }
    }
}
