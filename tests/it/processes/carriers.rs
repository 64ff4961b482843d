//! A mail server behind a gate and Aliyun's gateway, for servers that send codes, and people who ask for some.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};

use super::server::{Server, client, program_on, register};
use crate::support::client::Person;
use crate::support::cluster::TestDatabase;
use crate::support::python::PythonServer;

/// The only address that the servers know for mails: shut, or leading to one mail server or another.
pub(super) struct Gate {
    pub(super) port: u16,
    leads_to: watch::Sender<Option<u16>>,
}

impl Gate {
    /// Shut: whoever comes is hung up on.
    pub(super) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (leads_to, target) = watch::channel(None);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let Some(port) = *target.borrow() else { continue };
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(("127.0.0.1", port)).await?;
                    copy_bidirectional(&mut from, &mut to).await
                });
            }
        });
        Self { port, leads_to }
    }

    pub(super) fn open_to(&self, server: &PythonServer) {
        self.leads_to.send_replace(Some(server.port()));
    }

    pub(super) fn shut(&self) {
        self.leads_to.send_replace(None);
    }
}

/// A mail server that behaves so.
pub(super) async fn mail_server(behaviour: &str) -> PythonServer {
    PythonServer::start("delivery/smtp_server.py", &["none", behaviour]).await
}

/// A code as it was acknowledged, or as it arrived: to whom, and its digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Code {
    pub(super) to: String,
    pub(super) digits: String,
}

/// A code that arrived, and by what a repetition is recognised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrived {
    pub(super) code: Code,
    pub(super) id: String,
}

/// Where text messages go. Counts every one that it takes.
pub(super) struct Aliyun {
    gateway: PythonServer,
    client: reqwest::Client,
    pub(super) texts: Vec<Arrived>,
}

impl Aliyun {
    /// A gateway that does with the first messages as said, then nothing unusual.
    pub(super) async fn new(first: &Value) -> Self {
        let script = json!({ "send": first }).to_string();
        let gateway = PythonServer::start("delivery/aliyun_gateway.py", &[script]).await;
        Self { gateway, client: client(), texts: Vec::new() }
    }

    /// Looks what was taken meanwhile.
    pub(super) async fn look(&mut self) {
        let url = format!("http://127.0.0.1:{}/asked", self.gateway.port());
        let asked: Vec<Value> = self.client.get(url).send().await.unwrap().json().await.unwrap();
        for line in asked {
            assert_eq!(line["code"], "OK", "{line}");
            if line["action"] == "SendSms" {
                let text = |name: &str| line["query"][name].as_str().unwrap().to_owned();
                let values: Value = serde_json::from_str(&text("TemplateParam")).unwrap();
                let digits = values["code"].as_str().unwrap().to_owned();
                let to = format!("+86{}", text("PhoneNumbers"));
                self.texts.push(Arrived { code: Code { to, digits }, id: text("OutId") });
            }
        }
    }
}

/// The mail that a line of the mail server's tells of.
pub(super) fn mail(line: &Value) -> Arrived {
    assert_eq!(line["event"], "mail", "{line}");
    let header = |name: &str| line["headers"][name].as_str().unwrap().to_owned();
    let to = line["recipients"][0].as_str().unwrap().to_owned();
    let digits = header("subject").split(' ').next().unwrap().to_owned();
    Arrived { code: Code { to, digits }, id: header("message-id") }
}

/// Waits until every one of these has arrived; what arrives meanwhile is added to `mails` and `sms.texts`.
pub(super) async fn all_arrive(
    codes: &[Code],
    post: &mut PythonServer,
    mails: &mut Vec<Arrived>,
    sms: &mut Aliyun,
    until: Instant,
) {
    loop {
        sms.look().await;
        mails.extend(post.said().await.iter().map(mail));
        let arrived = |code: &Code| mails.iter().chain(&sms.texts).any(|arrived| arrived.code == *code);
        let missing = codes.iter().filter(|code| !arrived(code)).count();
        if missing == 0 {
            return;
        }
        assert!(Instant::now() < until, "{missing} of {} codes did not arrive in time", codes.len());
        sleep(Duration::from_millis(50)).await;
    }
}

/// The next mail, which comes in time.
pub(super) async fn next_mail(post: &mut PythonServer, until: Instant) -> Arrived {
    mail(&timeout_at(until, post.next()).await.expect("the mail comes in time"))
}

