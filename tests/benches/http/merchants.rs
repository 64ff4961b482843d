//! Merchants: products listed and pages shown, against the bare program, and a large store against a small one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use sqlx::{ConnectOptions, PgConnection};
use uuid::Uuid;
use zhanggui::account::FieldCode;
use zhanggui::app::App;
use zhanggui::eventstore::Metadata;
use zhanggui::merchant::links::{CouponLink, TaobaoLink};
use zhanggui::merchant::product::commands::NewListing;
use zhanggui::merchant::product::{InfoSource, ListProduct, Price, RecordProductInfo, Title};
use zhanggui::merchant::store::{AddCategory, CategoryName, OpenStore, StoreName};
use zhanggui::ports::Ports;
use zhanggui::projections::search_path;

use super::asks::COUPON;
use super::bare;
use super::child::Server;
use super::client::get;
use super::contest::{Contender, Load, contest};
use super::plan::Servers;
use crate::common::cluster::{Cluster, DATABASE, settings};
use crate::common::report::Report;
use crate::common::{Fault, span};

/// How many connections ask at a time.
const CROWDS: [usize; 2] = [32, 256];
/// Products of every store but the last.
const SMALL: usize = 100;
/// Products of the last.
const LARGE: usize = 100_000;
/// Categories of each.
const CATEGORIES: usize = 4;
/// Commands that wait at a time while the stores are filled.
const AT_ONCE: usize = 256;

/// Opens a store for everybody who is logged in, and measures.
pub(crate) async fn measure(
    cluster: &Cluster,
    servers: &Servers,
    sessions: &[String],
    report: &mut Report,
) -> Result<(), Fault> {
    let sessions = fill(cluster, sessions).await?;
    let (large, small) = sessions.split_last().ok_or("nobody is logged in")?;
    let page = |session: &String| get("/api/v1/store/products", Some(session));
    let pages = Arc::new(small.iter().map(page).collect::<Vec<_>>());
    for crowd in CROWDS {
        let what = format!("GET /api/v1/store/products, a page of 20 of 100, {crowd} connections");
        let contenders = [
            servers.asking("ours", &servers.ours, &pages, crowd),
            servers.asking("bare", &servers.bare, &pages, crowd),
        ];
        contest(&what, &contenders, span()?, report).await?;
    }
    let one = small.first().ok_or("nobody has a small store")?;
    let asked = |questions: &[String], session| {
        let path = |question: &String| get(&format!("/api/v1/store/products{question}"), Some(session));
        Arc::new(questions.iter().map(path).collect::<Vec<_>>())
    };
    for (what, questions) in
        [("the same page of 20", vec![String::new()]), ("another page each time", questions())]
    {
        let contenders = [
            servers.asking("of 100,000", &servers.ours, &asked(&questions, large), 8),
            servers.asking("of 100", &servers.ours, &asked(&questions, one), 8),
        ];
        contest(&format!("{what}, 8 connections"), &contenders, span()?, report).await?;
    }
    let small = Arc::new(small.to_vec());
    for crowd in CROWDS {
        let listing = |name, server: &Server| Contender {
            name,
            load: Load::Listings(server.port, Arc::clone(&small)),
            workers: crowd,
            meter: servers.meter(server.id()),
        };
        let what = format!("POST /api/v1/store/products, {crowd} connections");
        let contenders = [listing("ours", &servers.ours), listing("bare", &servers.bare)];
        contest(&what, &contenders, span()?, report).await?;
    }
    Ok(())
}

/// Pages of every length in every order: together too large to be remembered, so that each is read.
fn questions() -> Vec<String> {
    let orders = ["-listed_at", "listed_at", "title", "price", "-price"];
    let pages = orders.into_iter().flat_map(|sort| {
        (1..=100).flat_map(move |limit| {
            [format!("?sort={sort}&limit={limit}"), format!("?limit={limit}&sort={sort}")]
        })
    });
    pages.collect()
}

