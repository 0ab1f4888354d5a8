//! A sheet of wrong texts: one that is right, and what makes it wrong in many ways.
//!
//! ```text
//! {"format": …}                         the text that is right
//!
//! "threads": 2 ▶ "threads": 0           this in the place of that, and then the first thing that is told:
//! 7:22 services.b.threads: `0` is not possible here; a whole number from 1 to 1000000
//! ```

use std::fmt;

pub struct Sheet {
    pub base: String,
    pub cases: Vec<Case>,
}

pub struct Case {
    pub old: String,
    pub new: String,
    /// The first problem.
    pub told: String,
}

impl Sheet {
    /// Blocks with empty lines between: first the right text, then two lines for each case.
    pub fn read(text: &str) -> Sheet {
        let mut blocks = text.trim().split("\n\n");
        let base = blocks.next().unwrap_or_default().to_string();
        let cases = blocks.map(|block| {
            let (edit, told) = block.trim().split_once('\n').unwrap_or((block.trim(), ""));
            let (old, new) = edit.split_once('▶').unwrap_or_else(|| panic!("no `▶` in {edit}"));
            Case {
                old: old.trim().to_string(),
                new: new.trim().to_string(),
                told: told.to_string(),
            }
        });
        let cases = cases.collect();
        Sheet { base, cases }
    }
}

impl Case {
    /// The wrong text.
    pub fn applied(&self, base: &str) -> String {
        assert!(base.contains(&self.old), "{} is not in the text", self.old);
        base.replacen(&self.old, &self.new, 1)
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.base)?;
        for case in &self.cases {
            writeln!(f, "\n{} ▶ {}\n{}", case.old, case.new, case.told)?;
        }
        Ok(())
    }
}