/// A server that hands mails to this port and text messages to the gateway.
pub(super) async fn serve(
    database: &TestDatabase,
    folder: &Path,
    mails: u16,
    sms: Option<&Aliyun>,
) -> Server {
    let mut command = program_on(database, folder);
    command
        .env("ZHANGGUI_SMTP_URL", format!("smtp://localhost:{mails}?tls=none"))
        .env("ZHANGGUI_MAIL_FROM", "掌柜 <no-reply@shop.example.com>");
    if let Some(sms) = sms {
        command
            .env("ZHANGGUI_SMS_ENDPOINT", format!("http://127.0.0.1:{}", sms.gateway.port()))
            .env("ZHANGGUI_SMS_ACCESS_KEY_ID", "testId")
            .env("ZHANGGUI_SMS_ACCESS_KEY_SECRET", "testSecret")
            .env("ZHANGGUI_SMS_SIGN_NAME", "掌柜")
            .env("ZHANGGUI_SMS_TEMPLATE_CODE", "SMS_71390007");
    }
    spawn_blocking(|| Server::start(command)).await.unwrap()
}

/// Somebody who is logged in.
pub(super) struct Shopper {
    pub(super) person: Person,
    client: reqwest::Client,
    cookies: String,
}

impl Shopper {
    pub(super) async fn new(url: &str) -> Self {
        Self::with(Person::new(), url).await
    }

    pub(super) async fn with(person: Person, url: &str) -> Self {
        let client = client();
        register(&client, url, &person).await.expect("a registration is acknowledged");
        let body = json!({"username": person.username, "password": person.password});
        let answer = client.post(format!("{url}/api/v1/login")).json(&body).send().await.unwrap();
        let set = answer.headers().get_all("set-cookie").iter();
        let pairs: Vec<_> = set.map(|line| line.to_str().unwrap().split(';').next().unwrap()).collect();
        Self { person, client, cookies: pairs.join("; ") }
    }

    /// Asks for a code; nothing when that was not acknowledged.
    pub(super) async fn ask(&self, url: &str, channel: &str) -> Option<Code> {
        let asked = self.request(Method::POST, url, "/api/v1/me/verifications");
        let answer =
            asked.json(&json!({"channel": channel, "purpose": "verify_contact"})).send().await.ok()?;
        if answer.status() != 202 {
            return None;
        }
        let body: Value = answer.json().await.ok()?;
        let to = if channel == "sms" { &self.person.phone } else { &self.person.email };
        Some(Code { to: to.clone(), digits: body["code"].as_str().unwrap().to_owned() })
    }

    /// The status of a page.
    pub(super) async fn status(&self, url: &str, path: &str) -> u16 {
        self.request(Method::GET, url, path).send().await.unwrap().status().as_u16()
    }

    /// A request with the session.
    pub(super) fn request(&self, method: Method, url: &str, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{url}{path}")).header("cookie", &self.cookies)
    }

    /// The account's id.
    pub(super) async fn user_id(&self, url: &str) -> String {
        let me: Value =
            self.request(Method::GET, url, "/api/v1/me").send().await.unwrap().json().await.unwrap();
        me["user_id"].as_str().unwrap().to_owned()
    }

    /// Has a picture from now on; gives where it is.
    pub(super) async fn draw(&self, url: &str) -> String {
        let file = include_bytes!("../media/samples/clear.png");
        let asked = self.request(Method::PUT, url, "/api/v1/me/avatar").header("content-type", "image/png");
        let asked = asked.header("idempotency-key", "a picture").body(file.to_vec());
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["avatar_url"].as_str().unwrap().to_owned()
    }

    /// Leaves for good.
    pub(super) async fn leave(&self, url: &str) {
        let body = json!({"password": self.person.password});
        let answer = self.request(Method::DELETE, url, "/api/v1/me").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }
}

/// Waits until a question to the database is answered with this.
pub(super) async fn until_answered(pool: &PgPool, question: &str, expected: i64) {
    let until = Instant::now() + Duration::from_secs(40);
    loop {
        let answer: i64 = sqlx::query_scalar(question).fetch_one(pool).await.unwrap();
        if answer == expected {
            return;
        }
        assert!(Instant::now() < until, "{question} is {answer}, not {expected}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until no task is left, after which nothing is sent any more.
pub(super) async fn until_nothing_is_left(pool: &PgPool) {
    let undone = "SELECT (SELECT count(*) FROM reactor_tasks) + coalesce(sum(h.position - r.position), 0)::bigint \
                  FROM reactors r JOIN log_head h ON h.log = 0 WHERE r.name IN ('mail_code', 'text_code')";
    until_answered(pool, undone, 0).await;
}
