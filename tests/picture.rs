//! Golden pictures: the lanes of each case as SVG, and what a picture may cost.
//!
//! ```text
//! scenario ─▶ Recorder ─▶ Trace + view ─▶ Picture ─▶ tests/pictures/<case>.svg     UPDATE=1 cargo test --test picture
//! ```
//!
//! Law: byte for byte; however long the recording, a picture has as many marks as there are pixels for.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Summary;
use sync_or_swim::picture::index::Index;
use sync_or_swim::picture::lane::{Lanes, View, axis, lanes};
use sync_or_swim::picture::live::live;
use sync_or_swim::picture::overview::{disturbances, overview};
use sync_or_swim::picture::percentile::{Curve, percentiles};
use sync_or_swim::picture::row::{Order, Rows};
use sync_or_swim::picture::shape::{Mark, Picture, Shape};
use sync_or_swim::picture::theme::Role;
use sync_or_swim::picture::word::doings;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{ChannelId, Scenario};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::told::figure::figure;
use sync_or_swim::trace::{Activity, NO_SPAN, Recorder, Segment, Span, Trace};

const MS: f64 = 1e6;

/// A scene: what was recorded, and what of it is in view.
struct Scene {
    scenario: Scenario,
    trace: Trace,
    order: Order,
    left: f64,
    span: f64,
    head: f64,
    bookmarks: Vec<f64>,
    request: Option<u32>,
}

impl Scene {
    /// The whole of a run.
    fn new(text: &str) -> Scene {
        let scenario = parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
        let until = Instant::START + scenario.run.duration;
        let mut recorder = Recorder::new(&scenario, Instant::START, 1_000_000);
        let mut run = Run::new(&scenario, scenario.seed);
        assert!(run.advance_dyn(until, u64::MAX, &mut recorder));
        let trace = recorder.finish(until);
        Scene {
            left: 0.0,
            span: until.0 as f64,
            head: until.0 as f64,
            bookmarks: Vec::new(),
            order: Order::default(),
            request: None,
            scenario,
            trace,
        }
    }

    fn of(name: &str) -> Scene {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let own = folder.join(format!("scenarios/{name}/scenario.json"));
        let example = folder.join(format!("data/examples/{name}.json"));
        let text = fs::read_to_string(&own)
            .or_else(|_| fs::read_to_string(&example))
            .expect(name);
        Scene::new(&text)
    }

    fn at(self, left: f64, span: f64) -> Scene {
        Scene { left, span, ..self }
    }

    fn draw<T>(&self, draw: impl FnOnce(&View) -> T) -> T {
        let index = Index::of(&self.scenario, &self.trace);
        let rows = Rows::new(&self.scenario, 800.0, &self.order);
        draw(&View {
            scenario: &self.scenario,
            trace: &self.trace,
            index: &index,
            rows: &rows,
            left: self.left,
            span: self.span,
            head: self.head,
            bookmarks: &self.bookmarks,
            width: 800.0,
            top: 0.0,
            height: rows.height.min(600.0),
            request: self.request,
            segment: None,
        })
    }

    fn lanes(&self) -> Picture {
        self.draw(|view| {
            let mut drawn = Lanes::default();
            lanes(view, &mut drawn);
            // Drawn over another picture it is the same.
            let first = drawn.clone();
            lanes(view, &mut drawn);
            assert!(first == drawn);
            drawn.picture
        })
    }
}

fn check(case: &str, picture: &Picture) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pictures")
        .join(case.to_string() + ".svg");
    let drawn = figure(picture, case, false).into_string();
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder that can be made");
        fs::write(&path, &drawn).expect("a folder that can be written to");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == drawn,
        "{case}: the picture has changed; UPDATE=1 writes it, then look at {}",
        path.display()
    );
}

#[test]
fn nothing_is_recorded() {
    let mut scene = Scene::of("thread-sync-holds");
    let window = Trace {
        until: scene.trace.until,
        ..Trace::default()
    };
    scene.trace = window;
    check("empty", &scene.lanes());
}

#[test]
fn a_view_of_one_instant() {
    let scene = Scene::of("thread-sync-holds");
    let at = scene.trace.segments[2].start.0 as f64;
    check("one-instant", &scene.at(at, 1.0).lanes());
}

#[test]
fn near_far_and_past_both_ends() {
    let whole = || Scene::of("thread-sync-holds");
    let length = whole().span;
    check("far", &whole().lanes());
    check("near", &whole().at(length * 0.2, length * 0.1).lanes());
    check("past-the-start", &whole().at(-length * 0.5, length).lanes());
    check("past-the-end", &whole().at(length * 0.5, length).lanes());
}

#[test]
fn tiny_spans_are_merged() {
    check("tiny-spans", &crowd(6, 12_000).lanes());
}

#[test]
fn a_cursor_and_a_request_that_is_lit_up() {
    let mut scene = Scene::of("saga");
    scene.request = Some(1);
    let offered = scene.trace.requests[1].offered.0 as f64;
    scene.head = offered + 40.0 * MS;
    check("cursor", &scene.at(offered - 20.0 * MS, 200.0 * MS).lanes());
}

