//! A panic says where it happened and nothing else: its message may quote what was being worked on.

/// Has every panic of the process logged by its place in the code alone. The binary calls it once, at the start.
pub fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "(unknown)".to_owned(), ToString::to_string);
        tracing::error!(panic.location = %place, "a thread panicked");
    }));
}
