//! The house rules that a compiler does not know, as tests over the source text.
//!
//! Law: a rule has no exceptions but those in `tests/tidy/debt.rs`, and a debt that is paid must leave that list.

#[path = "tidy/arrow.rs"]
mod arrow;
#[path = "tidy/debt.rs"]
mod debt;
#[path = "tidy/file.rs"]
mod file;
#[path = "tidy/purity.rs"]
mod purity;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/source.rs"]
mod source;

/// One offence against a rule.
struct Offence {
    /// From the root of the checkout, with `/`.
    file: String,
    /// Counted from 1; 0 means the whole file.
    line: usize,
    /// What is there, and what would be right.
    what: String,
}

/// Fails with all offences that are no known debt, and with debts that are paid but still listed.
fn settle(rule: &str, offences: Vec<Offence>) {
    let is_debt = |file: &str| debt::DEBTS.iter().any(|debt| debt.rule == rule && debt.file == file);
    let open = offences.iter().filter(|offence| !is_debt(&offence.file));
    let mut lines: Vec<String> = open
        .map(|offence| format!("{}:{}: {}", offence.file, offence.line, offence.what))
        .collect();
    let listed = debt::DEBTS.iter().filter(|debt| debt.rule == rule);
    let paid = listed.filter(|debt| offences.iter().all(|offence| offence.file != debt.file));
    lines.extend(paid.map(|debt| format!("{}: this debt is paid; take it out of tests/tidy/debt.rs", debt.file)));
    assert!(lines.is_empty(), "rule `{rule}`:\n{}\n", lines.join("\n"));
}
