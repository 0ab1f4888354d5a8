//! Where the rows of the lanes lie: clients above, then each service with its channels and its workers.
//!
//! ```text
//! shoppers   ▁▂▃▂▁▂          one level a client: requests under way
//! orders  0  ───────         one lane a worker, thinner the more there are …
//!         1  ───────
//! payments   ░▒▓▒░           … and one strip for a large pool
//! ```
//!
//! Law: rows depend on the scenario and on what the reader pinned and folded; nothing jumps while a run plays. Services
//! stand in the order in which a request comes to them.

use super::order::in_order;
use super::word;
use crate::scenario::{Callee, Caller, ChannelId, ClientId, Edge, EdgeId, Scenario, Service, ServiceId};

/// The height of the axis above the rows.
pub const AXIS: f64 = 24.0;
/// Between groups.
const GAP: f64 = 7.0;
/// The least height of a group: its two lines of words.
const GROUP: f64 = 30.0;
/// Half of that.
pub const NAME: f64 = GROUP / 2.0;
/// Names of higher groups stand as far below their top as if they were no higher than this.
const TALL: f64 = 136.0;
/// The height of a client's or channel's level.
const LEVEL: f64 = 26.0;
/// The height of a pool that is too large for lanes.
const STRIP: f64 = 64.0;
/// The largest pool whose workers have a lane each.
const MOST_LANES: u32 = 24;

/// What a reader has arranged, by the names of groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Groups that stay above when the others are scrolled.
    pub pinned: Vec<String>,
    /// Services that show the other of lanes and strip.
    pub turned: Vec<String>,
}

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub name: String,
    /// `16 threads`, `client`, `channel`.
    pub what: String,
    pub top: f64,
    pub height: f64,
    pub rows: Vec<Row>,
    /// Whether its workers are one strip; none where there is nothing to fold.
    pub folded: Option<bool>,
    /// Whether it stands on a band.
    pub is_odd: bool,
}

impl Group {
    /// How far below its top the middle of its name is.
    pub fn middle(&self) -> f64 {
        self.height.min(TALL) / 2.0
    }
}

/// All rows of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The width of the names to the left.
    pub gutter: f64,
    /// How much of that is taken by what folds and pins.
    pub tools: f64,
    pub groups: Vec<Group>,
    pub height: f64,
    /// The height of what stays above, the first groups.
    pub pinned: f64,
    /// Where each lane's worker is drawn: top and height, by lane.
    pub lanes: Vec<(f64, f64)>,
    /// Where each client's level is drawn: top and height.
    clients: Vec<(Kind, (f64, f64))>,
    /// Where each channel's level is drawn.
    channels: Vec<(Kind, (f64, f64))>,
}

impl Rows {
    /// The rows of a scenario on a surface of this width.
    pub fn new(scenario: &Scenario, width: f64, order: &Order) -> Rows {
        let is_narrow = width < 560.0;
        let mut rows = Rows {
            gutter: if is_narrow { 92.0 } else { 180.0 },
            tools: if is_narrow { 0.0 } else { 48.0 },
            groups: Vec::new(),
            height: GAP,
            pinned: 0.0,
            lanes: Vec::new(),
            clients: Vec::new(),
            channels: Vec::new(),
        };
        for (index, client) in scenario.clients.iter().enumerate() {
            let kind = Kind::Client(ClientId(index as u32));
            rows.add(client.name.clone(), "client, under way".to_string(), &[kind], LEVEL);
        }
        let firsts = scenario.first_lanes();
        for id in call_order(scenario) {
            let (index, service) = (id.0 as usize, scenario.service(id));
            rows.add_channels(scenario, id);
            let is_folded = (firsts[index + 1] - firsts[index] > MOST_LANES) != order.turned.contains(&service.name);
            rows.add_service(service, id, firsts[index], firsts[index + 1] - firsts[index], is_folded);
        }
        rows.add_declared(scenario, None);
        rows.settle(order, firsts.last().copied().unwrap_or(0) as usize);
        rows
    }

    /// Gives all groups their places, the pinned ones first.
    fn settle(&mut self, order: &Order, lanes: usize) {
        let is_pinned = |group: &Group| order.pinned.contains(&group.name);
        let mut groups = std::mem::take(&mut self.groups);
        let keys = groups.iter().map(|group| i64::from(!is_pinned(group))).zip(0..);
        let places = in_order(keys.collect::<Vec<_>>().into_iter());
        self.lanes = vec![(0.0, 0.0); lanes];
        for (index, place) in places.into_iter().enumerate() {
            let mut group = std::mem::take(&mut groups[place]);
            (group.top, group.is_odd) = (self.height, index % 2 == 0);
            for row in &mut group.rows {
                row.top += self.height;
                let place = (row.top, row.height);
                match row.kind {
                    Kind::Client(_) => self.clients.push((row.kind, place)),
                    Kind::Lane(lane) => self.lanes[lane as usize] = place,
                    Kind::Strip { first, lanes, .. } => self.lanes[first as usize..][..lanes as usize].fill(place),
                    Kind::Channel(_) => self.channels.push((row.kind, place)),
                }
            }
            self.height += group.height + GAP;
            if is_pinned(&group) {
                self.pinned = self.height;
            }
            self.groups.push(group);
        }
    }

