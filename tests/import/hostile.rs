//! Foreign bytes that mean no good: each has its answer, soon.

use super::files;
use proptest::prelude::*;
use std::fmt::Write;
use sync_or_swim::import::{self, Format};

/// Pieces with their number in place of `#`, between a head and a tail.
fn pieces(head: &str, piece: &str, tail: &str, count: usize) -> String {
    let mut text = head.to_string();
    for number in 0..count {
        let _ = write!(text, "{}", piece.replace('#', &number.to_string()));
    }
    text + tail
}

#[test]
fn too_much_of_a_kind_is_refused_soon() {
    let many = 20_000;
    for text in [
        pieces("services:\n", "- name: s#\n", "", many),
        pieces("services:\n- name: a\n  script:\n", "  - call: a\n", "", many),
        pieces("services:\n", "  s#: {depends_on: [t#]}\n", "", many),
        pieces("graph LR\n", "a# --> b#\n", "", many),
        pieces("graph LR\na", " & b#", " --> c & d & e", many),
        pieces(
            "[",
            "{\"parent\": \"p#\", \"child\": \"c#\"},",
            "{\"parent\": \"p\", \"child\": \"c\"}]",
            many,
        ),
        pieces(
            "[",
            "{\"traceId\": \"1\", \"id\": \"#\", \"parentId\": \"1\", \"localEndpoint\": {\"serviceName\": \"s#\"}},",
            "{}]",
            many,
        ),
        pieces(
            "[",
            "{\"traceId\": \"1\", \"id\": \"#\", \"name\": \"n#\", \"timestamp\": #, \"duration\": 9},",
            "{}]",
            many,
        ),
        pieces(
            "<lqn-model><processor name='p'>",
            "<task name='t#'/>",
            "</processor></lqn-model>",
            many,
        ),
        pieces(
            "asyncapi: 2.6.0\nchannels:\n",
            "  c#: {$ref: '#/channels/c0', publish: {bindings: {$ref: '#/channels/c#'}}}\n",
            "",
            many,
        ),
        pieces(
            "asyncapi: 2.6.0\nchannels:\n",
            "  c#: {publish: {}, subscribe: {}}\n",
            "",
            999,
        ),
        pieces(
            "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nservices:\n",
            "  s#: [*b, *b, *b]\n",
            "",
            many,
        ),
    ] {
        let _ = import::read(text.as_bytes(), None);
    }
}

#[test]
fn a_chain_of_spans_may_be_long_or_bite_its_tail() {
    let tail = "{\"traceId\": \"1\", \"id\": \"0x\", \"parentId\": \"19999\"}]";
    let span = "{\"traceId\": \"1\", \"id\": \"#\", \"parentId\": \"0#\", \"kind\": \"SERVER\"},";
    let chain = (0..20_000).map(|at| span.replace("0#", &(at + 1).to_string()).replace('#', &at.to_string()));
    let text = ["[", &chain.collect::<String>(), tail].concat();
    assert!(import::read(text.as_bytes(), None).is_ok());
    let ring = text.replace("\"parentId\": \"20000\"", "\"parentId\": \"0\"");
    assert!(import::read(ring.as_bytes(), None).is_ok());
}

#[test]
fn aliases_that_grow_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let _ = writeln!(text, "a{level}: &a{level} [{}]", [alias.as_str(); 10].join(", "));
    }
    let problems = import::read((text + "services: {}\n").as_bytes(), None).expect_err("too many values");
    assert!(problems[0].message.contains("100,000"), "{}", problems[0]);
}

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(Format::all().collect::<Vec<Format>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_files_are_an_answer(
        which in any::<prop::sample::Index>(),
        format in prop::option::of(format()),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..40usize), 1..6),
    ) {
        let files = files();
        let mut bytes = files[which.index(files.len())].1.clone();
        bytes.truncate(6_000);
        for (from, to, length) in cuts {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
            let end = (to + length / 2).min(bytes.len());
            bytes.splice(to..end, piece);
            prop_assume!(!bytes.is_empty());
        }
        let _ = import::read(&bytes, format);
    }

    #[test]
    fn any_text_is_an_answer(text in "(graph LR\n)?[-a-z{}\\[\\]\"':,.>|&;()=<!% \n0-9é]{0,200}", format in format()) {
        let _ = import::read(text.as_bytes(), Some(format));
        let _ = import::read(text.as_bytes(), None);
    }
}
