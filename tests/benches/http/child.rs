//! The servers: processes of their own, made from this same program, so that processor time and memory are theirs.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::Router;
use tokio::net::TcpListener;
use zhanggui::adapters::embedded_postgres::{APP_ROLE, SUPERUSER, connect_options};
use zhanggui::adapters::taobao::fetch::CrawlerSettings;
use zhanggui::app::App;
use zhanggui::http::{routes, server};
use zhanggui::ports::Ports;
use zhanggui::{jobs, telemetry};

use super::bare;
use super::crawler::PAUSE;
use crate::common::Fault;
use crate::common::cluster::{DATABASE, settings};

/// The word by which a process knows that it is a server.
pub(crate) const ROLE: &str = "serve-for-bench";

/// Which server.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The real one.
    Ours,
    /// The bare one.
    Bare,
    /// The real one, which reads item pages from [`ORIGIN`] at the bench's pace.
    Crawler,
}

/// The variable in which a crawler is told where pages are.
pub(crate) const ORIGIN: &str = "BENCH_CRAWLER_ORIGIN";

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Starts it on the cluster in `data_dir`, logging what `log` says.
    pub(crate) fn start(kind: Kind, data_dir: &Path, log: &str) -> Result<Self, Fault> {
        Self::start_with(kind, data_dir, log, &[])
    }

    /// The same, with variables of its own.
    pub(crate) fn start_with(
        kind: Kind,
        data_dir: &Path,
        log: &str,
        variables: &[(&str, &str)],
    ) -> Result<Self, Fault> {
        let kind = match kind {
            Kind::Ours => "ours",
            Kind::Bare => "bare",
            Kind::Crawler => "crawler",
        };
        let mut process = Command::new(std::env::current_exe()?)
            .args([ROLE, kind])
            .arg(data_dir)
            .env("RUST_LOG", log)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if log == "warn" { Stdio::inherit() } else { Stdio::null() })
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { process, port: line.trim().parse()? })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input is its sign to stop.
        drop(self.process.stdin.take());
        let _gone = self.process.wait();
    }
}

/// What a process with [`ROLE`] does: serve until its input ends.
pub(crate) async fn serve(kind: &str, data_dir: &Path) -> Result<(), Fault> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
        let _gone = stop.send(());
    });
    if kind == "bare" {
        let router = bare::router(connect_options(data_dir, SUPERUSER, DATABASE)?).await?;
        return answer(listener, router, stopped).await;
    }
    telemetry::start_logging();
    let database = connect_options(data_dir, APP_ROLE, DATABASE)?;
    let mut settings = settings(data_dir)?;
    if kind == "crawler" {
        settings.crawler = CrawlerSettings { origin: Some(std::env::var(ORIGIN)?), pause: PAUSE };
    }
    let app = App::build(settings, &database, Ports::system()).await?;
    let _jobs = jobs::start(&app.site).await?;
    // As `zhanggui serve` does: what follows from an event is part of its price.
    let reacting = app.reactors.start(app.listening.clone());
    println!("{}", listener.local_addr()?.port());
    server::serve(listener, routes::router(app.site.clone()), async {
        let _gone = stopped.await;
    })
    .await;
    // Without waiting for what is in hand: nobody is there to be asked.
    drop(reacting);
    Ok(())
}

async fn answer(
    listener: TcpListener,
    router: Router,
    stopped: tokio::sync::oneshot::Receiver<()>,
) -> Result<(), Fault> {
    println!("{}", listener.local_addr()?.port());
    tokio::select! {
        ended = axum::serve(listener, router) => Ok(ended?),
        _ = stopped => Ok(()),
    }
}
