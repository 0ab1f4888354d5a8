//! `swim mdbook`, as mdBook drives it.

use crate::swim::*;
use serde_json::{Value, json};

fn book(chapter: &str, site: Value) -> String {
    let inner = json!({"Chapter": {"name": "B", "content": "```sync-or-swim\n```\n", "path": "b.md", "sub_items": []}});
    let outer = json!({"Chapter": {"name": "A", "content": chapter, "path": "a.md", "sub_items": [inner]}});
    let context =
        json!({"root": "/", "renderer": "html", "config": {"preprocessor": {"sync-or-swim": {"site": site}}}});
    json!([context, {"items": ["Separator", {"PartTitle": "P"}, outer]}]).to_string()
}

fn told(input: &str) -> (Option<i32>, String) {
    let output = swim_reading(&["mdbook"], input);
    assert_eq!(output.stdout, b"");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn blocks_of_all_chapters_become_playgrounds() {
    let input = book(
        "# A\n```sync-or-swim\nexample: chain\n```\n",
        json!("https://p.example/"),
    );
    let printed = quiet(&["mdbook"], swim_reading(&["mdbook"], &input));
    let book: Value = serde_json::from_str(&printed).unwrap();
    let outer = &book["items"][2]["Chapter"];
    assert_eq!((&book["items"][0], &outer["name"]), (&json!("Separator"), &json!("A")));
    let content = outer["content"].as_str().unwrap();
    assert!(content.starts_with(
        "# A\n\n<script src=\"https://p.example/element.js\" defer></script>\n\n<sync-or-swim example=\"chain\">\n"
    ));
    let inner = outer["sub_items"][0]["Chapter"]["content"].as_str().unwrap();
    assert!(inner.contains("\n<sync-or-swim>\n"));
}

#[test]
fn only_pages_can_have_playgrounds() {
    let status = |renderer| swim(&["mdbook", "supports", renderer]).status.code();
    assert_eq!((status("html"), status("markdown")), (Some(0), Some(1)));
}

#[test]
fn mistakes_of_a_book_are_told_with_their_places() {
    let input = book(
        "# A\n\n```sync-or-swim\nveiw: lanes\n```\n",
        json!("https://p.example/"),
    );
    assert_eq!(
        told(&input),
        (Some(1), "a.md:4:1 `veiw` is not possible here; view\n".to_string())
    );
    for site in [json!("https://p.example"), json!(null)] {
        let (status, told) = told(&book("", site));
        assert!(
            status == Some(1) && told.starts_with("book.toml: [preprocessor.sync-or-swim] lacks `site`"),
            "{told}"
        );
    }
    let (status, told) = told("{}");
    assert!(
        status == Some(1) && told.starts_with("<stdin>: this is not what mdBook writes"),
        "{told}"
    );
}
