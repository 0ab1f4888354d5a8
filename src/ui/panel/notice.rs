//! What stands between the reader of the page and a running simulation.

use crate::protocol::VERSION;
use crate::scenario::problem::Problem;
use crate::told::html::Html;
use crate::ui::results::Status;

/// A notice while there is no backend to ask; nothing while all is well.
pub fn notice(status: &Status) -> Html {
    let (words, act, label) = match status {
        Status::Starting | Status::Asleep | Status::Ready => return Html::new(),
        Status::OtherVersion(theirs) => {
            let versions = VERSION.to_string() + " and " + &theirs.to_string();
            let words = "This page and its simulation come from different builds: they speak versions ".to_string();
            (words + &versions + ". A reload fetches both anew.", "reload", "Reload")
        }
        Status::Broken(why) => (
            "The simulation has stopped: ".to_string() + why,
            "restart",
            "Restart it",
        ),
    };
    alarm(&words, act, label)
}

/// A notice while nobody can read what is written.
pub fn absence(why: Option<&str>) -> Html {
    let Some(why) = why else { return Html::new() };
    let words = "The part that reads scenarios could not be loaded: ".to_string() + why + ". What you write is kept.";
    alarm(&words, "employ", "Try again")
}

/// Why an order could not be carried out.
pub fn refusal(why: Option<&str>) -> Html {
    let mut html = Html::new();
    if let Some(why) = why {
        html.fill("<p class=\"warning\" role=\"alert\">{}</p>", &[why]);
    }
    html
}

/// The first thing that is wrong, where something could not be told.
pub fn problem(problems: &[Problem]) -> Html {
    refusal(problems.first().map(|problem| &*problem.message))
}

fn alarm(words: &str, act: &str, label: &str) -> Html {
    let mut html = Html::new();
    html.fill(
        "<div class=\"notice\" role=\"alert\"><p>{}</p><button type=\"button\" class=\"primary\" data-act=\"{}\">{}</button></div>",
        &[words, act, label],
    );
    html
}
