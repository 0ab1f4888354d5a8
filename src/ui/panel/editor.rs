//! The scenario as text, with line numbers and what is wrong with it.

use crate::scenario::problem::Problem;
use crate::ui::desk::{Desk, Hand};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// The editor, its problems, and the ways back.
#[component]
pub fn Editor(
    /// The text's place.
    desk: Desk,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    view! {
        <section class="panel editor" aria-label="Scenario text">
            <header>
                <h2>"Scenario"</h2>
                <Tools desk=desk />
            </header>
            <Problems desk=desk area=area />
            <Text desk=desk area=area />
        </section>
    }
    .into_any()
}

#[component]
fn Tools(
    /// The text's place.
    desk: Desk,
) -> impl IntoView {
    view! {
        <div class="tools">
            <button type="button" disabled=move || !desk.can_undo() on:click=move |_| desk.undo()>"Undo"</button>
            <button type="button" disabled=move || !desk.can_redo() on:click=move |_| desk.redo()>"Redo"</button>
            <button
                type="button"
                title="Put the gallery's text back; Undo brings yours again"
                disabled=move || desk.is_original()
                on:click=move |_| desk.reset()
            >
                "Reset"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Text(
    /// The text's place.
    desk: Desk,
    /// Where the text is typed.
    area: NodeRef<html::Textarea>,
) -> impl IntoView {
    let gutter = NodeRef::<html::Div>::new();
    let lines = Memo::new(move |_| desk.text.with(|text| text.split('\n').count()));
    let numbers = move || {
        (1..=lines.get())
            .map(|line| line.to_string() + "\n")
            .collect::<String>()
    };
    let scroll = move |_: ev::Event| {
        if let (Some(area), Some(gutter)) = (area.get_untracked(), gutter.get_untracked()) {
            gutter.set_scroll_top(area.scroll_top());
        }
    };
    view! {
        <div class="source">
            <div class="gutter" aria-hidden="true" node_ref=gutter>{numbers}</div>
            <textarea
                node_ref=area
                aria-label="Scenario as JSON"
                aria-invalid=move || desk.problems.with(|problems| !problems.is_empty()).to_string()
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                wrap="off"
                prop:value=move || desk.text.get()
                on:input=move |event| desk.write(event_target_value(&event), Hand::Typed)
                on:scroll=scroll
            ></textarea>
        </div>
    }
    .into_any()
}

#[component]
fn Problems(
    /// The text's place.
    desk: Desk,
    /// Where a click on a problem leads.
    area: NodeRef<html::Textarea>,
) -> impl IntoView {
    let list = move || {
        let problems = desk.problems.get();
        if problems.is_empty() {
            return None;
        }
        let note = match problems.len() {
            1 => "1 problem; the last good scenario goes on".to_string(),
            several => format!("{several} problems; the last good scenario goes on"),
        };
        let items: Vec<AnyView> = problems
            .into_iter()
            .map(|problem| show_problem(problem, area))
            .collect();
        Some(view! { <p class="warning">{note}</p> <ul class="problems" data-test="problems">{items}</ul> })
    };
    view! { <div role="status">{list}</div> }.into_any()
}

fn show_problem(problem: Problem, area: NodeRef<html::Textarea>) -> AnyView {
    let (line, column) = (problem.line as usize, problem.column as usize);
    let Problem { path, message, fix, .. } = problem;
    let words = [path, message, fix]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <li>
            <button type="button" on:click=move |_| go_to(area, line, column)>
                <span class="place">"line " {line} ", column " {column}</span>
                " "
                {words}
            </button>
        </li>
    }
    .into_any()
}

/// Puts the cursor at a line and column, both from 1, and the line in view.
fn go_to(area: NodeRef<html::Textarea>, line: usize, column: usize) {
    let Some(area) = area.get_untracked() else { return };
    let text = area.value();
    let before: usize = text
        .split('\n')
        .take(line.saturating_sub(1))
        .map(|line| utf16(line) + 1)
        .sum();
    let rest = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let within: String = rest.chars().take(column.saturating_sub(1)).collect();
    let start = (before + utf16(&within)) as u32;
    let end = (before + utf16(rest)) as u32;
    // A field that is being removed has no selection to set.
    let _ = area.focus();
    let _ = area.set_selection_range(start, end.max(start));
    let lines = text.split('\n').count().max(1) as i32;
    let height = area.scroll_height() / lines;
    area.set_scroll_top((line as i32 - 4).max(0) * height);
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}
