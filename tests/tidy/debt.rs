//! Known exceptions to the house rules, each with the reason why it still stands.

/// A file that may offend against one rule for now.
pub struct Debt {
    /// The rule's name, as its failure prints it.
    pub rule: &'static str,
    /// From the root of the checkout.
    pub file: &'static str,
    /// Why it stands, and what would pay it.
    #[allow(dead_code, reason = "written for the reader of this list")]
    pub why: &'static str,
}

pub const DEBTS: &[Debt] = &[Debt {
    rule: "float",
    file: "src/engine/program.rs",
    why: "`choose` adds up the shares of its branches; `chance` should make the odds of a list of shares",
}];
