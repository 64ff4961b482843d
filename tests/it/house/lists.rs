//! Lists that must agree: events and who hears them, commands and their files, codes and the contract.

use std::collections::BTreeSet;

use serde_json::Value;
use zhanggui::http::words;
use zhanggui::projections::READ_MODELS;

use super::files;
use crate::history::{samples, stored_names};

/// Events that no read model hears, and why.
const UNHEARD: [(&str, &str); 5] = [
    ("account.password_rehashed", "the password is the same; how it is hashed is nobody's business"),
    ("account.password_changed", "the login beside it is heard, and ends every other session"),
    ("account.verification_requested", "a reactor hears it and sends the code; nobody asks for it"),
    ("account.verification_sent", "told to auditors only"),
    ("account.verification_failed", "the account counts its own tries"),
];

/// Every problem code, as the contract lists them.
const CODES: [(&str, u16); 33] = [
    ("malformed_request", 400),
    ("invalid_query", 400),
    ("captcha_failed", 400),
    ("wrong_code", 400),
    ("login_required", 401),
    ("session_superseded", 401),
    ("session_expired", 401),
    ("invalid_credentials", 401),
    ("forbidden", 403),
    ("not_product_owner", 403),
    ("captcha_required", 403),
    ("cross_site_request", 403),
    ("not_found", 404),
    ("no_store", 404),
    ("product_not_found", 404),
    ("method_not_allowed", 405),
    ("already_taken", 409),
    ("store_exists", 409),
    ("already_listed", 409),
    ("category_in_use", 409),
    ("conflict", 409),
    ("code_expired", 410),
    ("cursor_expired", 410),
    ("version_mismatch", 412),
    ("too_large", 413),
    ("unsupported_media_type", 415),
    ("validation_failed", 422),
    ("too_many_requests", 429),
    ("too_many_attempts", 429),
    ("resend_too_soon", 429),
    ("internal_error", 500),
    ("overloaded", 503),
    ("unavailable", 503),
];

/// Read model, event and SQL of every statement in `on/`.
fn statements() -> Vec<(String, String, String)> {
    let files = files("projections", ".sql").into_iter();
    let statements = files.filter_map(|file| {
        let (model, event) = file.path.strip_prefix("projections/")?.split_once("/on/")?;
        let (model, event) = (model.to_owned(), event.strip_suffix(".sql")?.to_owned());
        Some((model, event, file.text))
    });
    statements.collect()
}

#[test]
fn every_folder_of_sql_is_a_read_model_and_every_read_model_a_folder() {
    let folders: BTreeSet<_> = files("projections", "table.sql").into_iter().map(|file| file.path).collect();
    let listed: BTreeSet<_> =
        READ_MODELS.iter().map(|name| format!("projections/{name}/table.sql")).collect();
    assert_eq!(folders, listed);
}

#[test]
fn every_question_is_asked_by_the_program() {
    let sources: String = files("src/projections", ".rs").into_iter().map(|file| file.text).collect();
    for file in files("projections", ".sql").iter().filter(|file| file.path.contains("/read/")) {
        assert!(sources.contains(&file.path), "{} is asked by nobody", file.path);
    }
}

#[test]
fn read_models_hear_events_that_exist_and_read_fields_that_those_have() {
    let (names, samples) = (stored_names(), samples("open"));
    for (model, event, sql) in statements() {
        assert!(names.contains(&event), "{model} hears {event}, which is no event");
        let newest = samples.iter().rfind(|(name, _)| name.starts_with(&format!("{event}.v")));
        let sample: &Value = newest.unwrap().1;
        for field in sql.split("payload->>'").skip(1).map(|rest| rest.split('\'').next().unwrap()) {
            assert!(sample.get(field).is_some(), "{model}: {event} has no {field}");
        }
        assert!(!sql.contains("payload->'") && !sql.contains("payload ->"), "{model} on {event}: use ->>");
    }
}

#[test]
fn every_event_is_heard_or_left_unheard_for_a_reason() {
    let heard: BTreeSet<_> = statements().into_iter().map(|(_, event, _)| event).collect();
    for name in stored_names() {
        let reason = UNHEARD.iter().find(|(event, _)| *event == name);
        assert!(heard.contains(&name) != reason.is_some(), "{name}: heard, or unheard with a reason?");
    }
}

#[test]
fn every_command_is_in_the_list_of_commands() {
    for folder in ["src/account/commands", "src/merchant/store/commands", "src/merchant/product/commands", "src/statistics/commands"] {
        let commands = files(folder, ".rs");
        let list = &commands.iter().find(|file| file.path.ends_with("/mod.rs")).unwrap().text;
        for file in &commands {
            let name = file.path.rsplit('/').next().unwrap().trim_end_matches(".rs");
            if name != "mod" {
                assert!(list.contains(&format!("mod {name};")), "{name} is declared");
                let words = name.split('_').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]));
                assert!(
                    list.contains(&format!("Self::{}(command)", words.collect::<String>())),
                    "{name} is decided"
                );
            }
        }
    }
}

#[test]
fn the_problem_codes_are_those_of_the_contract() {
    let spoken: Vec<_> = words::ALL.iter().map(|words| (words.code, words.status)).collect();
    assert_eq!(spoken, CODES);
}

#[test]
fn every_code_in_the_program_has_words() {
    for file in files("src/http", ".rs") {
        let made = file.code().flat_map(|line| {
            ["Problem::new(\"", "Problem::later(\"", "Problem::fields(\"", "Self::new(\"", "Self::later(\""]
                .into_iter()
                .flat_map(move |start| line.split(start).skip(1))
        });
        for code in made.map(|rest| rest.split('"').next().unwrap()) {
            assert!(CODES.iter().any(|(known, _)| *known == code), "{}: {code} has no words", file.path);
        }
    }
}
