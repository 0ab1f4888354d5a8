//! Data in versions: what its owner writes, what copies have of it, and what requests know.
//!
//! ```text
//! owner   ──v1────────v2───────────────v3──── crash: the newest copy wins, v3 is lost
//! copy    ───────v1────────────────v2────────
//!           lag ╰──╯     stale    ╰──╯ reads that see v1 here, while the owner has v2
//! ```
//!
//! Law: a version comes to a copy by a request that wrote it or read it at its owner, and only if it is newer; a request
//! that did neither brings what the owner has. Remembered are each instance at the owner and at each copy, and what
//! live requests know: instances without a number are a request's own and forgotten with it.

use super::program::Program;
use super::slab::{NONE, Numbered, Slab};
use super::turn::Turn;
use super::world::World;
use crate::scenario::{EntityId, ItemId, Scenario, ServiceId};
use crate::time::Instant;
use crate::trace::{Datum, Observer};

/// A version and when it was written; 0 is what was there before the run.
#[derive(Clone, Copy)]
struct Stamp {
    version: u64,
    written: Instant,
}

const FIRST: Stamp = Stamp {
    version: 0,
    written: Instant::START,
};

/// A piece of data with all its instances.
pub struct Item {
    /// The service that writes it; none where nobody does.
    owner: u32,
    /// The services that apply it.
    copies: Vec<u32>,
    entity: Option<EntityId>,
    /// Whether an instance belongs to one request and lives as long.
    private: bool,
    /// A row for each instance: what the owner has, then what each copy has.
    cells: Vec<Stamp>,
    /// Rows of requests that are over.
    free: Vec<u32>,
}

/// What a request knows of an instance of an item.
pub struct Known {
    /// None once it is forgotten.
    item: u32,
    row: u32,
    stamp: Stamp,
    /// The span that wrote it, as long as that has not answered; none of what was read.
    writer: u32,
    /// How many versions that span wrote, as far as no copy has them.
    writes: u64,
    /// Whether the row is given back with it.
    owns_row: bool,
    next: u32,
}

/// All that is known of data.
pub struct Data {
    items: Numbered<Item>,
    known: Slab<Known>,
}

impl Item {
    /// Nothing has been written yet; the program says who writes and who applies.
    fn new(scenario: &Scenario, index: usize, program: &Program) -> Item {
        let of = |uses: &[(u32, u32)]| {
            let services = uses.iter().filter(|(item, _)| *item == index as u32);
            services.map(|(_, service)| *service).collect::<Vec<u32>>()
        };
        let owner = of(&program.writes).first().copied().unwrap_or(NONE);
        let mut copies: Vec<u32> = Vec::new();
        for service in of(&program.applies) {
            if let Err(place) = copies.binary_search(&service) {
                copies.insert(place, service);
            }
        }
        let entity = scenario.items[index].of;
        let count = entity.map_or(Some(1), |of| scenario.entities[of.0 as usize].count);
        Item {
            owner,
            cells: vec![FIRST; count.unwrap_or(0) as usize * (1 + copies.len())],
            copies,
            entity,
            private: count.is_none(),
            free: Vec::new(),
        }
    }

    fn width(&self) -> usize {
        1 + self.copies.len()
    }

    fn cell(&mut self, row: u32, place: usize) -> &mut Stamp {
        let width = self.width();
        &mut self.cells[row as usize * width + place]
    }

    /// Where a service looks: at its own copy, or at the owner's.
    fn place(&self, service: u32) -> usize {
        let copy = self.copies.iter().position(|copy| *copy == service);
        copy.filter(|_| service != self.owner).map_or(0, |index| 1 + index)
    }

    /// The newest that any copy has.
    fn newest_copy(&mut self, row: u32) -> Stamp {
        let copies = (1..self.width()).map(|place| *self.cell(row, place));
        copies.max_by_key(|stamp| stamp.version).unwrap_or(FIRST)
    }

    fn new_row(&mut self) -> u32 {
        let width = self.width();
        match self.free.pop() {
            Some(row) => {
                (0..width).for_each(|place| *self.cell(row, place) = FIRST);
                row
            }
            None => {
                self.cells.extend(std::iter::repeat_n(FIRST, width));
                (self.cells.len() / width) as u32 - 1
            }
        }
    }
}

