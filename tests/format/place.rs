//! Where a schema sees something wrong, in the words of the reader.
//!
//! ```text
//! /edges/1/mode          ▶   edges[1].mode
//! a missing key          ▶   the map that lacks it
//! an unknown key         ▶   the key
//! none of several forms  ▶   what is wrong with the form that comes nearest
//! ```

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use sync_or_swim::scenario::node::{self, Node, Value};

/// A place that is wrong.
struct Leaf {
    /// Of what is wrong.
    pointer: String,
    /// Of the value that the schema's complaint is about.
    about: String,
}

/// The first place in the text at which the schema sees something wrong.
pub fn first(validator: &Validator, text: &str) -> Option<String> {
    let tree = serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"));
    let root = node::parse(text).expect("what one reader of JSON reads the other reads too");
    let leaves = validator
        .iter_errors(&tree)
        .flat_map(|error| leaves(&error))
        .collect::<Vec<_>>();
    let places = leaves.iter().filter_map(|leaf| located(&root, &leaf.pointer));
    places.min().map(|(_, path)| path)
}

fn leaves(error: &ValidationError) -> Vec<Leaf> {
    let about = error.instance_path().as_str().to_string();
    let leaf = |pointer: String| Leaf {
        pointer,
        about: about.clone(),
    };
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let forms = context
                .iter()
                .map(|errors| errors.iter().flat_map(leaves).collect::<Vec<Leaf>>());
            let far = |leaves: &Vec<Leaf>| leaves.iter().filter(|leaf| leaf.about == about).count();
            forms.min_by_key(far).unwrap_or_else(|| vec![leaf(about.clone())])
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|key| leaf(format!("{about}/{key}"))).collect()
        }
        _ => vec![leaf(about.clone())],
    }
}

/// The byte at which a place begins, and its path.
fn located(root: &Node, pointer: &str) -> Option<(usize, String)> {
    let (mut node, mut start, mut path) = (root, root.start, String::new());
    for segment in pointer.split('/').skip(1) {
        match &node.value {
            Value::List(items) => {
                node = items.get(segment.parse::<usize>().ok()?)?;
                start = node.start;
                path += &format!("[{segment}]");
            }
            Value::Map(entries) => {
                let (key, value) = entries.iter().find(|(key, _)| key.text() == Some(segment))?;
                (node, start) = (value, key.start);
                path += &format!(".{segment}");
            }
            _ => return None,
        }
    }
    Some((start, path.trim_start_matches('.').to_string()))
}
