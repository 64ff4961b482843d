//! `zhanggui user`: roles beside a running server, in force with its next request; and what `config check` hides.

use std::process::Output;

use tokio::task::spawn_blocking;

use super::carriers::Shopper;
use super::server::{Folder, Server, program, program_on, run};
use crate::support::cluster;

/// What only admins may see.
const ADMINS: &str = "/api/v1/admin/people";
/// What no output may hold.
const SECRETS: [&str; 3] = ["hunter2", "swordfish", "opensesame"];

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_given_on_the_command_line_counts_from_the_server_s_next_request() {
    let (database, folder) = (cluster::database().await, Folder::new("roles"));
    let command = program_on(&database, &folder.0);
    let server = spawn_blocking(|| Server::start(command)).await.unwrap();
    let shopper = Shopper::new(&server.url).await;
    let user = |arguments: &[&str]| told(&run(program_on(&database, &folder.0).arg("user").args(arguments)));
    let name = shopper.person.username.as_str();
    assert_eq!(shopper.status(&server.url, ADMINS).await, 403);
    let has = |roles: &str| (Some(0), format!("{name} has {roles}\n"), String::new());
    assert_eq!(user(&["grant", name, "analyst"]), has("analyst"));
    assert_eq!(shopper.status(&server.url, ADMINS).await, 403);
    assert_eq!(user(&["grant", name, "admin"]), has("admin, analyst"));
    assert_eq!(shopper.status(&server.url, ADMINS).await, 200);
    // By the other names a person has, and once more for nothing.
    assert_eq!(user(&["grant", &shopper.person.email, "admin"]), has("admin, analyst"));
    assert_eq!(user(&["revoke", &shopper.person.phone, "admin"]), has("analyst"));
    assert_eq!(shopper.status(&server.url, ADMINS).await, 403);
    assert_eq!(user(&["revoke", name, "analyst"]), has("no role"));
    assert_eq!(user(&["revoke", name, "analyst"]), has("no role"));
    let changes =
        "SELECT count(*) FROM events WHERE event_type IN ('account.role_granted', 'account.role_revoked')";
    let pool = sqlx::PgPool::connect_with(database.superuser_options()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(changes).fetch_one(&pool).await.unwrap(), 4);
    assert_eq!(shopper.status(&server.url, "/api/v1/me").await, 200);

    for nobody in ["NobodyAtAll", "nobody@example.com", "+8613900000000", "?"] {
        let (status, out, error) = user(&["grant", nobody, "admin"]);
        assert_eq!((status, out.as_str(), error.lines().count()), (Some(1), "", 1), "{error}");
        assert!(error.contains("there is no account of this name, email or phone"), "{error}");
    }
    let (status, _, error) = user(&["grant", name, "emperor"]);
    assert_eq!(status, Some(2));
    assert!(error.contains("'emperor'") && error.contains("admin, auditor, analyst"), "{error}");
}

#[test]
fn config_check_says_who_carries_what_and_hides_every_secret() {
    let folder = Folder::new("outward");
    let check = |variables: &[(&str, &str)]| {
        let mut command = program(&folder.0);
        let (status, out, error) =
            told(&run(command.envs(variables.iter().copied()).args(["config", "check"])));
        let hidden = SECRETS.iter().all(|secret| !out.contains(secret) && !error.contains(secret));
        assert!(hidden, "{out}{error}");
        (status, out, error)
    };
    let line = |out: &str, name: &str| {
        let line = out.lines().find(|line| line.split(' ').next() == Some(name));
        line.unwrap_or_else(|| panic!("{out}")).split_once(' ').unwrap().1.trim().to_owned()
    };
    let (status, out, _) = check(&[]);
    assert_eq!(status, Some(0));
    for name in ["mail", "sms"] {
        assert_eq!(line(&out, name), "shown at /dev/outbox");
    }
    assert!(line(&out, "media_store").contains("data/media"), "{out}");

    let everything = [
        ("ZHANGGUI_SMTP_URL", "smtps://shop:hunter2@mail.example.com"),
        ("ZHANGGUI_MAIL_FROM", "掌柜 <no-reply@shop.example.com>"),
        ("ZHANGGUI_SMS_ACCESS_KEY_ID", "LTAIexample"),
        ("ZHANGGUI_SMS_ACCESS_KEY_SECRET", "swordfish"),
        ("ZHANGGUI_SMS_SIGN_NAME", "掌柜"),
        ("ZHANGGUI_SMS_TEMPLATE_CODE", "SMS_1"),
        ("ZHANGGUI_MEDIA_STORE", "s3://pictures/shop"),
        ("ZHANGGUI_MEDIA_ENDPOINT", "https://minio.example.com"),
        ("ZHANGGUI_MEDIA_ACCESS_KEY_ID", "AKIAexample"),
        ("ZHANGGUI_MEDIA_SECRET_ACCESS_KEY", "opensesame"),
    ];
    let (status, out, error) = check(&everything);
    assert_eq!((status, error.as_str()), (Some(0), ""));
    for name in ["mail", "sms"] {
        assert_eq!(line(&out, name), "set (hidden)");
    }
    assert!(line(&out, "media_store").contains("pictures"), "{out}");

    let wrong = [
        ("ZHANGGUI_SMTP_URL", "https://shop:hunter2@mail.example.com"),
        ("ZHANGGUI_SMS_ENDPOINT", "http://shop:swordfish@sms.example.com"),
        ("ZHANGGUI_MEDIA_ENDPOINT", "https://shop:opensesame@minio.example.com"),
    ];
    let (status, _, error) = check(&[&everything[..], &wrong[..]].concat());
    assert_eq!((status, error.lines().count()), (Some(1), 3), "{error}");
    let (status, _, error) = told(&run(program(&folder.0).args(["config", "check", "--smtp-url", "x"])));
    assert_eq!(status, Some(2), "a secret became a flag: {error}");
}
