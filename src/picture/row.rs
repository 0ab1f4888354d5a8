//! Where the rows of the lanes lie: clients above, then each service with its channels and its workers.
//!
//! ```text
//! shoppers   ▁▂▃▂▁▂          one level a client: requests under way
//! orders  0  ───────         one lane a worker, thinner the more there are …
//!         1  ───────
//! payments   ░▒▓▒░           … and one strip for a large pool
//! ```
//!
//! Law: rows depend on the scenario alone; nothing jumps while a run plays.

use super::word;
use crate::scenario::{Caller, ChannelId, ClientId, Edge, EdgeId, Scenario, Service, ServiceId};

/// The height of the axis above the rows.
pub const AXIS: f64 = 24.0;
/// Between groups.
const GAP: f64 = 7.0;
/// The least height of a group: its two lines of words.
const GROUP: f64 = 30.0;
/// The height of a client's or channel's level.
const LEVEL: f64 = 26.0;
/// The height of a pool that is too large for lanes.
const STRIP: f64 = 64.0;
/// The largest pool whose workers have a lane each.
const MOST_LANES: u32 = 24;

/// What a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How many requests of a client are under way.
    Client(ClientId),
    /// How many messages lie in a channel.
    Channel(ChannelId),
    /// One worker.
    Lane(u32),
    /// All workers of a service, from this lane on, so many.
    Strip { service: ServiceId, first: u32, lanes: u32 },
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    pub kind: Kind,
    pub top: f64,
    pub height: f64,
}

/// Rows that belong together, with their name.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    /// `16 threads`, `client`, `channel`.
    pub what: String,
    pub top: f64,
    pub height: f64,
    pub rows: Vec<Row>,
}

/// All rows of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The width of the names to the left.
    pub gutter: f64,
    pub groups: Vec<Group>,
    pub height: f64,
    /// Where each lane's worker is drawn: top and height, by lane.
    pub lanes: Vec<(f64, f64)>,
    /// Where each client's level is drawn: top and height, by client.
    pub clients: Vec<(f64, f64)>,
    /// Where each channel's level is drawn.
    channels: Vec<(ChannelId, (f64, f64))>,
}

impl Rows {
    /// The rows of a scenario on a surface of this width.
    pub fn new(scenario: &Scenario, width: f64) -> Rows {
        let mut rows = Rows {
            gutter: if width < 560.0 { 92.0 } else { 148.0 },
            groups: Vec::new(),
            height: GAP,
            lanes: Vec::new(),
            clients: Vec::new(),
            channels: Vec::new(),
        };
        for (index, client) in scenario.clients.iter().enumerate() {
            let kind = Kind::Client(ClientId(index as u32));
            rows.add(client.name.clone(), "client, under way".to_string(), &[kind], LEVEL);
        }
        let firsts = scenario.first_lanes();
        for (index, service) in scenario.services.iter().enumerate() {
            let id = ServiceId(index as u32);
            rows.add_channels(scenario, id);
            rows.add_service(service, id, firsts[index], firsts[index + 1] - firsts[index]);
        }
        rows.add_declared(scenario, None);
        rows
    }

    /// Where a channel's level is drawn, if it has a row: top and height.
    pub fn channel(&self, id: ChannelId) -> Option<(f64, f64)> {
        let found = self.channels.iter().find(|(channel, _)| *channel == id);
        found.map(|(_, place)| *place)
    }

    /// The declared channels whose first consumer is this service, or that have none.
    fn add_declared(&mut self, scenario: &Scenario, consumer: Option<ServiceId>) {
        for (index, channel) in scenario.channels.iter().enumerate() {
            let id = ChannelId(index as u32);
            let delivers = |edge: &&Edge| edge.from == Caller::Channel(id);
            if scenario.edges.iter().find(delivers).and_then(Edge::service) == consumer {
                let name = "▤ ".to_string() + &channel.name;
                self.add(name, "channel, depth".to_string(), &[Kind::Channel(id)], LEVEL);
            }
        }
    }