/// A store for each session, the last one large. Gives the sessions in their order.
async fn fill(cluster: &Cluster, sessions: &[String]) -> Result<Vec<String>, Fault> {
    let app = App::build(settings(&cluster.data_dir)?, &cluster.app(), Ports::system()).await?;
    let mut connection = cluster.superuser(DATABASE).connect().await?;
    for (nth, session) in sessions.iter().enumerate() {
        let token = session.split("; ").find_map(|pair| pair.strip_prefix("session=")).ok_or("no session")?;
        let owner_id: Uuid = sqlx::query_scalar("SELECT user_id FROM bare.session WHERE token = $1")
            .bind(token)
            .fetch_one(&mut connection)
            .await?;
        let amount = if nth + 1 == sessions.len() { LARGE } else { SMALL };
        store(&app, owner_id, amount, true).await.map_err(|error| format!("a store of {amount}: {error}"))?;
    }
    app.stop().await;
    rest(&mut connection).await?;
    sqlx::raw_sql("ANALYZE").execute(&mut connection).await?;
    let tables = format!("SET search_path = {}; {}", search_path(), bare::products::TABLES);
    sqlx::raw_sql(&tables).execute(&mut connection).await?;
    Ok(sessions.to_vec())
}

/// Takes from the crawler what was looked up already: it would find that out one by one, beside what is measured.
async fn rest(connection: &mut PgConnection) -> Result<(), Fault> {
    let is_queued = "SELECT coalesce((SELECT r.position = h.position FROM log_head h, reactors r \
                                      WHERE h.log = 0 AND r.name = 'fetch_product'), false)";
    while !sqlx::query_scalar::<_, bool>(is_queued).fetch_one(&mut *connection).await? {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sqlx::raw_sql("DELETE FROM reactor_tasks").execute(connection).await?;
    Ok(())
}

/// A store of nobody's with so many products that nothing is known of yet.
pub(crate) async fn waiting_store(app: &App, amount: usize) -> Result<(), Fault> {
    store(app, app.site.ports.id()?, amount, false).await
}

/// A store with its categories and so many products, in turn in each category, looked up or not.
async fn store(app: &App, owner_id: Uuid, amount: usize, is_known: bool) -> Result<(), Fault> {
    let site = &app.site;
    let store_id = site.ports.id()?;
    let name = StoreName::parse("好店").map_err(FieldCode::as_str)?;
    let open = OpenStore { actor_id: owner_id, name };
    site.stores.create(&store_id.to_string(), open.into(), Metadata::default()).await?;
    let mut categories = Vec::new();
    for nth in 0..CATEGORIES {
        let category_id = site.ports.id()?;
        let name = CategoryName::parse(&format!("类{nth}")).map_err(FieldCode::as_str)?;
        let add = AddCategory { actor_id: owner_id, category_id, name };
        site.stores.execute(&store_id.to_string(), add.into(), Metadata::default()).await?;
        categories.push(category_id);
    }
    let numbers: Vec<usize> = (1..=amount).collect();
    for some in numbers.chunks(AT_ONCE) {
        let all = some.iter().map(async |number| {
            let category_id = categories.get(number % (CATEGORIES + 1)).copied();
            product(app, store_id, category_id, *number, is_known).await
        });
        try_join_all(all).await?;
    }
    Ok(())
}

async fn product(
    app: &App,
    store_id: Uuid,
    category_id: Option<Uuid>,
    number: usize,
    is_known: bool,
) -> Result<(), Fault> {
    let site = &app.site;
    let taobao = TaobaoLink::parse(&format!("https://item.taobao.com/item.htm?id={number}"));
    let taobao = taobao.map_err(FieldCode::as_str)?;
    let found = RecordProductInfo {
        taobao_url: taobao.canonical(),
        title: Title::from_page(&format!("【官方正品】纯棉短袖 第 {number} 款")),
        price: Price::parse(&format!("{}.90", number % 500 + 1)).ok(),
        image_url: Some(format!("https://img.alicdn.com/imgextra/i1/2200/{number}_item_pic.jpg")),
        source: InfoSource::Page,
    };
    let coupon = CouponLink::parse(COUPON).map_err(FieldCode::as_str)?;
    let listing = NewListing { taobao, coupon, category_id };
    let id = site.ports.id()?.to_string();
    site.products.create(&id, ListProduct { store_id, listing }.into(), Metadata::default()).await?;
    if is_known {
        site.products.execute(&id, found.into(), Metadata::default()).await?;
    }
    Ok(())
}
