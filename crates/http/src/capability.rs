//! What a capability gives to the server.

use crate::App;
use crate::forget::Forget;
use crate::jobs::JobHandler;
use crate::listeners::Listener;
use utoipa_axum::router::OpenApiRouter;

/// One capability: its routes with their documentation, its background work, and what it hears on the feed.
pub struct Capability {
    /// The crate's name.
    pub name: &'static str,
    /// Full paths (`/api/v1/…`, `/fhir/…`). A route that takes more than the usual 16 MiB says so with a layer of its
    /// own, `axum::extract::DefaultBodyLimit::max(bytes)`.
    pub routes: OpenApiRouter<App>,
    /// One handler for each queue.
    pub jobs: Vec<JobHandler>,
    /// Those who read the feed.
    pub listeners: Vec<Listener>,
    /// What it drops from memory when a person is erased.
    pub forgets: Vec<Forget>,
}

impl Capability {
    /// A capability with routes alone.
    pub fn new(name: &'static str, routes: OpenApiRouter<App>) -> Self {
        Self { name, routes, jobs: Vec::new(), listeners: Vec::new(), forgets: Vec::new() }
    }

    /// Adds a handler of a queue.
    #[must_use]
    pub fn job(mut self, handler: JobHandler) -> Self {
        self.jobs.push(handler);
        self
    }

    /// Adds a listener.
    #[must_use]
    pub fn listener(mut self, listener: Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Adds something that drops what it keeps of a person in memory, given the id of their `Patient`.
    #[must_use]
    pub fn forgets(mut self, forget: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.forgets.push(Forget::new(forget));
        self
    }
}