    /// The group at a place of the whole, in pixels from its top.
    pub fn group_at(&self, y: f64) -> Option<&Group> {
        let covers = |group: &&Group| (group.top..group.top + group.height).contains(&y);
        self.groups.iter().find(covers)
    }

    /// Where a channel's level is drawn, if it has a row: top and height.
    pub fn channel(&self, id: ChannelId) -> Option<(f64, f64)> {
        place_of(&self.channels, Kind::Channel(id))
    }

    /// Where a client's level is drawn: top and height.
    pub fn client(&self, id: ClientId) -> Option<(f64, f64)> {
        place_of(&self.clients, Kind::Client(id))
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

    fn add_service(&mut self, service: &Service, id: ServiceId, first: u32, lanes: u32, folded: bool) {
        let (name, what) = (service.name.clone(), word::workers(service));
        let from = self.groups.len();
        if folded {
            let strip = Kind::Strip {
                service: id,
                first,
                lanes,
            };
            self.add(name, what, &[strip], STRIP);
            self.groups[from].folded = Some(true);
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
        self.groups[from].folded = Some(false);
    }

    fn add(&mut self, name: String, what: String, kinds: &[Kind], height: f64) {
        let rows: Vec<Row> = (0..)
            .zip(kinds)
            .map(|(index, kind)| Row {
                kind: *kind,
                top: height * f64::from(index),
                height,
            })
            .collect();
        let height = (height * rows.len() as f64).max(GROUP);
        self.groups.push(Group {
            name,
            what,
            top: 0.0,
            height,
            rows,
            folded: None,
            is_odd: false,
        });
    }
}

fn place_of(places: &[(Kind, (f64, f64))], kind: Kind) -> Option<(f64, f64)> {
    let found = places.iter().find(|(other, _)| *other == kind);
    found.map(|(_, place)| *place)
}

/// Services in the order in which a request comes to them: deep before wide, edges in file order, then those to which
/// none comes.
fn call_order(scenario: &Scenario) -> Vec<ServiceId> {
    let clients = (0..scenario.clients.len() as u32).map(|index| Caller::Client(ClientId(index)));
    let (mut seen, mut order): (Vec<Caller>, Vec<ServiceId>) = (Vec::new(), Vec::new());
    let mut ahead: Vec<Caller> = clients.rev().collect();
    while let Some(from) = ahead.pop() {
        if seen.contains(&from) {
            continue;
        }
        seen.push(from);
        if let Caller::Service(id) = from {
            order.push(id);
        }
        let out = scenario.edges.iter().rev().filter(|edge| edge.from == from);
        ahead.extend(out.map(|edge| match edge.to {
            Callee::Operation(id, _) => Caller::Service(id),
            Callee::Channel(id) => Caller::Channel(id),
        }));
    }
    let all = (0..scenario.services.len() as u32).map(ServiceId);
    let rest: Vec<ServiceId> = all.filter(|id| !order.contains(id)).collect();
    order.extend(rest);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{gallery, text};

    fn rows(change: impl Fn(&str) -> String) -> (Scenario, Rows) {
        let entry = gallery::entry("checkout").map(|entry| entry.text).unwrap_or_default();
        let scenario = text::parse(&change(entry)).map(|parsed| parsed.scenario).unwrap();
        let rows = Rows::new(&scenario, 1200.0, &Order::default());
        (scenario, rows)
    }

    #[test]
    fn every_worker_has_a_place_and_no_two_groups_share_one() {
        let (scenario, rows) = rows(str::to_string);
        assert_eq!(Some(&(rows.lanes.len() as u32)), scenario.first_lanes().last());
        assert!(rows.client(ClientId(0)).is_some());
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

    #[test]
    fn services_stand_in_the_order_of_calls_and_what_is_pinned_above() {
        let (scenario, rows) = rows(str::to_string);
        let names = |rows: &Rows| rows.groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>();
        let usual = [
            "shoppers",
            "gateway",
            "orders",
            "stock",
            "payments",
            "▤ to email",
            "email",
        ];
        assert_eq!(names(&rows), usual);
        let order = Order {
            pinned: vec!["payments".to_string()],
            turned: vec!["orders".to_string()],
        };
        let arranged = Rows::new(&scenario, 1200.0, &order);
        assert_eq!(names(&arranged)[..2], ["payments", "shoppers"]);
        assert!(arranged.pinned >= arranged.groups[0].height && arranged.pinned <= arranged.groups[1].top);
        let orders = arranged.groups.iter().find(|group| group.name == "orders");
        assert_eq!(
            orders.map(|group| (group.folded, group.rows.len())),
            Some((Some(true), 1))
        );
    }
}
