//! Names of avatars, and stores that are set wrongly.

use super::*;

fn s3(endpoint: Option<&str>) -> MediaStore {
    MediaStore::S3 {
        bucket: "shop".to_owned(),
        prefix: String::new(),
        endpoint: endpoint.map(str::to_owned),
        region: "us-east-1".to_owned(),
        access_key_id: "AKIDSECRET".to_owned(),
        secret_access_key: "HIDDENSECRET".to_owned(),
    }
}

#[test]
fn a_name_tells_neither_the_person_nor_is_it_shared() {
    let avatar = Avatar { large: vec![1, 2, 3], small: vec![4] };
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let name = AvatarName::of(one, &avatar);
    assert_eq!(name, AvatarName::of(one, &avatar));
    assert!(!name.as_str().contains(&one.simple().to_string()));
    let others = AvatarName::of(other, &avatar);
    let (parts, other_parts) =
        (name.as_str().split_once('/').unwrap(), others.as_str().split_once('/').unwrap());
    assert!(parts.0 != other_parts.0 && parts.1 != other_parts.1);
    let changed = AvatarName::of(one, &Avatar { large: vec![1, 2, 4], small: vec![4] });
    assert!(changed != name && changed.as_str().starts_with(parts.0));
    assert_eq!(AvatarName::parse(parts.0, parts.1), Some(name.clone()));
}

#[test]
fn a_name_has_exactly_one_form() {
    let good = "0123456789abcdef0123456789abcdef";
    assert!(AvatarName::parse(good, good).is_some());
    for bad in ["", "..", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcde", "%2e%2e"] {
        assert_eq!(AvatarName::parse(bad, good), None, "{bad}");
        assert_eq!(AvatarName::parse(good, bad), None, "{bad}");
    }
    assert_eq!(AvatarName::parse(good, &format!("{good}0")), None);
    assert_eq!(AvatarName::parse(&good.replace('0', "/"), good), None);
    for size in [AvatarSize::Large, AvatarSize::Small] {
        assert_eq!(AvatarSize::parse(size.as_str()), Some(size));
    }
    assert_eq!(AvatarSize::parse("0512"), None);
}

#[test]
fn a_service_elsewhere_must_be_encrypted() {
    for good in
        ["https://s3.example.com", "http://127.0.0.1:9000", "http://[::1]:9000/", "http://localhost:1"]
    {
        assert!(AvatarFiles::new(&s3(Some(good))).is_ok(), "{good}");
    }
    assert!(AvatarFiles::new(&s3(None)).is_ok());
    for bad in ["http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com"] {
        assert!(matches!(AvatarFiles::new(&s3(Some(bad))), Err(BadStore::Unencrypted)), "{bad}");
    }
    for bad in [
        "",
        "s3.example.com",
        "ftp://s3.example.com",
        "https://me:pw@example.com",
        "https://a/?b",
        "file:///x",
    ] {
        assert!(matches!(AvatarFiles::new(&s3(Some(bad))), Err(BadStore::Endpoint)), "{bad}");
    }
}

#[test]
fn a_bucket_that_cannot_be_and_an_empty_key_are_refused() {
    let MediaStore::S3 { prefix, endpoint, region, access_key_id, .. } = s3(None) else { panic!() };
    for (bucket, key) in [("", "x"), ("a/b", "x"), ("a?b", "x"), ("shop", ""), ("shop", "a b\n")] {
        let store = MediaStore::S3 {
            bucket: bucket.to_owned(),
            secret_access_key: key.to_owned(),
            prefix: prefix.clone(),
            endpoint: endpoint.clone(),
            region: region.clone(),
            access_key_id: access_key_id.clone(),
        };
        assert!(matches!(AvatarFiles::new(&store), Err(BadStore::Name(_))), "{bucket} {key}");
    }
}

#[test]
fn no_key_is_shown() {
    let store = s3(Some("https://me:HIDDENPASSWORD@s3.example.com"));
    let shown = format!("{store:?} {:?} {:?}", AvatarFiles::new(&s3(None)), AvatarFiles::new(&store));
    for secret in ["AKIDSECRET", "HIDDEN"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("s3.example.com") && shown.contains("shop"));
}
