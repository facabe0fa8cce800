//! The way to Redis: one connection, and nobody waits for it while it is away.

use crate::{Away, Error, LimitsConfig};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, Script, TlsCertificates};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// The time to connect.
const CONNECTING: Duration = Duration::from_secs(1);
/// While it is away, it is looked for so often at first, and then less and less.
const LOOK: Duration = Duration::from_millis(100);
const LONGEST_LOOK: Duration = Duration::from_secs(5);

pub(crate) struct Link {
    client: Client,
    /// A name that nothing is counted under.
    probe: String,
    time_limit: Duration,
    state: Mutex<State>,
}

enum State {
    Up { connection: MultiplexedConnection, number: u64 },
    Away { why: String, number: u64 },
}

impl Link {
    /// Connects, or goes on looking in the background.
    pub(crate) async fn open(address: &str, config: &LimitsConfig) -> Result<Arc<Self>, Error> {
        let unusable =
            |error: redis::RedisError| Error::Config(format!("limits.redis cannot be used: {error}"));
        let client = match &config.root {
            None => Client::open(address).map_err(unusable)?,
            Some(path) => {
                let pem = std::fs::read(path)
                    .map_err(|error| Error::Config(format!("limits.root: {}: {error}", path.display())))?;
                let roots = TlsCertificates { client_tls: None, root_cert: Some(pem) };
                Client::build_with_tls(address, roots).map_err(unusable)?
            }
        };
        let why = "it was not asked yet".to_owned();
        let state = Mutex::new(State::Away { why, number: 0 });
        let (probe, time_limit) =
            (format!("{}:probe", config.prefix), Duration::from_millis(config.time_limit_ms.max(1)));
        let link = Arc::new(Self { client, probe, time_limit, state });
        if let Err(why) = link.connect().await {
            link.is_away(0, why);
        }
        Ok(link)
    }

    /// Why nobody can be asked now; nothing where all is well.
    pub(crate) fn why_away(&self) -> Option<String> {
        match &*self.state() {
            State::Up { .. } => None,
            State::Away { why, .. } => Some(why.clone()),
        }
    }

    /// Runs a script, if Redis is there and answers in time.
    pub(crate) async fn run<T: FromRedisValue>(
        self: &Arc<Self>,
        script: &Script,
        keys: &[String],
        arguments: &[i64],
    ) -> Result<T, Away> {
        let (connection, number) = match &*self.state() {
            State::Up { connection, number } => (connection.clone(), *number),
            State::Away { .. } => return Err(Away),
        };
        self.asked(connection, script, keys, arguments).await.map_err(|why| {
            self.is_away(number, why);
            Away
        })
    }

    /// Connects, and makes sure that counting works: a replica answers, too, but takes nothing.
    async fn connect(&self) -> Result<(), String> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(CONNECTING));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await;
        let connection = connection.map_err(|error| told(&error))?;
        let script = Script::new("return redis.call('SET', KEYS[1], 1, 'PX', 1000)");
        let _set: redis::Value =
            self.asked(connection.clone(), &script, std::slice::from_ref(&self.probe), &[]).await?;
        let mut state = self.state();
        let (State::Up { number, .. } | State::Away { number, .. }) = &*state;
        *state = State::Up { connection, number: number + 1 };
        Ok(())
    }

    /// The connection of this number is lost: from now on everybody counts for themselves, and it is looked for.
    fn is_away(self: &Arc<Self>, lost: u64, why: String) {
        let mut state = self.state();
        let (State::Up { number, .. } | State::Away { number, .. }) = &*state;
        let is_news = *number == lost && (lost == 0 || matches!(*state, State::Up { .. }));
        if !is_news {
            return;
        }
        tracing::warn!(redis.error = %why, "Redis is away: this node counts limits by itself");
        *state = State::Away { why, number: lost };
        tokio::spawn(look(Arc::downgrade(self)));
    }

    async fn asked<T: FromRedisValue>(
        &self,
        mut connection: MultiplexedConnection,
        script: &Script,
        keys: &[String],
        arguments: &[i64],
    ) -> Result<T, String> {
        let mut call = script.prepare_invoke();
        for key in keys {
            call.key(key);
        }
        for argument in arguments {
            call.arg(*argument);
        }
        match tokio::time::timeout(self.time_limit, call.invoke_async(&mut connection)).await {
            Ok(answer) => answer.map_err(|error| told(&error)),
            Err(_) => Err("it did not answer in time".to_owned()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for a Redis that is away, until it is back or nobody is interested any more.
async fn look(link: Weak<Link>) {
    let mut wait = LOOK;
    loop {
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_LOOK);
        let Some(link) = link.upgrade() else { return };
        match link.connect().await {
            Ok(()) => {
                tracing::info!("Redis is back: limits are counted together again");
                return;
            }
            Err(why) => {
                if let State::Away { why: before, .. } = &mut *link.state() {
                    *before = why;
                }
            }
        }
    }
}

/// What may be told of a failure: what Redis answered can quote what it was sent.
fn told(error: &redis::RedisError) -> String {
    error.code().map_or_else(|| error.category().to_owned(), |code| format!("it answered {code}"))
}
