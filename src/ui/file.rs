//! Files that come to the page, and pictures that leave it.
//!
//! ```text
//! drop, paste, choice ─▶ bytes ─▶ desk                  shapes ─▶ SVG with its scenario ─┬─▶ file
//!                                                                                └─▶ canvas ─▶ PNG with its scenario ─▶ file
//! ```
//!
//! Law: what comes is told, and so is what cannot come; what lay on the desk is one step behind.

use super::act::begin;
use super::exchange;
use super::keys;
use super::page::Page;
use super::panel::{lanes, request};
use super::part::dom;
use crate::protocol::Shown;
use crate::scenario::problem::Problem;
use crate::scenario::walk::Packed;
use gloo_timers::callback::Timeout;
use js_sys::futures::JsFuture;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, DataTransfer, Element, Event, File, HtmlCanvasElement,
    HtmlElement, HtmlImageElement, HtmlInputElement, KeyboardEvent, Url,
};

/// No file that opens here has more bytes.
const MOST_BYTES: f64 = 32e6;
/// Pixels of a PNG per pixel of the page.
const FINE: f64 = 2.0;
/// How long a browser may take to write a file, in milliseconds.
const WRITE_MS: u32 = 60_000;

/// Hears what is dropped, pasted or chosen anywhere, and closes menus.
pub fn listen(page: Page, root: &Element) {
    dom::listen(root, "dragover", move |event| {
        let brings = |transfer: DataTransfer| transfer.types().includes(&"Files".into(), 0);
        if transfer(&event, "dataTransfer").is_some_and(brings) {
            event.prevent_default();
        }
    });
    dom::listen(root, "drop", move |event| {
        if let Some(file) = transfer(&event, "dataTransfer").and_then(file_of) {
            event.prevent_default();
            take_file(page, file);
        }
    });
    dom::listen(&window(), "paste", move |event| paste(page, &event));
    dom::listen(root, "click", move |event| {
        let target = dom::target(&event);
        let is_outside = |menu: &Element| target.as_ref().is_none_or(|target| !menu.contains(Some(target)));
        close_menus(page, &is_outside);
    });
    dom::listen(root, "keydown", move |event| {
        let is_escape = event.dyn_ref().map(KeyboardEvent::key).as_deref() == Some("Escape");
        if is_escape && close_menus(page, &|_| true) {
            event.prevent_default();
        }
    });
    dom::listen(root, "change", move |event| {
        let input = dom::target(&event).and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            // The same file can be chosen again.
            input.set_value("");
            take_file(page, file);
        }
    });
}

/// Closes the menu that is open, if it is meant; the focus goes from it to its name.
fn close_menus(page: Page, is_meant: &dyn Fn(&Element) -> bool) -> bool {
    let Some(menu) = page.find(".menu[open]").filter(|menu| is_meant(menu)) else {
        return false;
    };
    if menu.contains(document().active_element().as_deref())
        && let Some(name) = dom::find(&menu, "summary")
    {
        dom::focus(&name);
    }
    // Every element lets go of an attribute.
    let _ = menu.remove_attribute("open");
    true
}

/// Lets the reader choose a file.
pub fn choose(page: Page) {
    if let Some(input) = page
        .find("input[type=file]")
        .and_then(|input| input.dyn_into::<HtmlElement>().ok())
    {
        input.click();
    }
}

/// What a drag or the clipboard brings.
fn transfer(event: &Event, of: &str) -> Option<DataTransfer> {
    Reflect::get(event, &of.into()).ok()?.dyn_into().ok()
}

fn file_of(transfer: DataTransfer) -> Option<File> {
    transfer.files()?.get(0)
}

fn paste(page: Page, event: &Event) {
    let is_for_us = |target: &Element| keys::is_ours(page, target) && !keys::takes_text(target);
    let Some(clipboard) = dom::target(event)
        .filter(is_for_us)
        .and_then(|_| transfer(event, "clipboardData"))
    else {
        return;
    };
    event.prevent_default();
    let text = clipboard.get_data("text/plain").unwrap_or_default();
    match file_of(clipboard) {
        Some(file) => take_file(page, file),
        None if text.is_empty() => {}
        None => take(page, "what was pasted", text.into_bytes()),
    }
}

fn take_file(page: Page, file: File) {
    let name = file.name();
    if file.size() > MOST_BYTES {
        return refuse(
            page,
            &name,
            "it has more than 32 MB",
            "no scenario and no picture of one is that large",
        );
    }
    spawn_local(async move {
        match JsFuture::from(file.array_buffer()).await {
            Ok(bytes) => take(page, &name, Uint8Array::new(&bytes).to_vec()),
            Err(_) => refuse(
                page,
                &name,
                "the browser cannot read it",
                "a file on this machine can be dropped",
            ),
        }
    });
}

/// Takes the scenario in a file of ours; what others wrote is offered.
pub fn take(page: Page, name: &str, bytes: Vec<u8>) {
    match page.desk.try_update(|desk| desk.receive(name, &bytes)) {
        Some(Ok(())) => begin(page),
        Some(Err(problems)) => exchange::offer(page, name.to_string(), bytes, problems),
        None => {}
    }
}

/// Says why something could not come or leave.
pub fn refuse(page: Page, name: &str, why: &str, fix: &str) {
    let problem = Problem::of_all(why.to_string(), fix);
    let _ = page.desk.try_update(|desk| desk.refuse(name, vec![problem]));
}

