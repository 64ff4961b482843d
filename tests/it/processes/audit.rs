//! `zhanggui audit`: beside a running server, offline with nothing set, and as a witness; exit statuses.

use std::fs;
use std::path::Path;
use std::process::Output;

use tokio::task::spawn_blocking;

use super::carriers::Shopper;
use super::server::{Folder, Server, program_on, run};
use crate::support::cluster::{self, TestDatabase};

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Runs `audit …`; gives what it printed.
fn audit(database: &TestDatabase, folder: &Path, arguments: &[&str]) -> String {
    let (status, out, error) = told(&run(program_on(database, folder).arg("audit").args(arguments)));
    assert_eq!(status, Some(0), "{arguments:?}: {error}");
    out
}

/// Runs `audit …` without one setting; gives status, output, error.
fn offline(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zhanggui"));
    told(&run(command.env_clear().current_dir(folder).arg("audit").args(arguments)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_signed_exported_witnessed_and_verified_on_the_command_line() {
    let (database, folder) = (cluster::database().await, Folder::new("audit"));
    let command = program_on(&database, &folder.0);
    let server = spawn_blocking(|| Server::start(command)).await.unwrap();
    let mut shopper = Shopper::new(&server.url).await;
    let auditor = Auditor { database, folder };
    auditor.exports_and_verifies(&server).await;
    auditor.has_it_witnessed(&server, &mut shopper).await;
    auditor.bears_a_turn_of_keys(&server).await;
    auditor.finds_what_was_altered();
    assert_eq!(spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
}

/// Somebody with the command line: beside the server, and on a machine with files alone.
struct Auditor {
    database: TestDatabase,
    folder: Folder,
}

impl Auditor {
    /// Runs `audit …` where the database is; gives what it printed.
    fn within(&self, arguments: &[&str]) -> String {
        audit(&self.database, &self.folder.0, arguments)
    }

    /// Runs `audit …` with nothing but files.
    fn out(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        offline(&self.folder.0, arguments)
    }

    fn keep(&self, name: &str, text: &str) {
        fs::write(self.folder.0.join(name), text).unwrap();
    }

    async fn exports_and_verifies(&self, server: &Server) {
        self.keep("first.txt", &self.within(&["checkpoint"]));
        self.keep("keys.json", &self.within(&["key", "show"]));
        let published = reqwest_text(&format!("{}/.well-known/zhanggui-log-keys", server.url)).await;
        self.keep("published.json", &published);
        let exported = self.within(&["export", "--out", "log.ndjson"]);
        assert!(exported.contains("positions 1 to "), "{exported}");
        // What is refused leaves no file behind that would be in the way the next time.
        let late = ["audit", "export", "--out", "late.ndjson", "--after", "99999"];
        let (status, _, error) = told(&run(program_on(&self.database, &self.folder.0).args(late)));
        assert_eq!(status, Some(1));
        assert!(error.contains("nothing comes after 99999"), "{error}");
        assert!(!self.folder.0.join("late.ndjson").exists());

        let (status, report, error) = self.out(&[
            "verify",
            "--log",
            "log.ndjson",
            "--key",
            "published.json",
            "--checkpoint",
            "first.txt",
        ]);
        assert_eq!((status, error.as_str()), (Some(0), ""), "{report}");
        assert!(
            report.contains("signatures    ")
                && report.contains("held          your checkpoint")
                && report.contains("\nverified: nothing was altered up to position "),
            "{report}"
        );
        let (status, report, _) = self.out(&["verify", "--log", "log.ndjson"]);
        assert!(
            status == Some(0) && report.contains("UNCHECKED") && report.contains("\nwhole in itself"),
            "{report}"
        );
    }

    async fn has_it_witnessed(&self, server: &Server, shopper: &mut Shopper) {
        // A witness, on a machine of its own: its first checkpoint, then one that follows.
        let (status, public, _) = self.out(&["key", "new", "witness.example/w1", "--out", "witness.key"]);
        assert_eq!(status, Some(0));
        self.keep("witness.pub", &public);
        let cosign = |checkpoint: &str, more: &[&str]| {
            let known = [
                "cosign",
                "--checkpoint",
                checkpoint,
                "--key",
                "witness.key",
                "--log-key",
                "keys.json",
                "--state",
                "witness.state",
            ];
            self.out(&[known.as_slice(), more].concat())
        };
        let (status, cosigned, error) = cosign("first.txt", &[]);
        assert_eq!(status, Some(0), "{error}");
        self.keep("cosigned.txt", &cosigned);
        assert_eq!(
            self.within(&["checkpoint", "--add", "cosigned.txt", "--witness", "witness.pub"]),
            cosigned
        );
        shopper.status(&server.url, "/api/v1/me").await;
        Shopper::new(&server.url).await;
        self.keep("second.txt", &self.within(&["checkpoint"]));
        let (status, _, error) = cosign("second.txt", &[]);
        assert_eq!(status, Some(1));
        assert!(error.contains("no proof shows that the log of"), "{error}");
        let (status, _, error) = cosign("cosigned.txt", &[]);
        assert_eq!(status, Some(0), "the same once more: {error}");
        self.keep_proof(server, shopper).await;
        let state = fs::read_to_string(self.folder.0.join("witness.state")).unwrap();
        // Another witness of the same state, at the same time.
        let other = fs::File::open(self.folder.0.join("witness.state.lock")).unwrap();
        other.lock().unwrap();
        let (status, _, error) = cosign("second.txt", &["--proof", "proof.json"]);
        assert_eq!(status, Some(1));
        assert!(error.contains("another process is at it"), "{error}");
        assert_eq!(fs::read_to_string(self.folder.0.join("witness.state")).unwrap(), state);
        drop(other);
        let (status, cosigned, error) = cosign("second.txt", &["--proof", "proof.json"]);
        assert_eq!(status, Some(0), "{error}");
        assert_eq!(fs::read_to_string(self.folder.0.join("witness.state")).unwrap(), cosigned);
        self.keep("cosigned.txt", &cosigned);
        self.within(&["checkpoint", "--add", "cosigned.txt", "--witness", "witness.pub"]);
    }

    /// Keeps what the server answers an auditor about the growth between the two checkpoints.
    async fn keep_proof(&self, server: &Server, shopper: &Shopper) {
        let size = |name: &str| {
            let text = fs::read_to_string(self.folder.0.join(name)).unwrap();
            text.lines().nth(1).unwrap().to_owned()
        };
        let question =
            format!("/api/v1/audit/proofs/consistency?from={}&to={}", size("first.txt"), size("second.txt"));
        let name = &shopper.person.username;
        let granted =
            run(program_on(&self.database, &self.folder.0).args(["user", "grant", name, "auditor"]));
        assert_eq!(granted.status.code(), Some(0), "{granted:?}");
        let answer = shopper.request(reqwest::Method::GET, &server.url, &question).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        self.keep("proof.json", &answer.text().await.unwrap());
    }

    async fn bears_a_turn_of_keys(&self, server: &Server) {
        // Keys turn beside the server, and what was kept from before still verifies.
        self.within(&["key", "rotate"]);
        Shopper::new(&server.url).await;
        self.keep("keys.json", &self.within(&["key", "show"]));
        self.within(&["export", "--out", "log.ndjson", "--resume"]);
        let (status, report, error) = self.out(&[
            "verify",
            "--log",
            "log.ndjson",
            "--key",
            "keys.json",
            "--key",
            "witness.pub",
            "--checkpoint",
            "cosigned.txt",
        ]);
        assert_eq!(status, Some(0), "{error}");
        assert!(report.contains("cosignatures  "), "{report}");
        let report = self.within(&["verify", "--key", "keys.json"]);
        assert!(
            report.contains("tiles         0 agree") && report.contains("leaf hashes and the head"),
            "{report}"
        );
        let (status, _, error) = self.out(&["verify", "--log", "log.ndjson", "--key", "published.json"]);
        assert_eq!(status, Some(1));
        assert!(error.contains("not signed by a key that you trust"), "{error}");
    }

    fn finds_what_was_altered(&self) {
        let text = fs::read_to_string(self.folder.0.join("log.ndjson")).unwrap().replacen(
            "account.registered",
            "account.Registered",
            1,
        );
        self.keep("altered.ndjson", &text);
        let (status, nothing, error) = self.out(&["verify", "--log", "altered.ndjson"]);
        assert_eq!((status, nothing.as_str(), error.lines().count()), (Some(1), "", 1), "{error}");
        assert!(error.starts_with("zhanggui: positions 1 to "), "{error}");
        assert_eq!(self.out(&["verify", "--log", "nowhere"]).0, Some(1));
        assert_eq!(self.out(&["verify", "--nonsense"]).0, Some(2));
    }
}

async fn reqwest_text(url: &str) -> String {
    super::server::client().get(url).send().await.unwrap().text().await.unwrap()
}
