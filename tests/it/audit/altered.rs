//! An exported log altered in every way: each is found and named.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use zhanggui::audit::note::Note;
use zhanggui::audit::verify::{Checker, Trusting, file};

use super::exports::exported;

/// Verifies the lines of a file after `change`.
pub(super) fn altered(path: &Path, trusting: &Trusting, change: impl Fn(&mut Vec<String>)) -> String {
    let mut lines: Vec<String> = fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    change(&mut lines);
    verify_bytes((lines.join("\n") + "\n").as_bytes(), trusting.clone()).unwrap_err()
}

fn verify_bytes(bytes: &[u8], trusting: Trusting) -> Result<u64, String> {
    let mut checker = Checker::new(trusting).map_err(|fault| fault.to_string())?;
    file::read(Cursor::new(bytes), Path::new("file"), &mut checker).map_err(|stopped| match stopped {
        file::Stopped::Fault(fault) => fault.to_string(),
        file::Stopped::Unreadable(error) => error.to_string(),
    })?;
    checker.finish_covered().map(|report| report.events).map_err(|fault| fault.to_string())
}

#[tokio::test]
async fn every_alteration_of_a_file_is_found_and_named() {
    let (_scene, _folder, path, trusting) = exported("altered").await;
    // Line n + 1 is position n, up to the first checkpoint.
    let find = |change: &dyn Fn(&mut Vec<String>)| altered(&path, &trusting, change);
    let price = |lines: &mut Vec<String>| lines[101] = lines[101].replace("19.90", "19.91");
    assert!(
        find(&price)
            .starts_with("positions 1 to 300: the events do not have the root of the checkpoint of size 300")
    );
    assert!(
        find(&|lines| lines[101] = lines[101].replace(",\"price\"", ", \"price\""))
            .starts_with("position 100: the event is not canonical JSON at byte")
    );
    assert_eq!(find(&|lines| drop(lines.remove(101))), "position 100: is missing: position 101 follows");
    assert_eq!(find(&|lines| drop(lines.remove(2))), "position 1: is missing: position 2 follows");
    assert_eq!(find(&|lines| lines.swap(101, 102)), "position 100: is missing: position 101 follows");
    assert!(
        find(&|lines| lines.insert(101, lines[101].clone()))
            .starts_with("position 100: stands after position 100")
    );
    assert!(
        find(&|lines| lines.insert(101, "{\"other\":1}".to_owned()))
            .contains("neither an event nor anything else")
    );
    // The newest removed, with their checkpoint, and a last line that fits.
    let shorter = find(&|lines| {
        lines.truncate(502);
        lines.push("{\"end\":{\"position\":499}}".to_owned());
    });
    assert_eq!(
        shorter,
        "position 500: is missing: the log ends with 499 events, but the checkpoint that you hold is of 600: the newest were removed, or this is an older copy of the log"
    );
    assert!(find(&|lines| drop(lines.pop())).starts_with("position 651: file breaks off here"));
    // A checkpoint moved, and one that somebody else signed.
    assert!(
        find(&|lines| lines.swap(302, 303))
            .starts_with("the checkpoint of size 300 stands after position 301")
    );
    let other = find(&|lines| {
        let Ok(serde_json::Value::Object(line)) = serde_json::from_str(&lines[302]) else {
            panic!("{}", lines[302])
        };
        let note: Note = line["checkpoint"].as_str().unwrap().parse().unwrap();
        let key = zhanggui::audit::note::SignerKey::new(
            &note.lines[0].name,
            zhanggui::audit::note::Kind::Log,
            [66; 32],
        )
        .unwrap();
        let forged = Note { lines: vec![key.sign(&note.text, 0)], text: note.text };
        lines[302] = serde_json::json!({"checkpoint": forged.to_string()}).to_string();
    });
    assert!(other.starts_with("the checkpoint of size 300 is not signed by a key that you trust"), "{other}");
}

#[tokio::test]
async fn no_byte_of_events_and_checkpoints_can_be_changed() {
    let (_scene, _folder, path, trusting) = exported("bytes").await;
    let mut bytes = fs::read(&path).unwrap();
    // Behind the first line and the key, which prove nothing.
    let from = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    assert_eq!(verify_bytes(&bytes, trusting.clone()), Ok(650));
    let step = (bytes.len() - from) / 300;
    for at in (from..bytes.len() - 1).step_by(step) {
        for bit in [0, 5] {
            bytes[at] ^= 1 << bit;
            assert!(verify_bytes(&bytes, trusting.clone()).is_err(), "byte {at}, bit {bit}");
            bytes[at] ^= 1 << bit;
        }
    }
}