/// Saves a picture as a file: `topology svg`, `lanes png`.
pub fn save(page: Page, what: &str) {
    close_menus(page, &|_| true);
    let Some((picture, kind)) = what.split_once(' ') else {
        return;
    };
    match picture {
        "text" => return save_text(page),
        "trace" => return exchange::export(page, kind),
        "report" => return exchange::report(page, kind),
        _ => {}
    }
    let name = [&named(page), "-", picture, ".", kind].concat();
    let Some(shown) = shown(page, picture) else {
        let why = "what it shows is still being simulated";
        return refuse(page, &name, why, "in a moment it can be saved");
    };
    let is_png = kind == "png";
    spawn_local(async move {
        if written(page, &name, shown, is_png).await.is_none() {
            let why = "the browser cannot make this picture";
            refuse(page, &name, why, "SVG needs the least of it");
        }
    });
}

/// Saves the text as it is, mistakes and all.
fn save_text(page: Page) {
    let text = page.desk.with_untracked(|desk| desk.text().to_string());
    let kind = if text.trim_ascii_start().starts_with('{') {
        ".json"
    } else {
        ".yaml"
    };
    let file = blob(text.as_bytes(), "text/plain");
    let saved = file.and_then(|file| hand_out(&(named(page) + kind), &file));
    if saved.is_none() {
        refuse(page, "The text", "the browser cannot save it", "it can be copied");
    }
}

/// What a picture shows, if it is of the scenario on the desk.
fn shown(page: Page, picture: &str) -> Option<Shown> {
    let (scenario, seed) = page.desk.with_untracked(|desk| (desk.scenario.clone(), desk.seed()));
    let scenario = scenario?;
    let is_this = |other: &Arc<Packed>| Arc::ptr_eq(other, &scenario);
    let dark = page.look.with_untracked(|look| look.is_dark());
    let mut findings = page
        .results
        .with_untracked(|results| results.findings(seed, String::new(), dark));
    findings.now = findings.now.filter(|now| is_this(&now.scenario));
    match picture {
        "topology" => {
            let now = findings.now;
            Some(Shown::Topology { scenario, now, dark })
        }
        "lanes" => {
            let (_, pictures) = lanes::pictures(page).filter(|(of, _)| is_this(of))?;
            Some(Shown::Lanes { pictures, dark })
        }
        "responses" => findings.now.is_some().then_some(Shown::Responses(findings)),
        "beats" => findings.now.is_some().then_some(Shown::Beats(findings)),
        "ages" => findings.now.is_some().then_some(Shown::Ages(findings)),
        _ => request::picture(page)
            .filter(|excerpt| is_this(&excerpt.scenario))
            .map(Shown::Request),
    }
}

/// The name of the scenario as files are named.
pub fn named(page: Page) -> String {
    let name = page
        .desk
        .with_untracked(|desk| desk.scenario.as_ref().map(|scenario| scenario.name.clone()));
    let name = name.filter(|name| !name.is_empty()).unwrap_or("scenario".to_string());
    let plain = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '-',
    };
    name.chars().map(plain).collect()
}

async fn written(page: Page, name: &str, shown: Shown, is_png: bool) -> Option<()> {
    hand_out(name, &made(page, shown, is_png).await?)
}

/// A picture for the clipboard: an image, which is made while the clipboard waits.
pub fn clipping(page: Page, picture: &str) -> Option<JsValue> {
    let mut shown = Some(shown(page, picture)?);
    let image = Promise::new(&mut |resolve, reject| {
        let shown = shown.take();
        spawn_local(async move {
            let image = match shown {
                Some(shown) => made(page, shown, true).await,
                None => None,
            };
            // Whoever waits hears it once.
            let _ = match image {
                Some(image) => resolve.call1(&JsValue::NULL, &image),
                None => reject.call0(&JsValue::NULL),
            };
        });
    });
    let kinds = dom::object("image/png", &image);
    let item = Reflect::get(&window(), &"ClipboardItem".into()).ok()?;
    Reflect::construct(item.dyn_ref::<Function>()?, &Array::of1(&kinds)).ok()
}

/// A picture as a file with its origin in it.
async fn made(page: Page, shown: Shown, is_png: bool) -> Option<Blob> {
    let origin = page.desk.with_untracked(|desk| desk.origin());
    let reader = page.reader()?;
    let svg = reader.save(shown, origin.clone()).ok()?;
    let svg = blob(svg.as_bytes(), "image/svg+xml")?;
    match is_png {
        true => {
            let png = pixels(&svg).await?;
            blob(&reader.inscribe(png, origin).ok()?, "image/png")
        }
        false => Some(svg),
    }
}

/// Gives a file of this name to the reader.
pub fn hand_out(name: &str, file: &Blob) -> Option<()> {
    let address = Url::create_object_url_with_blob(file).ok()?;
    let link: HtmlElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    Timeout::new(WRITE_MS, move || drop(Url::revoke_object_url(&address))).forget();
    Some(())
}

/// Bytes as a file of this kind.
pub fn blob(bytes: &[u8], kind: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options).ok()
}

/// The PNG of an SVG.
async fn pixels(svg: &Blob) -> Option<Vec<u8>> {
    let address = Url::create_object_url_with_blob(svg).ok()?;
    let image = HtmlImageElement::new().ok()?;
    image.set_src(&address);
    let decoded = JsFuture::from(image.decode()).await;
    let _ = Url::revoke_object_url(&address);
    decoded.ok()?;
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let (width, height) = (f64::from(image.width()) * FINE, f64::from(image.height()) * FINE);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)
        .ok()?;
    let png = Promise::new(&mut |resolve, _| drop(canvas.to_blob(&resolve)));
    let png: Blob = JsFuture::from(png)
        .await
        .ok()
        .filter(JsValue::is_object)?
        .dyn_into()
        .ok()?;
    let bytes = JsFuture::from(png.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}
