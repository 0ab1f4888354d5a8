//! Markup under construction: templates of our own, filled with texts of anybody's.
//!
//! ```text
//! fill("<th scope=\"row\">{}</th>", &["a<b"])  ▶  <th scope="row">a&lt;b</th>
//! ```
//!
//! Law: what a person wrote never becomes markup; every text is escaped here and nowhere else.

/// A piece of markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Nothing yet.
    pub fn new() -> Html {
        Html::default()
    }

    /// Adds a template whose places `{}`, in texts or in quoted attributes, are taken by texts, one after the other.
    pub fn fill(&mut self, template: &'static str, texts: &[&str]) -> &mut Html {
        let mut rest = template;
        for text in texts {
            // To look for a letter takes less code than to look for two.
            let Some((before, after)) = rest.split_once('{') else {
                break;
            };
            self.0.push_str(before);
            self.escape(text);
            rest = after.strip_prefix('}').unwrap_or(after);
        }
        self.0.push_str(rest);
        self
    }

    /// Markup that was made here, and came back over a border.
    pub fn from_trusted(markup: String) -> Html {
        Html(markup)
    }

    /// Adds another piece.
    pub fn add(&mut self, piece: &Html) -> &mut Html {
        self.0.push_str(&piece.0);
        self
    }

    /// The markup.
    pub fn into_string(self) -> String {
        self.0
    }

    fn escape(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                letter => self.0.push(letter),
            }
        }
    }
}

/// Numbers as texts, for a template.
pub fn texts<const N: usize>(numbers: [i32; N]) -> [String; N] {
    numbers.map(|number| number.to_string())
}

/// An entry of a menu.
pub fn option(html: &mut Html, value: &str, label: &str, selected: bool) {
    let template = match selected {
        true => "<option value=\"{}\" selected>{}</option>",
        false => "<option value=\"{}\">{}</option>",
    };
    html.fill(template, &[value, label]);
}