    fn add_channels(&mut self, scenario: &Scenario, id: ServiceId) {
        self.add_declared(scenario, Some(id));
        for (index, edge) in scenario.edges.iter().enumerate() {
            let edge_id = EdgeId(index as u32);
            if edge.service() == Some(id) && scenario.is_ever_queue(edge_id) {
                let name = "▤ to ".to_string() + word::ends(scenario, edge).1;
                self.add(
                    name,
                    "channel, depth".to_string(),
                    &[Kind::Channel(scenario.own_channel(edge_id))],
                    LEVEL,
                );
            }
        }
    }

    fn add_service(&mut self, service: &Service, id: ServiceId, first: u32, lanes: u32) {
        let (name, what) = (service.name.clone(), word::workers(service));
        if lanes > MOST_LANES {
            let strip = Kind::Strip {
                service: id,
                first,
                lanes,
            };
            self.add(name, what, &[strip], STRIP);
            return;
        }
        let kinds: Vec<Kind> = (first..first + lanes).map(Kind::Lane).collect();
        let height = match lanes {
            1..=4 => 17.0,
            5..=10 => 12.0,
            11..=16 => 8.0,
            _ => 6.0,
        };
        self.add(name, what, &kinds, height);
    }

    fn add(&mut self, name: String, what: String, kinds: &[Kind], height: f64) {
        let top = self.height;
        let rows: Vec<Row> = (0..)
            .zip(kinds)
            .map(|(index, kind)| Row {
                kind: *kind,
                top: top + height * f64::from(index),
                height,
            })
            .collect();
        for row in &rows {
            match row.kind {
                Kind::Client(_) => self.clients.push((row.top, row.height)),
                Kind::Lane(_) => self.lanes.push((row.top, row.height)),
                Kind::Strip { lanes, .. } => (0..lanes).for_each(|_| self.lanes.push((row.top, row.height))),
                Kind::Channel(id) => self.channels.push((id, (row.top, row.height))),
            }
        }
        let height = (height * rows.len() as f64).max(GROUP);
        self.height = top + height + GAP;
        self.groups.push(Group {
            name,
            what,
            top,
            height,
            rows,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{gallery, text};

    fn rows(change: impl Fn(&str) -> String) -> (Scenario, Rows) {
        let entry = gallery::entry("checkout").map(|entry| entry.text).unwrap_or_default();
        let scenario = text::parse(&change(entry)).map(|parsed| parsed.scenario).unwrap();
        let rows = Rows::new(&scenario, 1200.0);
        (scenario, rows)
    }

    #[test]
    fn every_worker_has_a_place_and_no_two_groups_share_one() {
        let (scenario, rows) = rows(str::to_string);
        assert_eq!(Some(&(rows.lanes.len() as u32)), scenario.first_lanes().last());
        assert_eq!(rows.clients.len(), scenario.clients.len());
        for pair in rows.groups.windows(2) {
            assert!(pair[0].top + pair[0].height <= pair[1].top, "{pair:?}");
        }
        for group in &rows.groups {
            let last = group.rows[group.rows.len() - 1];
            assert!(last.top + last.height <= group.top + group.height + 1e-9, "{group:?}");
        }
    }

    #[test]
    fn a_large_pool_is_one_strip() {
        let (_, rows) = rows(|text| text.replacen("\"threads\": 4", "\"threads\": 400", 1));
        let stock = rows.groups.iter().find(|group| group.name == "stock").unwrap();
        assert!(matches!(
            stock.rows[..],
            [Row {
                kind: Kind::Strip { lanes: 400, .. },
                ..
            }]
        ));
        assert!(rows.height < 1000.0);
    }

    #[test]
    fn an_edge_in_mode_queue_has_a_channel_row_above_its_consumer() {
        let (_, queue) = rows(str::to_string);
        let at = queue
            .groups
            .iter()
            .position(|group| matches!(group.rows[0].kind, Kind::Channel(_)))
            .unwrap();
        assert_eq!(queue.groups[at + 1].name, "email");
        let (_, sync) = rows(|text| text.replace("\"mode\": \"queue\"", "\"mode\": \"sync\""));
        assert!(
            !sync
                .groups
                .iter()
                .any(|group| matches!(group.rows[0].kind, Kind::Channel(_)))
        );
    }
}
