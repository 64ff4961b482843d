//! Files: what they begin with, how long they are, and what they may know of each other.

use super::files;

/// The most lines of code in a file, without comments and its own tests.
const LONGEST: usize = 250;

#[test]
fn every_file_begins_by_saying_what_it_is() {
    for file in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        let first = file.text.lines().next().unwrap_or("");
        assert!(first.starts_with("//! ") && first.chars().count() <= 120, "{}: {first}", file.path);
    }
    for file in files("migrations", ".sql").into_iter().chain(files("projections", ".sql")) {
        assert!(file.text.starts_with("-- "), "{} does not begin with a comment", file.path);
    }
}

#[test]
fn no_file_is_too_long_to_be_read_at_one_sitting() {
    let sources = files("src", ".rs").into_iter().chain(files("tests", ".rs"));
    let long: Vec<_> =
        sources.map(|file| (file.code().count(), file.path)).filter(|(lines, _)| *lines > LONGEST).collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines of code: {long:?}");
}

#[test]
fn the_domain_knows_nothing_of_the_outside() {
    let outside = [
        "axum",
        "sqlx",
        "reqwest",
        "lettre",
        "image::",
        "tokio",
        "tower",
        "hyper",
        "crate::http",
        "crate::projections",
        "crate::adapters",
        "crate::app",
        "crate::config",
        "crate::jobs",
        "crate::cli",
        "std::fs",
        "std::net",
        "Utc::now",
        "SystemTime",
    ];
    let domain = ["src/account", "src/merchant", "src/statistics", "src/fields"].map(|folder| files(folder, ".rs"));
    for file in domain.iter().flatten() {
        for line in file.code() {
            let known = outside.iter().find(|word| line.contains(*word));
            assert!(known.is_none(), "{}: {line}", file.path);
        }
    }
}

#[test]
fn the_event_store_knows_no_word_of_the_domain() {
    let domain = [
        "account",
        "merchant",
        "product",
        "captcha",
        "username",
        "email",
        "phone",
        "password",
        "session",
        "login",
        "register",
        "coupon",
        "store_",
        "crate::http",
        "crate::projections",
        "crate::adapters",
    ];
    for file in files("src/eventstore", ".rs") {
        // The tests of a room may take an example from the domain.
        for line in file.code().filter(|_| !file.path.ends_with("tests.rs")) {
            let line = line.to_lowercase();
            let known = domain.iter().find(|word| line.contains(*word));
            assert!(known.is_none(), "{}: {line}", file.path);
        }
    }
}

#[test]
fn only_the_composition_root_builds_adapters() {
    let builders = [
        ("Argon2Hasher::new", "src/adapters/argon2.rs"),
        ("Captchas::new", "src/adapters/captchas.rs"),
        ("LoginAttempts::new", "src/adapters/login_attempts.rs"),
        ("AliyunSms::new", "src/adapters/aliyun_sms/mod.rs"),
        ("Smtp::new", "src/adapters/smtp/mod.rs"),
        ("Reactors::new", "src/eventstore/reactor/mod.rs"),
        ("PasswordResets::new", "src/adapters/password_resets.rs"),
        ("ItemPages::new", "src/adapters/taobao/fetch/mod.rs"),
        ("OpenPlatform::new", "src/adapters/taobao/top/mod.rs"),
        ("Taobao::new", "src/adapters/taobao/mod.rs"),
        ("Cursors::new", "src/projections/product_list/cursor.rs"),
        ("Idempotency::new", "src/http/idempotency.rs"),
        ("Limits::new", "src/http/limits.rs"),
        ("Cursors::new", "src/projections/product_list/cursor.rs"),
        ("Writer::start", "src/eventstore/writer/mod.rs"),
        ("PgPoolOptions", "src/app/pools.rs"),
    ];
    for file in files("src", ".rs") {
        for (builder, home) in builders {
            let is_allowed = file.path.starts_with("src/app/") || file.path == home;
            let built = file.code().any(|line| line.contains(builder));
            assert!(is_allowed || !built, "{} builds with {builder}", file.path);
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    // This file names them, and is passed over.
    let later = ["todo!", "unimplemented!", "FIXME", "XXX", "HACK"];
    for file in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        if file.path == "tests/it/house/rooms.rs" {
            continue;
        }
        for word in later {
            assert!(!file.text.contains(word), "{} holds {word}", file.path);
        }
        // The keeper of the tests' server is no test; it says so itself.
        let is_keeper = file.path == "tests/it/support/cluster/keeper.rs";
        assert!(is_keeper || !file.text.contains("#[ignore"), "{} leaves a test out", file.path);
        assert!(!file.text.contains("#[allow("), "{} silences a lint", file.path);
    }
}
