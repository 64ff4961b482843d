//! What starts, what is refused, and that no refusal repeats a secret.

use super::*;

fn refusals(given: Given) -> Vec<String> {
    Settings::check(given).unwrap_err().into_iter().map(|refusal| refusal.0).collect()
}

fn production() -> Given {
    Given {
        profile: Some(Profile::Production),
        master_key: Some("8a1f3c5e7b9d0246813579bdf02468ace13579bdf02468ac1e2d3c4b5a697887".to_owned()),
        database_url: Some("postgres://app:secret@db/zhanggui".to_owned()),
        database_direct_url: Some("postgres://owner:secret@db/zhanggui".to_owned()),
        ..Given::default()
    }
}

#[test]
fn nothing_given_is_a_development_server_on_loopback() {
    let settings = Settings::check(Given::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert!(settings.disclose_codes && settings.rate_limits && !settings.secure_cookies);
    assert!(matches!(settings.database, DatabaseChoice::Embedded { .. }));
}

#[test]
fn production_needs_its_secrets_and_tells_all_refusals_at_once() {
    let bare =
        Given { profile: Some(Profile::Production), disclose_codes: Some(Switch::On), ..Given::default() };
    let told = refusals(bare).join("\n");
    for name in ["ZHANGGUI_MASTER_KEY", "ZHANGGUI_DATABASE_URL", "ZHANGGUI_DISCLOSE_CODES"] {
        assert!(told.contains(name), "{name} is not told in {told}");
    }
    let settings = Settings::check(production()).unwrap();
    assert!(settings.secure_cookies && !settings.disclose_codes);
}

#[test]
fn production_refuses_what_only_tests_may_do() {
    for given in [
        Given { rate_limits: Some(Switch::Off), ..production() },
        Given { argon2_memory_kib: Some(1024), ..production() },
        Given { master_key: Some("00".repeat(32)), ..production() },
        Given { database_direct_url: None, ..production() },
    ] {
        assert_eq!(refusals(given).len(), 1);
    }
}

#[test]
fn codes_are_disclosed_on_loopback_only() {
    let public = Given { listen: Some(SocketAddr::from(([0, 0, 0, 0], 80))), ..Given::default() };
    assert!(!Settings::check(public.clone()).unwrap().disclose_codes);
    assert_eq!(refusals(Given { disclose_codes: Some(Switch::On), ..public }).len(), 1);
}

#[test]
fn no_refusal_and_no_listing_repeats_a_secret() {
    let broken = Given {
        database_url: Some("postgres//app:hunter2@db".to_owned()),
        master_key: Some("hunter2".to_owned()),
        ..production()
    };
    assert!(!refusals(broken).join("\n").contains("hunter2"));
    let settings = Settings::check(production()).unwrap();
    let shown = format!("{settings} {settings:?} {:?}", production());
    assert!(!shown.contains("secret") && !shown.contains("8a1f"), "{shown}");
}

#[test]
fn flags_win_over_the_file_and_unknown_keys_are_refused() {
    let folder = std::env::temp_dir().join(format!("zhanggui-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("zhanggui.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:9000\"\nrate_limits = \"off\"\n").unwrap();
    let flags = Given { listen: Some(SocketAddr::from(([127, 0, 0, 1], 9001))), ..Given::default() };
    let both = flags.over(read_file(&file, true).unwrap());
    assert_eq!((both.listen.unwrap().port(), both.rate_limits), (9001, Some(Switch::Off)));
    std::fs::write(&file, "lisen = \"127.0.0.1:9000\"\n").unwrap();
    assert!(read_file(&file, true).unwrap_err().0.contains("lisen"));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(read_file(&file, false).is_ok() && read_file(&file, true).is_err());
}