impl Data {
    /// Nothing has been written yet.
    pub fn new(scenario: &Scenario, program: &Program) -> Data {
        let items = (0..scenario.items.len())
            .map(|index| Item::new(scenario, index, program))
            .collect();
        Data {
            items,
            known: Slab::new(),
        }
    }

    /// What a request knows of an item: a fact for each span that has written it and not answered, and one for all else.
    fn facts(&self, first: u32, item: u32) -> impl Iterator<Item = u32> {
        let some = |at: u32| (at != NONE).then_some(at);
        let chain = std::iter::successors(some(first), move |at| some(self.known[*at].next));
        chain.filter(move |at| self.known[*at].item == item)
    }
}

impl World {
    /// Which row of an item a request is about, if it has one yet.
    fn row(&self, item: u32, request: u32) -> Option<u32> {
        let plain = &self.data.items[item];
        match plain.entity {
            None => Some(0),
            Some(_) if plain.private => {
                let mut facts = self.data.facts(self.requests[request].known, item);
                facts.next().map(|at| self.data.known[at].row)
            }
            Some(entity) => Some(self.instance(request, entity) as u32),
        }
    }

    /// What an observer may know of a version.
    fn datum(&self, item: u32, service: u32, request: u32, stamp: Stamp) -> Datum {
        let entity = self.data.items[item].entity;
        Datum {
            item: ItemId(item),
            instance: entity.map_or(0, |entity| self.instance(request, entity)),
            service: ServiceId(service),
            request,
            version: stamp.version,
            written: stamp.written,
            counted: self.requests[request].counted,
        }
    }

    /// The service of a span.
    fn service_of(&self, span: u32) -> u32 {
        self.replicas[self.tasks[span].replica].service
    }

