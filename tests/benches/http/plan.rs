//! What is measured, one function a subject.

use std::sync::Arc;

use serde_json::json;

use super::child::{Kind, Server};
use super::client::get;
use super::contest::{Contender, Load, contest, table};
use super::memory;
use super::seed::{Hashing, logins as login_requests, questions};
use crate::common::cluster::Cluster;
use crate::common::load::{Meter, Sample};
use crate::common::report::{Report, digits};
use crate::common::{Fault, ROUNDS, span};

/// Connections that ask at a time.
pub(crate) const CONNECTIONS: usize = 32;
/// Logins at a time.
const LOGINS: usize = 16;
/// Logins after which memory is looked at.
const MANY_LOGINS: f64 = 1_000.0;

/// Both servers and their database.
pub(crate) struct Servers {
    pub(crate) postmaster: u32,
    pub(crate) ours: Server,
    pub(crate) bare: Server,
}

impl Servers {
    pub(crate) fn asking<'a>(
        &self,
        name: &'static str,
        server: &Server,
        requests: &Arc<Vec<Vec<u8>>>,
        workers: usize,
    ) -> Contender<'a> {
        let load = Load::Requests(server.port, Arc::clone(requests));
        Contender { name, load, workers, meter: self.meter(server.id()) }
    }

    pub(crate) fn meter(&self, program: u32) -> Meter {
        Meter { postmaster: self.postmaster, program }
    }
}

/// Requests of people for their own accounts.
fn own_accounts(sessions: &[String]) -> Vec<Vec<u8>> {
    sessions.iter().map(|cookies| get("/api/v1/me", Some(cookies))).collect()
}

/// Reads against the bare program; the cost of the log; memory after reads.
pub(crate) async fn reads(
    cluster: &Cluster,
    servers: &Servers,
    sessions: &[String],
    report: &mut Report,
) -> Result<(), Fault> {
    let (me, names) = (Arc::new(own_accounts(sessions)), Arc::new(questions()));
    let talkative = Server::start(Kind::Ours, &cluster.data_dir, "info,sqlx=warn")?;
    let contenders = [
        servers.asking("ours", &servers.ours, &me, CONNECTIONS),
        servers.asking("ours, log level info", &talkative, &me, CONNECTIONS),
        servers.asking("bare", &servers.bare, &me, CONNECTIONS),
    ];
    contest("GET /api/v1/me with a session", &contenders, span()?, report).await?;
    drop(talkative);
    let contenders = [
        servers.asking("ours", &servers.ours, &names, CONNECTIONS),
        servers.asking("bare", &servers.bare, &names, CONNECTIONS),
    ];
    contest("GET /api/v1/availability", &contenders, span()?, report).await?;
    let fresh = Server::start(Kind::Ours, &cluster.data_dir, "warn")?;
    let crowd = servers.asking("ours", &fresh, &me, 256);
    let sample = crowd.round(span()? * 3).await?;
    report.raw("GET /api/v1/me, 256 connections", "ours", 0, &sample)?;
    remember("GET /api/v1/me, 256 connections", sample.answers, fresh.id(), report)
}

/// Tells how much memory a server takes.
fn remember(after: &str, answers: f64, process: u32, report: &mut Report) -> Result<(), Fault> {
    let (now, most) = memory::of(process)?;
    report.fact(
        &json!({"what": "memory", "after": after, "answers": answers, "rss_mb": now, "peak_mb": most}),
    )?;
    report.say(&format!(
        "\nResident memory of the server after {answers:.0} × {after}: {} MB, at most {} MB.",
        digits(now),
        digits(most)
    ))
}

/// Logins against hashing alone; reads beside logins; memory after logins.
pub(crate) async fn logins(
    servers: &Servers,
    sessions: &[String],
    hashing: &Hashing,
    report: &mut Report,
) -> Result<(), Fault> {
    let (span, me) = (span()? * 2, Arc::new(own_accounts(sessions)));
    let logins = servers.asking("POST /api/v1/login", &servers.ours, &Arc::new(login_requests()), LOGINS);
    let alone = Contender {
        name: "verifying alone",
        load: Load::Hashing(hashing),
        workers: LOGINS,
        meter: servers.meter(std::process::id()),
    };
    contest("Logins, 16 at a time", &[logins.clone(), alone], span, report).await?;

    let reader = servers.asking("ours", &servers.ours, &me, CONNECTIONS);
    let mut samples: [Vec<Sample>; 3] = Default::default();
    for nth in 0..ROUNDS {
        let undisturbed = reader.round(span).await?;
        let (beside, them) = tokio::join!(reader.round(span), logins.round(span));
        let (beside, them) = (beside?, them?);
        let all = [beside, them, undisturbed];
        for ((kept, sample), name) in samples.iter_mut().zip(all).zip(["beside", "logins", "undisturbed"]) {
            report.raw("GET /api/v1/me beside 16 logins", name, nth, &sample)?;
            kept.push(sample);
        }
    }
    let names = ["GET /api/v1/me beside 16 logins", "those logins", "GET /api/v1/me undisturbed"];
    table("Reads beside logins", &names, &samples, report)?;

    let mut answers: f64 = 0.0;
    while answers < MANY_LOGINS {
        answers += logins.round(span).await?.answers;
    }
    remember("POST /api/v1/login", answers, servers.ours.id(), report)
}

/// Captchas against drawing alone.
pub(crate) async fn captchas(servers: &Servers, report: &mut Report) -> Result<(), Fault> {
    let over_http = |name, server: &Server| Contender {
        name,
        load: Load::Captchas(server.port),
        workers: CONNECTIONS,
        meter: servers.meter(server.id()),
    };
    let contenders = [
        over_http("ours", &servers.ours),
        over_http("bare HTTP, drawn the same", &servers.bare),
        Contender {
            name: "drawing alone",
            load: Load::Drawing,
            workers: std::thread::available_parallelism()?.get(),
            meter: servers.meter(std::process::id()),
        },
    ];
    contest("Captchas: GET /api/v1/captcha and its picture", &contenders, span()?, report).await
}
