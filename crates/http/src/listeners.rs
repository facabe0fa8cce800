//! Those who hear of changes: each reads the feed from its own stored place.
//!
//! A change may be told twice (a crash between the work and the stored place), never left out. A listener that fails is
//! told the same change again, later and later, and the ones behind it wait: order is kept.

use crate::App;
use futures::FutureExt;
use futures::future::BoxFuture;
use salus_store::Change;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Changes read at a time, and the most that are told twice after a crash.
const STEP: u32 = 200;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why a change could not be handled; it will be told again. Plain words, no health data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ListenerError(pub String);

impl From<salus_store::Error> for ListenerError {
    fn from(error: salus_store::Error) -> Self {
        Self(error.to_string())
    }
}

/// Somebody who hears of every change, in order.
#[derive(Clone)]
pub struct Listener {
    /// The name its place in the feed is stored under: `records.index`. Never rename one.
    pub name: &'static str,
    on_change: OnChange,
}

type OnChange = Arc<dyn Fn(App, Change) -> BoxFuture<'static, Result<(), ListenerError>> + Send + Sync>;

impl Listener {
    /// Tells `on_change` of every change. It must be idempotent.
    pub fn new<F, Fut>(name: &'static str, on_change: F) -> Self
    where
        F: Fn(App, Change) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), ListenerError>> + Send + 'static,
    {
        Self { name, on_change: Arc::new(move |app, change| on_change(app, change).boxed()) }
    }
}

/// Tells the listeners of changes until `stop` says so.
pub(crate) async fn run_listeners(app: App, listeners: Vec<Listener>, stop: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    for listener in listeners {
        running.spawn(listen(app.clone(), listener, stop.clone()));
    }
    while running.join_next().await.is_some() {}
}

/// Tells the listener what happened since it was last told, and stores its place. Gives the number of changes.
pub async fn catch_up(app: &App, listener: &Listener) -> Result<usize, ListenerError> {
    let mut told = 0;
    loop {
        let after = app.store.cursor(listener.name).await?;
        let changes = app.store.feed(after, STEP).await?;
        let Some(last) = changes.last().map(|change| change.seq) else { return Ok(told) };
        told += changes.len();
        for change in changes {
            let seq = change.seq;
            let handled = AssertUnwindSafe((listener.on_change)(app.clone(), change)).catch_unwind().await;
            let handled = handled.unwrap_or_else(|_| Err(ListenerError("the listener panicked".to_owned())));
            if let Err(cause) = handled {
                app.store.set_cursor(listener.name, seq - 1).await?;
                return Err(cause);
            }
        }
        app.store.set_cursor(listener.name, last).await?;
    }
}

async fn listen(app: App, listener: Listener, mut stop: watch::Receiver<bool>) {
    let mut moved = app.store.watch();
    let mut pause = Duration::from_secs(1);
    while !*stop.borrow() {
        moved.borrow_and_update();
        let failed = tokio::select! {
            outcome = catch_up(&app, &listener) => outcome.err(),
            _ = stop.changed() => break,
        };
        if let Some(cause) = &failed {
            tracing::warn!(listener = listener.name, error = %cause, "a listener failed and is told again");
            tokio::select! {
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                _ = stop.changed() => break,
            }
            continue;
        }
        pause = Duration::from_secs(1);
        tokio::select! {
            changed = moved.changed() => if changed.is_err() { break },
            _ = stop.changed() => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestApp;
    use serde_json::json;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    impl Heard {
        /// Hears of patients; `fails_at` is the time it does not listen.
        fn listener(&self, fails_at: usize) -> Listener {
            let (heard, times) = (self.clone(), Arc::new(Mutex::new(0)));
            Listener::new("test.heard", move |_, change| {
                let nth = {
                    let mut times = times.lock().unwrap();
                    *times += 1;
                    *times
                };
                let heard = heard.clone();
                async move {
                    if nth == fails_at {
                        return Err(ListenerError("not now".to_owned()));
                    }
                    heard.0.lock().unwrap().push(change.id);
                    Ok(())
                }
            })
        }

        fn ids(&self) -> Vec<String> {
            self.0.lock().unwrap().clone()
        }
    }

    async fn patients(app: &TestApp, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(app.create(json!({ "resourceType": "Patient" })).await);
        }
        ids
    }

    #[tokio::test]
    async fn every_change_is_told_once_and_in_order() {
        let app = TestApp::init().await;
        let (heard, ids) = (Heard::default(), patients(&app, 450).await);
        let listener = heard.listener(0);
        assert_eq!(catch_up(app.app(), &listener).await, Ok(450));
        assert_eq!(catch_up(app.app(), &listener).await, Ok(0));
        assert_eq!(heard.ids(), ids);
    }

    #[tokio::test]
    async fn what_failed_is_told_again_and_nothing_before_it() {
        let app = TestApp::init().await;
        let (heard, ids) = (Heard::default(), patients(&app, 5).await);
        let listener = heard.listener(3);
        assert_eq!(catch_up(app.app(), &listener).await, Err(ListenerError("not now".to_owned())));
        assert_eq!(heard.ids(), ids[..2]);
        assert_eq!(catch_up(app.app(), &listener).await, Ok(3));
        assert_eq!(heard.ids(), ids);
    }
}