    /// A request knows a version of a row from now on; `writer` has written it just now, if anybody has.
    fn learn(&mut self, item: u32, request: u32, row: u32, stamp: Stamp, writer: u32) {
        let newest_copy = self.data.items[item].newest_copy(row).version;
        let first = self.requests[request].known;
        let mut facts = self.data.facts(first, item);
        let same = facts.find(|at| self.data.known[*at].writer == writer);
        drop(facts);
        if let Some(at) = same {
            let known = &mut self.data.known[at];
            if known.stamp.version <= newest_copy {
                known.writes = 0;
            }
            known.writes += u64::from(writer != NONE);
            known.stamp = stamp;
            return;
        }
        let alone = self.data.facts(first, item).next().is_none();
        let known = Known {
            item,
            row,
            stamp,
            writer,
            writes: u64::from(writer != NONE),
            owns_row: self.data.items[item].private && alone,
            next: first,
        };
        self.requests[request].known = self.data.known.insert(known);
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    fn note_datum(&mut self, datum: Datum, deed: u64) {
        self.world
            .digest
            .note(datum.version << 16 ^ (datum.item.0 as u64) << 2 ^ deed);
        self.world.digest.note(datum.instance);
    }

    /// The owner changes an instance of an item.
    #[inline(never)]
    pub(super) fn write(&mut self, span: u32, item: u32) {
        let (now, request) = (self.now(), self.world.tasks[span].request);
        let row = match self.world.row(item, request) {
            Some(row) => row,
            None => self.world.data.items[item].new_row(),
        };
        let cell = self.world.data.items[item].cell(row, 0);
        *cell = Stamp {
            version: cell.version + 1,
            written: now,
        };
        let stamp = *cell;
        // Who has its answer already may rely on what is written from then on.
        let task = &mut self.world.tasks[span];
        task.wrote = true;
        let writer = if task.responded { NONE } else { span };
        self.world.learn(item, request, row, stamp, writer);
        let datum = self.world.datum(item, self.world.service_of(span), request, stamp);
        self.note_datum(datum, 1);
        self.observer.wrote(now, self.world.view(span), datum);
    }

    /// A service looks at its copy, or at what the owner has.
    #[inline(never)]
    pub(super) fn read(&mut self, span: u32, item: u32) {
        let (request, service) = (self.world.tasks[span].request, self.world.service_of(span));
        let plain = &mut self.world.data.items[item];
        let place = plain.place(service);
        let (mut seen, mut newest) = (FIRST, FIRST);
        if let Some(row) = self.world.row(item, request) {
            let plain = &mut self.world.data.items[item];
            (seen, newest) = (*plain.cell(row, place), *plain.cell(row, 0));
            if place == 0 && !plain.copies.is_empty() {
                self.world.learn(item, request, row, seen, NONE);
            }
        }
        let datum = self.world.datum(item, service, request, seen);
        self.note_datum(datum, 2);
        self.observer
            .read(self.now(), self.world.view(span), datum, newest.version);
    }

    /// A service brings its copy up to date with what the request knows; a batch with what each of its requests knows.
    #[inline(never)]
    pub(super) fn apply(&mut self, span: u32, item: u32) {
        self.apply_of(span, item, self.world.tasks[span].request);
        let mut index = 1;
        while let Some(message) = self
            .world
            .part(span, index)
            .filter(|_| self.world.tasks[span].delivery != NONE)
        {
            let request = self.world.messages[message].request;
            if request != NONE {
                self.apply_of(span, item, request);
            }
            index += 1;
        }
    }

    fn apply_of(&mut self, span: u32, item: u32, request: u32) {
        let service = self.world.service_of(span);
        let facts = self.world.data.facts(self.world.requests[request].known, item);
        let known = facts.map(|at| self.world.data.known[at].stamp);
        let known = known.max_by_key(|stamp| stamp.version);
        let row = self.world.row(item, request);
        let plain = &mut self.world.data.items[item];
        let place = plain.place(service);
        let (mut stamp, mut was) = (known.unwrap_or(FIRST), 0);
        if let Some(row) = row {
            stamp = known.unwrap_or(*plain.cell(row, 0));
            let cell = plain.cell(row, place);
            was = cell.version;
            if stamp.version > was {
                *cell = stamp;
            }
        }
        let datum = self.world.datum(item, service, request, stamp);
        self.note_datum(datum, 3);
        self.observer.applied(self.now(), self.world.view(span), datum, was);
    }

    /// A span that has written has answered well: whoever waits for it takes its writes for done.
    #[inline(never)]
    pub(super) fn writes_answered(&mut self, span: u32) {
        let mut at = self.world.requests[self.world.tasks[span].request].known;
        while at != NONE {
            let known = &mut self.world.data.known[at];
            if known.writer == span {
                known.writer = NONE;
            }
            at = known.next;
        }
    }

    /// A request is over, and all that it knows of is forgotten.
    #[inline(never)]
    pub(super) fn forget(&mut self, request: u32) {
        let data = &mut self.world.data;
        let mut at = std::mem::replace(&mut self.world.requests[request].known, NONE);
        while at != NONE {
            let known = &mut data.known[at];
            if known.owns_row {
                data.items[known.item].free.push(known.row);
            }
            known.item = NONE;
            let next = known.next;
            data.known.remove(at);
            at = next;
        }
    }

    /// The owner of data has died with it: of each instance the newest copy wins. What is newer is lost, and whoever
    /// knows of it brings it nowhere; a span that has not answered has promised nobody to keep what it wrote.
    #[inline(never)]
    pub(super) fn owner_crashed(&mut self, service: u32) {
        for item in 0..self.world.data.items.len() as u32 {
            let plain = &mut self.world.data.items[item];
            if plain.owner != service || plain.copies.is_empty() {
                continue;
            }
            for row in 0..(plain.cells.len() / plain.width()) as u32 {
                self.fail_over(item, row);
            }
        }
    }

    fn fail_over(&mut self, item: u32, row: u32) {
        let plain = &mut self.world.data.items[item];
        let (kept, was) = (plain.newest_copy(row), *plain.cell(row, 0));
        if was.version <= kept.version {
            return;
        }
        *plain.cell(row, 0) = kept;
        let mut lost = was.version - kept.version;
        for known in self.world.data.known.all_mut() {
            if (known.item, known.row) == (item, row) && known.stamp.version > kept.version {
                let unanswered = if known.writer == NONE { 0 } else { known.writes };
                lost = lost.saturating_sub(unanswered.min(known.stamp.version - kept.version));
                (known.stamp, known.writes) = (kept, 0);
            }
        }
        self.world
            .digest
            .note(kept.version << 16 ^ (item as u64) << 2 ^ (row as u64) << 40);
        self.observer
            .failed_over(self.world.queue.now(), ItemId(item), row, kept.version, lost);
    }
}
