//! `zhanggui serve`: the database, the migrations, the server, and an orderly end.

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, close, say};
use crate::adapters::embedded_postgres::lock_data_dir;
use crate::app::{App, master_key};
use crate::config::{DatabaseChoice, Settings};
use crate::database::{AppError, Database, prepare};
use crate::eventstore::seal::Sealer;
use crate::http::routes::router;
use crate::http::server;
use crate::jobs;
use crate::ports::Ports;

/// Serves until SIGINT or SIGTERM.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let cannot = |what: &str, error: std::io::Error| Failure(vec![format!("{what}: {error}")]);
    let watch = |kind| signal(kind).map_err(|error| cannot("signals cannot be watched", error));
    let mut stops = [watch(SignalKind::interrupt())?, watch(SignalKind::terminate())?];
    // Before the database starts: a port that is taken is the commonest mistake and the quickest to tell.
    let address = settings.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        cannot(&format!("cannot listen on {address} (set ZHANGGUI_LISTEN to another address)"), error)
    })?;
    let _lock = match settings.database {
        DatabaseChoice::Embedded { .. } => Some(lock_data_dir(&settings.data_dir).map_err(AppError::from)?),
        DatabaseChoice::External { .. } => None,
    };
    let database = tokio::select! {
        opened = Database::open(&settings) => opened?,
        () = any(&mut stops) => return Ok(()),
    };
    let served = serve(settings, &database, listener, &mut stops).await;
    close(database).await;
    served
}

async fn serve(
    settings: Settings,
    database: &Database,
    listener: TcpListener,
    stops: &mut [Signal; 2],
) -> Result<(), Failure> {
    let ports = Ports::system();
    let sealer = Sealer::new(&master_key(&settings, &ports)?, ports.clone()).map_err(AppError::from)?;
    prepare(&database.owner, &database.app, &sealer).await?;
    let app = App::build(settings, &database.app, ports).await?;
    let mut scheduler =
        jobs::start(&app.site).await.map_err(|error| Failure(vec![format!("the jobs: {error}")]))?;
    let reacting = app.reactors.start(app.listening.clone());
    let address = listener.local_addr().map_err(|error| Failure(vec![error.to_string()]))?;
    say(format_args!("掌柜 zhanggui 已就绪 · serving on http://{address}"));
    if app.site.outbox.is_some() {
        say(format_args!(
            "邮件和短信显示在 · mails and text messages are shown at http://{address}/dev/outbox"
        ));
    }
    let stop = async {
        any(stops).await;
        say(format_args!("正在停止 · stopping"));
        // They have no end of their own that could be waited for.
        app.site.live.close();
    };
    server::serve(listener, router(app.site.clone()), stop).await;
    if let Err(error) = scheduler.shutdown().await {
        tracing::warn!(%error, "the jobs did not stop");
    }
    drop(scheduler);
    reacting.stop().await;
    app.stop().await;
    Ok(())
}

/// Resolves at the first of the signals.
async fn any(stops: &mut [Signal; 2]) {
    let [interrupt, terminate] = stops;
    tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
}
