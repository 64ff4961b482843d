//! The command line: what it prints, what it refuses, and with which status.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::server::{Folder, Server, program, run};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn config_check_shows_what_is_in_force_and_hides_secrets() {
    let folder = Folder::new("config");
    std::fs::write(folder.0.join("zhanggui.toml"), "session_idle_minutes = 45\n").unwrap();
    let output = run(program(&folder.0).args(["config", "check", "--session-absolute-hours", "3"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    for line in ["session_idle_minutes    45", "session_absolute_hours  3", "rate_limits             off"] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(!shown.contains("8a1f3c5e"), "{shown}");
}

#[test]
fn every_refusal_is_told_at_once_a_line_each() {
    let folder = Folder::new("refusals");
    std::fs::write(folder.0.join("zhanggui.toml"), "sesion_idle = 45\n").unwrap();
    let mut command = program(&folder.0);
    command.env("ZHANGGUI_PROFILE", "production").env("ZHANGGUI_LISTN", "x").args(["config", "check"]);
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    for part in [
        "ZHANGGUI_LISTN is not a setting",
        "sesion_idle",
        "ZHANGGUI_DATABASE_URL is missing",
        "ZHANGGUI_RATE_LIMITS is off",
    ] {
        assert!(told.lines().any(|line| line.contains(part)), "{part} is not told in {told}");
    }
}

#[test]
fn wrong_usage_is_status_two_and_help_names_every_subcommand() {
    let folder = Folder::new("usage");
    assert_eq!(run(program(&folder.0).arg("dance")).status.code(), Some(2));
    let help = text(&run(program(&folder.0).arg("--help")).stdout);
    for subcommand in ["serve", "migrate", "projections", "reactors", "user", "erasures", "config", "openapi"]
    {
        assert!(help.contains(subcommand), "{help}");
    }
}

#[test]
fn openapi_prints_the_document() {
    let folder = Folder::new("openapi");
    let output = run(program(&folder.0).arg("openapi"));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/v1/register"]["post"].is_object());
}

#[test]
fn a_taken_port_is_told_in_one_line_before_anything_is_made() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let output =
        run(program(&folder.0).env("ZHANGGUI_LISTEN", taken.local_addr().unwrap().to_string()).arg("serve"));
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("cannot listen on") && told.contains("ZHANGGUI_LISTEN"), "{told}");
    assert!(!folder.0.join("data").exists());
}

#[test]
fn an_unreachable_database_is_told_in_one_line_without_its_password() {
    let folder = Folder::new("unreachable");
    let output = run(program(&folder.0)
        .env("ZHANGGUI_DATABASE_URL", "postgres://app:hunter2@127.0.0.1:1/none")
        .arg("serve"));
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.contains("the database") && !told.contains("hunter2") && told.lines().count() == 1,
        "{told}"
    );
}

#[test]
fn in_development_a_master_key_is_made_once_readable_by_its_owner_only() {
    let folder = Folder::new("master-key");
    let migrate = || {
        let output = run(program(&folder.0).env_remove("ZHANGGUI_MASTER_KEY").arg("migrate"));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        std::fs::read_to_string(folder.0.join("data/master.key")).unwrap()
    };
    let first = migrate();
    assert_eq!(first, migrate());
    let mode = std::fs::metadata(folder.0.join("data/master.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn another_master_key_than_the_first_is_refused_before_anything_is_served() {
    let folder = Folder::new("other-key");
    let first = Server::start(program(&folder.0));
    assert_eq!(first.stop(), Some(0));
    let other = "d1".to_owned() + &"8a1f3c5e7b9d0246813579bdf02468ace13579bdf02468ac1e2d3c4b5a697887"[2..];
    let output = run(program(&folder.0).env("ZHANGGUI_MASTER_KEY", other).arg("serve"));
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("ZHANGGUI_MASTER_KEY") && told.lines().count() == 1, "{told}");
}
