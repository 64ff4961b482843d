//! A started `zhanggui`, and people who use it over HTTP.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::StatusCode;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::client::Person;
use crate::support::cluster::TestDatabase;
use crate::support::site::MASTER_KEY;

/// A client of the program.
pub(super) fn client() -> reqwest::Client {
    // It asks for one even where nothing is encrypted; another test may have been faster.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The program with nothing set but what keeps tests apart and quick.
pub(super) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhanggui"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZHANGGUI_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("ZHANGGUI_LISTEN", "127.0.0.1:0")
        .env("ZHANGGUI_DATA_DIR", folder.join("data"))
        .env("ZHANGGUI_MASTER_KEY", MASTER_KEY)
        .env("ZHANGGUI_RATE_LIMITS", "off")
        .env("ZHANGGUI_CRAWLER_ORIGIN", "http://127.0.0.1:9")
        .env("ZHANGGUI_ARGON2_MEMORY_KIB", "64")
        .env("ZHANGGUI_ARGON2_ITERATIONS", "1")
        // A loaded machine's slow statements are no part of what a command says.
        .env("RUST_LOG", "warn,sqlx=error");
    command
}

/// The same on a test's database.
pub(super) fn program_on(database: &TestDatabase, folder: &Path) -> Command {
    let mut command = program(folder);
    command
        .env("ZHANGGUI_DATABASE_URL", database.url())
        .env("ZHANGGUI_DATABASE_DIRECT_URL", database.owner_url());
    command
}

/// A folder of its own for each test, gone with it. Open to the user that an embedded PostgreSQL runs as.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        // Two tests may call theirs the same, and the first to end takes its own away.
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("zhanggui-{}-{nth}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A server that said that it serves.
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

impl Server {
    /// Starts it and waits until it says where it serves.
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if let Some((_, url)) = line.split_once("http://") {
                return Self { child, url: format!("http://{url}") };
            }
        }
        panic!("the server ended with {:?} before it served", child.wait());
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// `kill -9`.
    pub(super) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
    }

    /// SIGTERM; gives the exit status.
    pub(super) fn stop(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A failing test must not leave a server behind; one that has ended is not there to be killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs a subcommand to its end.
pub(super) fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// Registers somebody; `None` when the server is gone or did not acknowledge.
pub(super) async fn register(client: &reqwest::Client, url: &str, person: &Person) -> Option<Value> {
    let captcha: Value = client.get(format!("{url}/api/v1/captcha")).send().await.ok()?.json().await.ok()?;
    let Person { username, email, phone, password } = person;
    let body = json!({"username": username, "email": email, "phone": phone, "password": password,
        "password_confirmation": password, "captcha_id": captcha["captcha_id"], "captcha_answer": captcha["value"]});
    let answer = client.post(format!("{url}/api/v1/register")).json(&body).send().await.ok()?;
    if answer.status() == StatusCode::CREATED { answer.json().await.ok() } else { None }
}

/// Logs somebody in; gives the status.
pub(super) async fn login(client: &reqwest::Client, url: &str, person: &Person) -> StatusCode {
    let body = json!({"username": person.username, "password": person.password});
    client.post(format!("{url}/api/v1/login")).json(&body).send().await.unwrap().status()
}
