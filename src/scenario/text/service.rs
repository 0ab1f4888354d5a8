//! Services: how they run, and their operations.

use super::client::distribution;
use super::name::Names;
use super::policy::given;
use super::step::{self, Steps};
use super::table::{Desk, Table, quoted};
use crate::scenario::node::{Node, Value};
use crate::scenario::{
    Balance, Caller, Cpu, Discipline, Edge, EdgeId, Operation, Pool, Runtime, Service, ServiceId, Step,
};

/// The operation of a service that declares none.
pub const DEFAULT: &str = "default";

const KEYS: [&str; 17] = [
    "replicas",
    "balance",
    "threads",
    "loop",
    "cores",
    "cpu",
    "backlog",
    "inFlight",
    "work",
    "fail",
    "fanout",
    "operations",
    "pools",
    "discipline",
    "offload",
    "coldStart",
    "keepWarm",
];
/// Of these, what can change during a run.
const SETTINGS: [&str; 3] = ["backlog", "inFlight", "balance"];
const BALANCES: [(&str, Balance); 4] = [
    ("roundRobin", Balance::RoundRobin),
    ("random", Balance::Random),
    ("leastInFlight", Balance::LeastInFlight),
    ("powerOfTwo", Balance::PowerOfTwo),
];
/// Workers of a replica for which nothing else is said.
const THREADS: u32 = 8;
const COUNT: u64 = 1_000_000;

/// Reads all services; calls without an edge add plain ones to `edges`.
pub fn services<'a>(
    desk: &mut Desk<'a>,
    table: Option<&Table<'a>>,
    names: &Names<'a>,
    edges: &mut Vec<Edge>,
) -> Vec<Service> {
    let entries: Vec<_> = table.iter().flat_map(|table| table.entries()).collect();
    let mut services = Vec::new();
    for (index, (name, _, field)) in entries.into_iter().enumerate() {
        let id = ServiceId(index as u32);
        services.push(service(desk, id, name, field, names, edges));
    }
    services
}

fn service<'a>(
    desk: &mut Desk<'a>,
    id: ServiceId,
    name: &str,
    field: &'a Node,
    names: &Names<'a>,
    edges: &mut Vec<Edge>,
) -> Service {
    let mut service = Service::plain(name.to_string());
    let Some(table) = desk.table(field, &KEYS, &[]) else {
        return service;
    };
    let some = |desk: &mut Desk<'a>, key, least| {
        let field = table.get(key).filter(|field| field.value != Value::Null);
        field.map(|field| desk.count(field, least, COUNT) as u32)
    };
    service.replicas = some(desk, "replicas", 1).unwrap_or(1);
    service.runtime = runtime(desk, &table);
    service.cores = some(desk, "cores", 1);
    settings(desk, &table, &mut service);
    service.offload = some(desk, "offload", 0).unwrap_or(0);
    if let (Some(field), Runtime::Threads(_), 1..) = (table.get("offload"), service.runtime, service.offload) {
        let fix = "write `loop` instead of `threads`, or leave it out";
        desk.error(field, "only a loop has offload threads", fix);
    }
    warmth(desk, &table, &mut service);
    if let Some(field) = table.get("discipline") {
        service.discipline = [Discipline::Fifo, Discipline::Lifo][desk.word(field, &["fifo", "lifo"])];
    }
    if let Some(pools) = table.get("pools").and_then(|field| desk.names(field)) {
        service.pools = pools
            .entries()
            .map(|(name, _, size)| Pool {
                name: name.to_string(),
                size: desk.count(size, 1, COUNT) as u32,
            })
            .collect();
    }
    if let Some(field) = table.get("cpu") {
        service.cpu = [Cpu::Fifo, Cpu::Ps][desk.word(field, &["fifo", "ps"])];
        if service.cpu == Cpu::Ps && service.cores.is_none() {
            desk.warn(
                field,
                "without `cores` every worker has a core of its own to itself",
                "add `cores`",
            );
        }
    }
    service.operations = match table.get("operations") {
        Some(operations) => {
            let offload = service.offload > 0;
            declared(desk, id, &table, operations, names, edges, offload)
        }
        None => vec![default(desk, id, &table, edges)],
    };
    service
}

