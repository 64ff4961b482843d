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

/// Everything that a site which sends and keeps pictures in a bucket is given.
fn outward() -> Given {
    let text = |text: &str| Some(text.to_owned());
    Given {
        smtp_url: text("smtps://shop:secret@mail.example.com"),
        mail_from: text("掌柜 <no-reply@shop.example.com>"),
        sms_access_key_id: text("LTAIexample"),
        sms_access_key_secret: text("secret"),
        sms_sign_name: text("掌柜"),
        sms_template_code: text("SMS_1"),
        media_store: text("s3://pictures/shop/"),
        media_endpoint: text("https://minio.example.com"),
        media_access_key_id: text("AKIAexample"),
        media_secret_access_key: text("secret"),
        ..production()
    }
}

/// The one refusal of `given`, which must name `setting` and repeat no secret.
fn refused_for(setting: &str, given: Given) -> String {
    let told = refusals(given);
    assert_eq!(told.len(), 1, "{told:?}");
    let why = told.concat();
    assert!(why.contains(setting) && !why.contains("secret") && !why.contains('\n'), "{why}");
    why
}

#[test]
fn mails_messages_and_pictures_go_where_they_are_given_and_no_listing_shows_a_secret() {
    let settings = Settings::check(outward()).unwrap();
    assert_eq!(settings.sms.as_ref().unwrap().endpoint, "https://dysmsapi.aliyuncs.com");
    let MediaStore::S3 { bucket, prefix, region, .. } = &settings.media else { panic!("no bucket") };
    assert_eq!((bucket.as_str(), prefix.as_str(), region.as_str()), ("pictures", "shop", "us-east-1"));
    assert!(settings.mail.is_some() && !settings.outbox);
    let shown = format!("{settings} {settings:?} {:?} {:?} {:?}", settings.mail, settings.sms, outward());
    assert!(!shown.contains("secret") && shown.contains("bucket: \"pictures\""), "{shown}");
    let bare = Settings::check(production()).unwrap().to_string();
    for line in ["mail                    not set", "sms                     not set"] {
        assert!(bare.lines().any(|shown| shown == line), "{bare}");
    }
    let here = Settings::check(Given { data_dir: Some("/srv/shop".into()), ..Given::default() }).unwrap();
    assert!(here.outbox && here.media == MediaStore::Folder("/srv/shop/media".into()));
    let public = Given { listen: Some(SocketAddr::from(([0, 0, 0, 0], 80))), ..Given::default() };
    assert!(!Settings::check(public).unwrap().outbox, "codes of strangers were shown to everybody");
}

#[test]
fn half_a_mail_server_is_refused() {
    refused_for("ZHANGGUI_MAIL_FROM is missing", Given { mail_from: None, ..outward() });
    let alone = "without ZHANGGUI_SMTP_URL";
    refused_for(alone, Given { smtp_url: None, ..outward() });
    let ca_file = Some(PathBuf::from("/nowhere/ca.pem"));
    refused_for(alone, Given { smtp_url: None, mail_from: None, smtp_ca_file: ca_file.clone(), ..outward() });
    refused_for("authorities cannot be read", Given { smtp_ca_file: ca_file, ..outward() });
    refused_for("not a mailbox", Given { mail_from: Some("掌柜".to_owned()), ..outward() });
}

#[test]
fn a_bad_address_of_a_mail_server_is_refused_without_repeating_it() {
    for url in [
        "",
        "mail.example.com",
        "https://shop:secret@mail.example.com",
        "smtps://shop:secret@mail.example.com/secret",
        "smtps://shop:sec@ret:secret@mail.example.com:x",
        "smtp://shop:secret@mail.example.com?tls=secret",
        "smtp://shop:secret@mail.example.com?tls=none",
        "smtps://secret@mail.example.com",
    ] {
        refused_for("ZHANGGUI_SMTP_URL", Given { smtp_url: Some(url.to_owned()), ..outward() });
    }
}

#[test]
fn half_an_sms_provider_is_refused_and_what_is_missing_is_named() {
    let without = |change: fn(&mut Given)| {
        let mut given = outward();
        change(&mut given);
        given
    };
    refused_for("ZHANGGUI_SMS_ACCESS_KEY_ID", without(|given| given.sms_access_key_id = None));
    refused_for("ZHANGGUI_SMS_ACCESS_KEY_SECRET", without(|given| given.sms_access_key_secret = None));
    refused_for("ZHANGGUI_SMS_SIGN_NAME", without(|given| given.sms_sign_name = None));
    refused_for("ZHANGGUI_SMS_TEMPLATE_CODE", without(|given| given.sms_template_code = None));
    let endpoint = Some("https://dysmsapi.aliyuncs.com".to_owned());
    let told = refused_for("ZHANGGUI_SMS_SIGN_NAME", Given { sms_endpoint: endpoint, ..production() });
    assert_eq!(told.matches("ZHANGGUI_SMS_").count(), 4, "{told}");
}

#[test]
fn codes_cross_no_network_in_the_clear() {
    for endpoint in
        ["http://dysmsapi.aliyuncs.com", "http://10.0.0.1", "https://a:secret@sms.example.com", "x"]
    {
        refused_for("ZHANGGUI_SMS_", Given { sms_endpoint: Some(endpoint.to_owned()), ..outward() });
    }
    for endpoint in ["http://minio.example.com", "https://a:secret@minio.example.com", "minio"] {
        refused_for("ZHANGGUI_MEDIA_STORE", Given { media_endpoint: Some(endpoint.to_owned()), ..outward() });
    }
    let (sms, media) = (Some("http://127.0.0.1:1".to_owned()), Some("http://localhost:2".to_owned()));
    let local = Given { sms_endpoint: sms, media_endpoint: media, ..outward() };
    Settings::check(local).unwrap();
    let blank = Given { sms_sign_name: Some(" ".to_owned()), ..outward() };
    refused_for("ZHANGGUI_SMS_*", blank);
}

#[test]
fn a_bucket_needs_its_keys_and_a_name() {
    let keys = "ZHANGGUI_MEDIA_ACCESS_KEY_ID and ZHANGGUI_MEDIA_SECRET_ACCESS_KEY";
    refused_for(keys, Given { media_access_key_id: None, ..outward() });
    refused_for(keys, Given { media_secret_access_key: None, ..outward() });
    refused_for("ZHANGGUI_MEDIA_STORE", Given { media_store: Some("s3://".to_owned()), ..outward() });
    refused_for("ZHANGGUI_MEDIA_STORE", Given { media_region: Some("no region".to_owned()), ..outward() });
}