#[test]
fn a_message_of_the_lit_up_request_is_framed_as_long_as_it_lies_in_its_channel() {
    let mut scene = Scene::new(
        r#"{ "format": "sync-or-swim/1", "run": { "duration": "1s" }, "clients": { "c": { "arrivals": "constant(20/s)" } },
        "services": { "shop": { "operations": { "default": [{ "call": "mail" }, { "call": "sold" }] } },
          "mail": { "threads": 1, "work": "60ms" }, "count": { "threads": 1, "work": "70ms" } },
        "channels": { "sold": {} },
        "edges": [{ "from": "c", "to": "shop" }, { "from": "shop", "to": "mail", "mode": "queue" },
          { "from": "shop", "to": "sold" }, { "from": "sold", "to": "count" }] }"#,
    );
    scene.request = Some(9);
    let picture = scene.lanes();
    for (name, channel) in [("shop->mail", None), ("sold->count", Some(ChannelId(0)))] {
        let edge = scene.scenario.edge_named(name).expect(name);
        let mut spans = scene.trace.spans.iter();
        let span = spans.find(|span| span.edge == edge && span.request == 9).expect(name);
        let (put_in, taken) = match channel {
            None => (span.sent, span.arrived),
            Some(_) => (scene.trace.spans[span.parent as usize].arrived, span.sent),
        };
        let channel = channel.unwrap_or(scene.scenario.own_channel(edge));
        let (top, width) = scene.draw(|view| {
            let (top, _) = view.rows.channel(channel).expect(name);
            let scale = (view.width - view.rows.gutter) / view.span;
            (top, (taken.0 - put_in.0) as f64 * scale)
        });
        assert!(width > 20.0, "{name}: {span:?} does not wait");
        let frame = |mark: &Mark| match mark.shape {
            Shape::Frame { y, width, .. } if mark.role == Role::Focus && y == top + 0.5 => Some(width),
            _ => None,
        };
        let frames: Vec<f64> = picture.marks.iter().filter_map(frame).collect();
        assert_eq!(frames.len(), 1, "{name}");
        assert!((frames[0] - width).abs() < 0.5, "{name}: {frames:?}, {width}");
    }
    check("channel", &picture);
}

#[test]
fn a_loop_and_a_deadlock() {
    check("loop", &Scene::of("loop-sync-blocks").lanes());
    check("deadlock", &Scene::of("timeout-frees-a-deadlock").lanes());
}

#[test]
fn a_fault_on_the_line_of_the_whole_run() {
    let scene = Scene::of("faults");
    let mut picture = Picture::default();
    scene.draw(|view| overview(view, &mut Default::default(), &mut picture));
    check("fault", &picture);
    let bars = picture.marks.iter().filter(|mark| mark.role == Role::Fault).count();
    assert_eq!(bars, scene.scenario.faults.len());
    let said = disturbances(&scene.scenario);
    assert_eq!(said.len(), scene.scenario.faults.len() + scene.scenario.changes.len());
    assert!(said.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{said:?}");
}

#[test]
fn bookmarks_on_the_axis_and_on_the_line_of_the_whole_run() {
    let mut scene = Scene::of("thread-sync-holds");
    let length = scene.span;
    scene.bookmarks = vec![length * 0.25, length * 0.4, length * 0.9];
    let scene = scene.at(length * 0.2, length * 0.3);
    let mut line = Picture::default();
    scene.draw(|view| overview(view, &mut Default::default(), &mut line));
    check("bookmarks", &line);
    let flags = |picture: &Picture| {
        let is_flag = |mark: &&Mark| matches!(&mark.shape, Shape::Area(points) if points.len() == 3);
        picture.marks.iter().filter(is_flag).count()
    };
    assert_eq!(flags(&line), 3, "the line shows all");
    let mut above = Picture::default();
    scene.draw(|view| axis(view, &mut above));
    assert_eq!(flags(&above), 2, "the axis shows those in view");
}

#[test]
fn the_topology_at_an_instant_counts_what_the_words_tell() {
    for name in ["checkout", "faults", "topic"] {
        let Scene { scenario, trace, .. } = Scene::of(name);
        let index = Index::of(&scenario, &trace);
        for step in 0..40 {
            let at = Instant(trace.until.0 * step / 40);
            let now = live(&scenario, &trace, &index, at);
            assert!(!now.too_many_calls, "{name}");
            let told = doings(&scenario, &trace, at);
            for (service, pool) in scenario.services.iter().zip(&now.pools) {
                let of = service.name.clone() + "/";
                let busy = told.iter().filter(|doing| doing.lane.starts_with(&of)).count();
                assert_eq!(pool.portions.iter().sum::<u32>() as usize, busy, "{name} {of} {at:?}");
            }
            let waits = |span: &&Span| {
                let is_call = scenario.edge(span.edge).service().is_some();
                let left = span.began.min(span.ended);
                is_call && span.arrived <= at && at < left && span.sent <= at
            };
            let waiting = trace.spans.iter().filter(waits).count();
            let shown: u32 = now.flows.iter().map(|flow| flow.at_the_door).sum();
            assert_eq!(shown as usize, waiting, "{name} {at:?}");
        }
    }
}

/// A service of so many workers, and `spans` segments that are spread over them, 30 µs each 50 µs.
fn crowd(workers: u32, spans: u32) -> Scene {
    let mut scene = Scene::new(&format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "50ms"}}, "clients": {{"c": {{"arrivals": "constant(1/s)"}}}},
            "services": {{"s": {{"threads": {workers}, "work": "1ms"}}}}, "edges": [{{"from": "c", "to": "s"}}]}}"#
    ));
    let a_lane = spans / workers;
    let at = |us: u64| Instant::START + Duration(us * 1000);
    let segment = |lane: u32, index: u32| Segment {
        lane,
        start: at(u64::from(index) * 50 + u64::from(lane) % 50),
        end: at(u64::from(index) * 50 + u64::from(lane) % 50 + 30),
        activity: if index.is_multiple_of(3) {
            Activity::CoreWait
        } else {
            Activity::Running
        },
        span: NO_SPAN,
    };
    scene.trace = Trace {
        until: at(u64::from(a_lane) * 50 + 100),
        segments: (0..workers)
            .flat_map(|lane| (0..a_lane).map(move |index| segment(lane, index)))
            .collect(),
        ..Trace::default()
    };
    (scene.span, scene.head) = (scene.trace.until.0 as f64, 0.0);
    scene
}