/// Reads what can change during a run; what is not there stays as it is.
fn settings<'a>(desk: &mut Desk<'a>, table: &Table<'a>, service: &mut Service) {
    for (key, place, least) in [
        ("backlog", &mut service.backlog, 0),
        ("inFlight", &mut service.in_flight, 1),
    ] {
        if let Some(field) = table.get(key) {
            *place = given(field).map(|field| desk.count(field, least, COUNT) as u32);
        }
    }
    if let Some(field) = table.get("balance") {
        service.balance = BALANCES[desk.word(field, &BALANCES.map(|(word, _)| word))].1;
    }
}

/// Sets what a change says of a service.
pub fn change<'a>(desk: &mut Desk<'a>, field: &'a Node, service: &mut Service) -> Option<()> {
    let table = desk.table(field, &KEYS, &[])?;
    for (key, name, _) in table.entries() {
        if KEYS.contains(&key) && !SETTINGS.contains(&key) {
            let fix = format!("of a service {} can change", quoted(&SETTINGS));
            desk.error(name, format!("`{key}` stays as it is during a run"), fix);
        }
    }
    settings(desk, &table, service);
    Some(())
}

/// How long a worker takes before its first span, and for how long it need not again.
fn warmth<'a>(desk: &mut Desk<'a>, table: &Table<'a>, service: &mut Service) {
    if let Some(field) = table.get("coldStart") {
        service.cold_start = distribution(desk, field);
    }
    let Some(field) = table.get("keepWarm").filter(|field| field.value != Value::Null) else {
        return;
    };
    service.keep_warm = Some(desk.duration(field));
    if !table.has("coldStart") {
        let fix = "add \"coldStart\": \"500ms\", or leave it out";
        desk.error(field, "there is no cold start that `keepWarm` could spare", fix);
    }
}

fn runtime<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Runtime {
    match (table.get("threads"), table.get("loop")) {
        (Some(_), Some(event_loop)) => {
            desk.error(
                event_loop,
                "a service runs on `threads` or on a `loop`",
                "leave one of them out",
            );
            Runtime::Threads(THREADS)
        }
        (_, Some(event_loop)) => Runtime::Loop(desk.count(event_loop, 1, COUNT) as u32),
        (Some(threads), None) => Runtime::Threads(desk.count(threads, 1, COUNT) as u32),
        (None, None) => Runtime::Threads(THREADS),
    }
}

/// The work, then the failure, then each outgoing edge in file order.
fn default<'a>(desk: &mut Desk<'a>, id: ServiceId, table: &Table<'a>, edges: &[Edge]) -> Operation {
    let mut steps = Vec::new();
    if let Some(work) = table.get("work") {
        steps.push(Step::Work(distribution(desk, work)));
    }
    if let Some(fail) = table.get("fail") {
        steps.push(Step::Fail(desk.probability(fail)));
    }
    let parallel = table
        .get("fanout")
        .is_some_and(|field| desk.word(field, &["sequential", "parallel"]) == 1);
    let own = edges
        .iter()
        .enumerate()
        .filter(|(_, edge)| edge.from == Caller::Service(id));
    let calls: Vec<Step> = own.map(|(index, _)| Step::Call(EdgeId(index as u32))).collect();
    if parallel && !calls.is_empty() {
        let branches: Vec<Vec<Step>> = calls.into_iter().map(|call| vec![call]).collect();
        steps.push(Step::Parallel {
            join: branches.len() as u32,
            branches,
        });
    } else {
        steps.extend(calls);
    }
    Operation {
        name: DEFAULT.to_string(),
        steps,
    }
}

