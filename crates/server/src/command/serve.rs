//! `salus serve`: the API, the FHIR interface, the web client, and the background work.

use crate::config::Config;
use crate::{Failure, anchoring, house, listen, meaning, tls, web};
use clap::Args;
use salus_http::App;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The flags of `serve`.
#[derive(Args)]
pub struct Arguments {
    /// The port; overrules the configuration.
    #[arg(long)]
    port: Option<u16>,
}

/// Serves until told to stop.
pub async fn run(mut config: Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    if let Some(port) = arguments.port {
        config.http.port = port;
    }
    start_log(&config)?;
    let store = house::open(&config).await?;
    let app = house::app(store, &config).await?;
    serve(app, &config, |address| println!("Salus is listening on {address}")).await?;
    Ok(ExitCode::SUCCESS)
}

/// Serves `app`; `announce` is told the address as soon as it can be reached.
///
/// On SIGINT or SIGTERM no more requests are taken, those under way are answered, running jobs are finished or
/// handed back, and the store is closed, in this order.
pub async fn serve(app: App, config: &Config, announce: impl FnOnce(&str)) -> Result<(), Failure> {
    let place = SocketAddr::new(config.http.address, config.http.port);
    let listener =
        TcpListener::bind(place).await.map_err(|error| format!("cannot listen on {place}: {error}"))?;
    let certificates = tls::Certificates::of(config)?;
    if let Some(certificates) = certificates.clone() {
        app.tells("certificate", move || certificates.condition());
    }
    let address = address(listener.local_addr()?, certificates.is_some());
    app.auth.is_found_at(&address);
    let store = app.store.clone();
    config.retention.check()?;
    salus_rights::retention::start(&app, &config.retention).await?;
    salus_custody::rotation::resume(&store).await?;
    let (meanings, condition) = meaning::open(config);
    app.tells("meanings", move || condition.clone());
    let capabilities = house::capabilities(config, meanings);
    let workers = salus_http::jobs::start(&app, &capabilities);
    let client = axum::Router::new().fallback(web::serve);
    let anchoring = Arc::new(anchoring::open(config)?);
    let told = Arc::clone(&anchoring);
    app.tells("audit anchors", move || told.condition());
    let care = tokio::spawn(salus_audit::keep::run(store.clone(), config.audit.clone(), anchoring));
    let router = salus_http::router(app, capabilities, Some(client));
    announce(&address);
    let limits = listen::Limits::of(&config.http);
    let redirect = tls::redirect(&config.http).await?;
    let refresh = certificates.clone().map(|certificates| tokio::spawn(certificates.refresh()));
    listen::serve(listener, certificates, router, limits, told_to_stop()).await;
    for task in [redirect, refresh].into_iter().flatten() {
        task.abort();
    }
    workers.stop().await;
    care.abort();
    store.close().await;
    Ok(())
}

/// Starts logging as configured; what a panic says is left out, because it can quote a record.
pub fn start_log(config: &Config) -> Result<(), Failure> {
    salus_http::hide_panic_messages();
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.filter)
        .map_err(|error| format!("log.filter is not understood: {error}"))?;
    let colours = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    if config.log.json {
        log.json().init()
    } else {
        log.init()
    }
    Ok(())
}

/// Browsers keep a `Secure` cookie without TLS on `localhost` only, so the loopback goes by that name.
fn address(place: SocketAddr, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    match place.ip().is_loopback() {
        true => format!("{scheme}://localhost:{}", place.port()),
        false => format!("{scheme}://{place}"),
    }
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _interrupted = interrupt.await;
        return;
    };
    tokio::select! {
        _interrupted = interrupt => {}
        _terminated = terminate.recv() => {}
    }
}
