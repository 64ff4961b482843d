//! What it costs a request that who asks is recorded as active: the whole of it, without the rest of the request.

use std::time::Instant;

use sqlx::{ConnectOptions, PgConnection};
use uuid::Uuid;
use zhanggui::app::App;
use zhanggui::http::session::presence::note;
use zhanggui::ports::Ports;

use crate::common::cluster::{Cluster, DATABASE, settings};
use crate::common::report::{Report, digits};
use crate::common::{Fault, float};

/// How often it is done.
const TIMES: usize = 2_000_000;

/// Times it for people who were there today already, which nearly every request is from, in nanoseconds.
pub(crate) async fn measure(cluster: &Cluster, report: &mut Report) -> Result<(), Fault> {
    let app = App::build(settings(&cluster.data_dir)?, &cluster.app(), Ports::system()).await?;
    let mut connection: PgConnection = cluster.superuser(DATABASE).connect().await?;
    let people: Vec<Uuid> =
        sqlx::query_scalar("SELECT DISTINCT user_id FROM bare.session").fetch_all(&mut connection).await?;
    for person in &people {
        note(&app.site, *person, None);
    }
    app.site.presence.settle().await;
    let id = "01a2186d-ed58-79bf-8c37-7fbf2a90d133".to_owned();
    let begun = Instant::now();
    for person in people.iter().cycle().take(TIMES) {
        note(&app.site, *person, Some(id.clone()));
    }
    let nanos = begun.elapsed().as_secs_f64() * 1e9 / float(TIMES);
    app.stop().await;
    report.fact(&serde_json::json!({"what": "activity of somebody seen today", "ns": nanos}))?;
    report.say(&format!(
        "\nTo see that somebody's activity is recorded already: {} ns a request.",
        digits(nanos)
    ))
}
