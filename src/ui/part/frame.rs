//! Between signals and a canvas: its size, and when it is painted.
//!
//! Law: however many signals change, one frame paints once.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::ResizeObserver;

/// Paints in the next frame whenever something that `track` reads has changed.
pub fn paint_in_frames(track: impl Fn() + 'static, paint: impl Fn() + Clone + 'static) {
    let asked = StoredValue::new(false);
    Effect::new(move |_| {
        track();
        if asked.get_value() {
            return;
        }
        asked.set_value(true);
        let paint = paint.clone();
        request_animation_frame(move || {
            // Nothing is painted for a page that is gone.
            if asked.try_update_value(|asked| *asked = false).is_some() {
                untrack(paint);
            }
        });
    });
}

/// An observer that stops when it is dropped.
struct Watch {
    observer: ResizeObserver,
    _listener: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// The inner width and height of an element in CSS pixels, now and later.
pub fn size_of(element: NodeRef<html::Div>) -> Signal<(f64, f64)> {
    let size = RwSignal::new((0.0, 0.0));
    let watch = StoredValue::new_local(None::<Watch>);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let measured = element.clone();
        let measure = move || {
            let now = (f64::from(measured.client_width()), f64::from(measured.client_height()));
            if size.try_get_untracked().is_some_and(|old| old != now) {
                size.set(now);
            }
        };
        measure();
        let listener = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = ResizeObserver::new(listener.as_ref().unchecked_ref()) {
            observer.observe(&element);
            watch.set_value(Some(Watch {
                observer,
                _listener: listener,
            }));
        }
    });
    size.into()
}
