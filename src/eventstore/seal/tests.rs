//! Sealing and opening again, forgetting, and ciphertexts that were moved.

use serde_json::json;

use super::*;

fn sealer() -> Sealer {
    Sealer::new(&MasterKey::parse(&"07".repeat(32)).unwrap(), Ports::system()).unwrap()
}

fn payload() -> Value {
    json!({
        "type": "x.happened",
        "name": {"$personal": "张三"},
        "nested": {"list": [{"$personal": {"street": 7}}, 3]},
        "hash": {"$slot": "password", "$secret": "argon"},
    })
}

/// Seals the payload; gives it with the person's key and that of the secret.
fn sealed(sealer: &Sealer) -> (Value, KeyRing) {
    let (person, stored) = sealer.new_key(PERSON).unwrap();
    let mut keys = vec![stored];
    let sealed = sealer.seal(payload(), "account/1", &person, &mut keys).unwrap();
    let ring = keys
        .iter()
        .map(|key| (key.key_id, SealingKey::unwrap(&sealer.wrapping, key.key_id, &key.wrapped).unwrap()))
        .collect();
    (sealed, ring)
}

#[test]
fn nothing_personal_or_secret_is_left_and_everything_comes_back() {
    let sealer = sealer();
    let (sealed, ring) = sealed(&sealer);
    let text = sealed.to_string();
    for hidden in ["张三", "street", "argon"] {
        assert!(!text.contains(hidden), "{hidden} lies open in {text}");
    }
    assert_eq!(key_ids(&sealed).len(), 3);
    assert_eq!(open(sealed, "account/1", &ring), payload());
}

#[test]
fn without_its_key_a_value_reads_as_erased() {
    let sealer = sealer();
    let (sealed, _) = sealed(&sealer);
    let opened = open(sealed, "account/1", &KeyRing::new());
    assert_eq!(opened["name"], json!({"$erased": true}));
    assert_eq!(opened["hash"], json!({"$slot": "password", "$erased": true}));
}

#[test]
fn a_ciphertext_moved_to_another_stream_or_field_does_not_open() {
    let sealer = sealer();
    let (mut sealed, ring) = sealed(&sealer);
    assert_eq!(open(sealed.clone(), "account/2", &ring)["name"], json!({"$erased": true}));
    sealed["alias"] = sealed["name"].take();
    assert_eq!(open(sealed, "account/1", &ring)["alias"], json!({"$erased": true}));
}

#[test]
fn projections_see_plain_values_and_no_secret() {
    let plain = plain(payload());
    assert_eq!(plain["name"], "张三");
    assert_eq!(plain["nested"]["list"][0]["street"], 7);
    assert_eq!(plain["hash"], Value::Null);
}

#[test]
fn claims_are_keyed_and_told_apart() {
    let sealer = sealer();
    let one = sealer.claim("username", "", "zhang");
    assert_eq!(one, sealer.claim("username", "", "zhang"));
    assert_ne!(one.digest, sealer.claim("username", "z", "hang").digest);
    let other = Sealer::new(&MasterKey::parse(&"08".repeat(32)).unwrap(), Ports::system()).unwrap();
    assert_ne!(one.digest, other.claim("username", "", "zhang").digest);
}