#[test]
fn a_thousand_lanes() {
    let mut scene = crowd(1000, 6_000);
    check("thousand-lanes-strip", &scene.lanes());
    scene.order.turned = vec!["s".to_string()];
    check("thousand-lanes", &scene.lanes());
}

/// How many rectangles a surface has for each of its rows at most: one a column and portion.
fn rectangles(picture: &Picture) -> usize {
    let of = |shape: &Shape| match shape {
        Shape::Columns { count, .. } => 3 * count,
        _ => 1,
    };
    picture.marks.iter().map(|mark| of(&mark.shape)).sum()
}

#[test]
fn rectangles_are_bounded_by_pixels_however_many_spans_there_are() {
    let mut scene = crowd(1000, 1_000_000);
    scene.order.turned = vec!["s".to_string()];
    let whole = scene.span;
    for part in [1.0, 0.3, 0.05, 0.01, 0.001, 1e-5] {
        scene = scene.at(whole * 0.4, whole * part);
        let picture = scene.lanes();
        let rows = 600 / 6 + 1;
        let pixels = 800 * rows;
        assert!(rectangles(&picture) < 4 * pixels, "{part}: {}", rectangles(&picture));
        assert!(picture.marks.len() < pixels, "{part}: {} marks", picture.marks.len());
    }
}

#[test]
fn an_area_is_a_time_at_every_distance() {
    let mut scene = crowd(10, 20_000);
    scene.order.turned = vec![];
    let whole = scene.span;
    for part in [1.0, 0.31, 0.047, 0.0083] {
        scene = scene.at(whole * 0.2, whole * part);
        let picture = scene.lanes();
        let (from, until) = (scene.left, scene.left + scene.span);
        let scale = (800.0 - scene.draw(|view| view.rows.gutter)) / scene.span;
        let inside = |segment: &Segment| (segment.end.0 as f64).min(until) - (segment.start.0 as f64).max(from);
        let running = scene
            .trace
            .segments
            .iter()
            .filter(|segment| segment.activity == Activity::Running);
        let time: f64 = running.map(|segment| inside(segment).max(0.0) * scale).sum();
        let area: f64 = picture
            .marks
            .iter()
            .map(|mark| match mark.shape {
                Shape::Rect { width, .. } if mark.role == Role::Running => width,
                Shape::Columns { first, count, .. } if mark.role == Role::Running => {
                    picture.cells[first..first + count].iter().map(|cell| cell[0]).sum()
                }
                _ => 0.0,
            })
            .sum();
        assert!((area - time).abs() < 0.01 * time, "{part}: drawn {area}, was {time}");
    }
}

/// A client's response times: nothing of them depends on the engine.
fn times(scale: f64, count: u64) -> Summary {
    let [mean, p50, p90, p95, p99, p999, max] =
        [61.0, 48.0, 118.0, 156.0, 240.0, 372.0, 460.0].map(|ms| Some(ms * scale));
    let ci95 = Some([58.0 * scale, 64.0 * scale]);
    Summary {
        mean,
        p50,
        p90,
        p95,
        p99,
        p999,
        max,
        count,
        ci95,
    }
}

#[test]
fn percentile_curves() {
    let (now, before, few, none) = (times(1.0, 4800), times(2.6, 4750), times(0.02, 40), Summary::default());
    let curve = |name, now, before| Curve { name, now, before };
    let check = |case: &str, curves: &[Curve]| check(case, &percentiles(curves));
    check("percentile-none", &[curve("shoppers", &none, None)]);
    check("percentile", &[curve("shoppers", &now, None)]);
    check("percentile-before", &[curve("shoppers", &now, Some(&before))]);
    let wide = [curve("shoppers", &now, Some(&before)), curve("robots", &few, None)];
    check("percentile-wide", &wide);
}
