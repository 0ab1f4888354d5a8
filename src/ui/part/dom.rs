//! The few things that the page asks of the document.
//!
//! Law: one kind of listener, one way to replace markup. A listener goes with its owner.

use js_sys::futures::JsFuture;
use js_sys::{Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement, ResizeObserver, Response};

/// Names what keeps the focus when its surroundings are replaced.
const KEY: &str = "data-key";

/// Hears an event on a target until the reactive owner goes.
pub fn listen(target: &EventTarget, event: &'static str, hear: impl Fn(Event) + 'static) {
    listen_to(target, event, Box::new(hear));
}

fn listen_to(target: &EventTarget, event: &'static str, hear: Box<dyn Fn(Event)>) {
    let listener = Listener {
        target: target.clone(),
        event,
        hear: Closure::wrap(hear),
    };
    let hear = listener.hear.as_ref().unchecked_ref();
    // It fails only for a target that is none.
    let _ = target.add_event_listener_with_callback(event, hear);
    StoredValue::new_local(listener);
}

struct Listener {
    target: EventTarget,
    event: &'static str,
    hear: Closure<dyn Fn(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let hear = self.hear.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, hear);
    }
}

/// Acts now and whenever a signal that it reads changes, until the reactive owner goes.
pub fn effect(act: impl Fn() + 'static) {
    let act: Box<dyn Fn()> = Box::new(act);
    Effect::new(move |_| act());
}

/// Tells the inner width and height of an element, now and whenever it changes, until the reactive owner goes.
pub fn watch_size(element: &HtmlElement, tell: impl Fn(f64, f64) + 'static) {
    let measured = element.clone();
    let listener: Closure<dyn Fn()> = Closure::wrap(Box::new(move || {
        tell(f64::from(measured.client_width()), f64::from(measured.client_height()));
    }));
    if let Ok(observer) = ResizeObserver::new(listener.as_ref().unchecked_ref()) {
        observer.observe(element);
        StoredValue::new_local(Watch {
            observer,
            _listener: listener,
        });
    }
}

struct Watch {
    observer: ResizeObserver,
    _listener: Closure<dyn Fn()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Replaces what is inside of an element, where it is something else; the focus stays where it was, and what was unfolded
/// is.
pub fn replace(element: &Element, markup: &str, last: &mut String) {
    if last == markup {
        return;
    }
    let key = document()
        .active_element()
        .filter(|active| element.contains(Some(active)))
        .and_then(|active| active.get_attribute(KEY));
    let open = element.query_selector_all("details[data-keep][open]").ok();
    let open = open.map(|open| (0..open.length()).filter_map(move |at| open.item(at)?.dyn_into::<Element>().ok()));
    let open: Vec<String> = open
        .into_iter()
        .flatten()
        .filter_map(|it| it.get_attribute("data-keep"))
        .collect();
    element.set_inner_html(markup);
    for name in open {
        if let Some(details) = find(element, &["[data-keep=\"", &name, "\"]"].concat()) {
            // Every element takes this attribute.
            let _ = details.set_attribute("open", "");
        }
    }
    last.clear();
    last.push_str(markup);
    if let Some(again) = key.and_then(|key| find(element, &(String::from("[data-key=\"") + &key + "\"]"))) {
        focus(&again);
    }
}

/// The first element of this selector inside of another.
pub fn find(element: &Element, selector: &str) -> Option<Element> {
    element.query_selector(selector).ok().flatten()
}

/// Gives an element the focus.
pub fn focus(element: &Element) {
    if let Some(focus) = js_sys::Reflect::get(element, &"focus".into())
        .ok()
        .and_then(|f| f.dyn_into::<js_sys::Function>().ok())
    {
        // SVG elements take the focus as well, which only the browser's own interfaces say.
        let _ = focus.call0(element);
    }
}

/// Sets a property of an element's style to a length in pixels.
pub fn set_length(element: &Element, name: &str, length: f64) {
    set_style(element, name, &((length.round() as i32).to_string() + "px"));
}

/// Sets a property of an element's style.
pub fn set_style(element: &Element, name: &str, value: &str) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // It fails only for a name that is none.
        let _ = element.style().set_property(name, value);
    }
}

/// The element at which an event arrived.
pub fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The text of a file of this site. The error is for the reader.
pub async fn fetch(address: &str) -> Result<String, String> {
    let text = fetch_as(address, Response::text).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// The bytes of a file of this site, as a buffer of the browser's. The error is for the reader.
pub async fn fetch_bytes(address: &str) -> Result<JsValue, String> {
    fetch_as(address, Response::array_buffer).await
}

async fn fetch_as(address: &str, form: fn(&Response) -> Result<Promise, JsValue>) -> Result<JsValue, String> {
    let unreachable = |_| "the host cannot be reached".to_string();
    let response = JsFuture::from(window().fetch_with_str(address))
        .await
        .map_err(unreachable)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err("the host answers ".to_string() + &response.status().to_string());
    }
    let whole = form(&response).map_err(unreachable)?;
    JsFuture::from(whole).await.map_err(unreachable)
}

/// An object with one property.
pub fn object(name: &str, value: &JsValue) -> Object {
    let object = Object::new();
    // A new object takes every property.
    let _ = Reflect::set(&object, &name.into(), value);
    object
}

/// What the first element of this selector in the document says in an attribute, if that is anything.
pub fn attribute(selector: &str, name: &str) -> Option<String> {
    let element = document().query_selector(selector).ok()??;
    element.get_attribute(name).filter(|value| !value.is_empty())
}

/// What is typed or chosen in a control; menus and text areas have a value as well.
pub fn value(control: &Element) -> String {
    let value = Reflect::get(control, &"value".into()).ok();
    value.and_then(|value| value.as_string()).unwrap_or_default()
}

/// Sets what is typed or chosen in a control, where it is something else.
pub fn set_value(control: Option<Element>, text: &str) {
    if let Some(control) = control.filter(|control| value(control) != text) {
        // Each kind of control has a value.
        let _ = js_sys::Reflect::set(&control, &"value".into(), &text.into());
    }
}

/// The position of a slider.
pub fn position(control: &Element) -> f64 {
    control.dyn_ref().map_or(0.0, HtmlInputElement::value_as_number)
}
