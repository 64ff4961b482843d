//! Canonical JSON: the standard's examples, near misses, and the library as an oracle.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn check(text: &str) -> Result<(), NotCanonical> {
    let mut scanner = Scanner::new(text);
    scanner.value()?;
    scanner.end()
}

#[test]
fn the_examples_of_the_standard_are_canonical_and_near_misses_are_not() {
    for good in [
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro Sign\",\"😀\":\"Smiley\",\"\u{fb33}\":\"Hebrew\"}",
        "0",
        "-1",
        "9007199254740991",
        "1e+21",
        "100000000000000000000",
        "\"\"",
        "[]",
        "{}",
        "[[],{}]",
        "\"\u{7f}\"",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        " 1",
        "1 ",
        "01",
        "-0",
        "1.0",
        "1e3",
        "1E3",
        "+1",
        ".5",
        "nul",
        "tru",
        "[1,]",
        "[1 ,2]",
        "{\"a\" :1}",
        "{\"b\":1,\"a\":1}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,}",
        "\"\t\"",
        r#""\/""#,
        r#""\u0041""#,
        r#""\u000A""#,
        r#""\u000a""#,
        r#""\u001F""#,
        r#""\ud83d\ude00""#,
        "\"",
        "\"\\",
        "\"\\u00",
        "[",
        "{",
        "{\"a\"",
        "{\"a\":",
        "9007199254740993",
        "1e400",
        "NaN",
        "--1",
        "\u{feff}1",
        // U+FB33 comes after a surrogate in UTF-16, although before in UTF-8.
        "{\"\u{fb33}\":1,\"😀\":2}",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
    assert!(check(&"[".repeat(100_000)).is_err());
}

/// Prints as `jsonb` does: blanks after colons and commas, members by length of their names, then by bytes.
fn as_jsonb(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.keys().collect();
            names.sort_by_key(|name| (name.len(), name.as_bytes()));
            let members =
                names.into_iter().map(|name| format!("{}: {}", json!(name), as_jsonb(&members[name])));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(as_jsonb).collect::<Vec<_>>().join(", ")),
        Value::Number(number) => {
            let canonical = serde_json_canonicalizer::to_string(number).unwrap();
            match number.as_f64() {
                // Without exponents, as `numeric` is.
                Some(number) if canonical.contains('e') => number.to_string(),
                _ => canonical,
            }
        }
        other => other.to_string(),
    }
}

#[test]
fn a_member_twice_is_refused_as_what_jsonb_prints_and_the_last_one_counts_in_what_serde_prints() {
    let twice = r#"{"type":1,"a":[{}],"type":2}"#;
    assert!(write(twice, &mut String::new()).is_err());
    assert_eq!(of(twice).unwrap(), r#"{"a":[{}],"type":2}"#);
    assert!(of("{").is_err());
}

#[test]
fn a_number_is_taken_in_the_form_of_jsonb_and_in_no_other_of_its_value() {
    let written = |number: &str| {
        let mut out = String::new();
        write(number, &mut out).map(|()| out)
    };
    for (jsonb, canonical) in [
        ("5", "5"),
        ("-19.9", "-19.9"),
        ("9007199254740991", "9007199254740991"),
        ("1000000000000000000000", "1e+21"),
        ("-1500000000000000000000000000000", "-1.5e+30"),
        ("0.000001", "0.000001"),
        ("0.00000015", "1.5e-7"),
    ] {
        assert_eq!(written(jsonb).as_deref(), Ok(canonical));
    }
    for other in [
        "5.0",
        "5.0000000000000000001",
        "4.9999999999999999999",
        "-0",
        "0.0",
        "05",
        "1e+21",
        "1.5e-7",
        "1000000000000000000000.0",
        "1000000000000000000001",
        "0.000000150",
        "9007199254740993",
        "19.90",
    ] {
        assert!(written(other).is_err(), "{other}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..9_007_199_254_740_991).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn a_run_of_plain_bytes_ends_at_the_first_that_is_none(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0x1E_u8..0x24, 0x5A_u8..0x5E], 0..40)) {
        let first = bytes.iter().position(|byte| *byte < b' ' || [b'"', b'\\'].contains(byte));
        prop_assert_eq!(plain_length(&bytes), first.unwrap_or(bytes.len()));
    }

    #[test]
    fn what_the_library_prints_is_canonical_and_jsonb_becomes_it(value in values()) {
        let canonical = serde_json_canonicalizer::to_string(&value).unwrap();
        prop_assert_eq!(check(&canonical), Ok(()));
        let mut written = String::new();
        prop_assert_eq!(write(&as_jsonb(&value), &mut written), Ok(()));
        prop_assert_eq!(&written, &canonical);
        prop_assert_eq!(of(&value.to_string()).unwrap(), canonical);
    }

    #[test]
    fn every_number_becomes_what_the_library_makes_of_it(number in prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (9_007_199_254_740_980_i64..9_007_199_254_741_000).prop_map(Value::from),
    ]) {
        let canonical = serde_json_canonicalizer::to_string(&number).unwrap();
        prop_assert_eq!(of(&number.to_string()).unwrap(), canonical);
    }

    #[test]
    fn whatever_is_canonical_is_what_the_library_makes_of_it(text in "[\\[\\]{}:,\"\\\\0-9a-c.eE+-]{0,24}") {
        if check(&text).is_ok() {
            let value: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), text);
        }
    }

    #[test]
    fn a_changed_canonical_text_is_refused_or_another_value(value in values(), at: prop::sample::Index, with: char) {
        let canonical = serde_json_canonicalizer::to_string(&value).unwrap();
        let mut characters: Vec<char> = canonical.chars().collect();
        let at = at.index(characters.len());
        characters[at] = with;
        let changed: String = characters.into_iter().collect();
        if check(&changed).is_ok() {
            let value: Value = serde_json::from_str(&changed).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), changed);
        }
    }

    #[test]
    fn bad_text_never_panics(text: String) {
        let _outcome = (check(&text), write(&text, &mut String::new()));
    }
}