fn declared<'a>(
    desk: &mut Desk<'a>,
    id: ServiceId,
    table: &Table<'a>,
    field: &'a Node,
    names: &Names<'a>,
    edges: &mut Vec<Edge>,
    offload: bool,
) -> Vec<Operation> {
    for key in ["work", "fail", "fanout"] {
        if let Some(field) = table.get(key) {
            let fix = format!(
                "write it as a step of an operation, or leave `operations` out (`{key}` is for the default one)"
            );
            desk.error(field, format!("`{key}` stands beside `operations`"), fix);
        }
    }
    let Some(operations) = desk.names(field) else {
        return Vec::new();
    };
    let entries: Vec<_> = operations.entries().collect();
    if entries.is_empty() {
        desk.error(field, "there is no operation", "add one, or leave `operations` out");
    }
    let mut steps = Steps {
        desk,
        names,
        edges,
        caller: id,
        offload,
    };
    let read = entries.into_iter().map(|(name, _, field)| Operation {
        name: name.to_string(),
        steps: body(&mut steps, field),
    });
    read.collect()
}

/// `[STEP, …]` or `{"steps": [STEP, …]}`.
fn body<'a>(steps: &mut Steps<'_, 'a>, field: &'a Node) -> Vec<Step> {
    let list = match field.value {
        Value::Map(_) => {
            let Some(table) = steps.desk.table(field, &["steps"], &[]) else {
                return Vec::new();
            };
            match table.get("steps") {
                Some(list) => list,
                None => {
                    steps
                        .desk
                        .error(field, "`steps` is missing", "an operation is a list of steps");
                    return Vec::new();
                }
            }
        }
        _ => field,
    };
    step::operation(steps, list)
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::parse;
    use crate::scenario::{Dist, Step};
    use crate::time::Duration;

    fn read(service: &str) -> Result<crate::scenario::Service, String> {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "run": {{"duration": "1s"}}, "clients": {{"c": {{"arrivals": "poisson(5/s)"}}}},
            "services": {{"a": {service}}}, "edges": [{{"from": "c", "to": "a.go"}}]}}"#
        );
        let lines = |problems: Vec<crate::scenario::text::Problem>| {
            let lines: Vec<String> = problems
                .iter()
                .map(|p| format!("{}: {}; {}", p.path, p.message, p.fix))
                .collect();
            lines.join("\n")
        };
        parse(&text)
            .map(|parsed| parsed.scenario.services[0].clone())
            .map_err(lines)
    }

    #[test]
    fn offload_threads_belong_to_a_loop() {
        let steps = r#""operations": {"go": [{"offload": [{"work": "5ms"}]}]}"#;
        let service = read(&format!(r#"{{"loop": 1, "offload": 4, {steps}}}"#)).unwrap();
        let work = Step::Work(Dist::Constant(Duration::from_ms(5)));
        assert_eq!(
            (service.offload, &service.operations[0].steps[..]),
            (4, &[Step::Offload(vec![work])][..])
        );
        assert_eq!(
            read(&format!(r#"{{"loop": 1, {steps}}}"#)),
            Err("services.a.operations.go[0]: the service has no offload threads; \
                 add \"offload\": 4 to a service with a `loop`"
                .to_string())
        );
        assert_eq!(
            read(&format!(r#"{{"threads": 1, "offload": 4, {steps}}}"#)),
            Err("services.a.offload: only a loop has offload threads; \
                 write `loop` instead of `threads`, or leave it out"
                .to_string())
        );
    }

    #[test]
    fn a_cold_start_is_a_time_that_keeping_warm_spares() {
        let steps = r#""operations": {"go": [{"work": "5ms"}]}"#;
        let service = read(&format!(r#"{{"coldStart": "exp(300ms)", "keepWarm": "5m", {steps}}}"#)).unwrap();
        let mean = Duration::from_ms(300);
        assert_eq!(
            (service.cold_start, service.keep_warm),
            (Dist::Exp { mean }, Some(Duration::from_s(300)))
        );
        assert_eq!(
            read(&format!(r#"{{"keepWarm": "5m", {steps}}}"#)),
            Err(
                "services.a.keepWarm: there is no cold start that `keepWarm` could spare; \
                 add \"coldStart\": \"500ms\", or leave it out"
                    .to_string()
            )
        );
        let wrong = read(&format!(r#"{{"coldStart": "soon", {steps}}}"#)).unwrap_err();
        assert!(wrong.starts_with("services.a.coldStart: "), "{wrong}");
    }
}
