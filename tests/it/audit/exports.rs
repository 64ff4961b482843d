//! The log as a file: verified with a public key alone, gone on with, cut off, and altered in every way.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use zhanggui::audit::export::{begin, resume, write};
use zhanggui::audit::note::Note;
use zhanggui::audit::verify::{Checker, Trusting, file};

use super::{Folder, Scene, verify_files};

/// Exports all that is signed into a new file.
async fn export(scene: &mut Scene, path: &Path, after: u64) -> u64 {
    let until = scene.sign().await.checkpoint.size;
    let mut out = begin(path, after).unwrap();
    write(&mut scene.database, &mut out, after, until).await.unwrap().position
}

/// A signed log, exported; with its keys and its first checkpoint at hand.
async fn exported(name: &str) -> (Scene, Folder, PathBuf, Trusting) {
    let mut scene = Scene::signed().await;
    let folder = Folder::new(name);
    let path = folder.file("log.ndjson");
    export(&mut scene, &path, 0).await;
    let trusting = Trusting { keys: Some(scene.keys().await), held: vec![scene.of_size(600).await] };
    (scene, folder, path, trusting)
}

#[tokio::test]
async fn a_file_is_verified_with_nothing_but_the_key() {
    let (mut scene, _folder, path, trusting) = exported("whole").await;
    let report = verify_files(std::slice::from_ref(&path), trusting.clone()).unwrap();
    assert_eq!((report.events, report.streams, report.checkpoints, report.covered), (650, 138, 3, 650));
    assert_eq!(report.root, scene.verify(trusting).await.unwrap().root);
    assert_eq!(report.held, [600]);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // First line, key, events, three checkpoints, last line.
    assert_eq!(lines.len(), 1 + 1 + 650 + 3 + 1);
    assert_eq!(
        (lines[0], lines[655]),
        ("{\"zhanggui_log\":{\"form\":1,\"after\":0}}", "{\"end\":{\"position\":650}}")
    );
    let unchecked = verify_files(&[path], Trusting::default()).unwrap().to_string();
    assert!(unchecked.contains("UNCHECKED"), "{unchecked}");
}

#[tokio::test]
async fn real_events_are_exported_as_they_were_hashed() {
    let mut scene = Scene::new().await;
    for _ in 0..3 {
        scene.site.client().logged_in().await;
    }
    scene.site.admin().await;
    let folder = Folder::new("real");
    let path = folder.file("log.ndjson");
    let events = export(&mut scene, &path, 0).await;
    assert_eq!(verify_files(&[path], Trusting::default()).unwrap().events, events);
    scene.verify(Trusting::default()).await.unwrap();
}

#[tokio::test]
async fn files_that_follow_each_other_are_one_log_and_out_of_order_none() {
    let (mut scene, folder, first, trusting) = exported("pieces").await;
    scene.append(77).await;
    let second = folder.file("more.ndjson");
    assert_eq!(export(&mut scene, &second, 650).await, 727);
    let report = verify_files(&[first.clone(), second.clone()], trusting.clone()).unwrap();
    assert_eq!((report.events, report.checkpoints), (727, 5));
    let fault = verify_files(&[second.clone(), first.clone()], trusting.clone()).unwrap_err();
    assert!(fault.starts_with("position 1: ") && fault.contains("begins after position 650"), "{fault}");
    assert!(verify_files(&[first.clone(), first], trusting).unwrap_err().contains("begins after position 0"));
}

#[tokio::test]
async fn a_file_that_was_cut_off_anywhere_is_told_and_gone_on_with() {
    let (mut scene, folder, path, trusting) = exported("cut").await;
    let whole = fs::read(&path).unwrap();
    scene.append(20).await;
    let until = scene.sign().await.checkpoint.size;
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [
        whole.len(),
        whole.len() - 1,
        whole.len() - 40,
        whole.len() / 2,
        whole.len() / 3,
        first_line + 9,
        first_line,
    ] {
        let name = folder.file(&format!("{cut}.ndjson"));
        fs::write(&name, &whole[..cut]).unwrap();
        if cut < whole.len() {
            let fault = verify_files(std::slice::from_ref(&name), Trusting::default()).unwrap_err();
            assert!(fault.contains("lacks its last line") || fault.contains("has no end"), "{cut}: {fault}");
        }
        let (mut out, after) = resume(&name).unwrap();
        write(&mut scene.database, &mut out, after, until).await.unwrap();
        drop(out);
        assert_eq!(verify_files(&[name], trusting.clone()).unwrap().events, 670, "{cut}");
    }
    let foreign = folder.file("foreign");
    for text in [
        "",
        "hello\n",
        "{\"zhanggui_log\":{\"form\":2,\"after\":0}}\n",
        "{\"zhanggui_log\":{\"form\":1,\"after\":0}}",
    ] {
        fs::write(&foreign, text).unwrap();
        assert!(resume(&foreign).is_err(), "{text}");
        assert_eq!(fs::read_to_string(&foreign).unwrap(), text);
    }
    assert!(begin(&foreign, 0).is_err());
}

/// Verifies the lines of a file after `change`.
fn altered(path: &Path, trusting: &Trusting, change: impl Fn(&mut Vec<String>)) -> String {
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
    checker.finish(Vec::new()).map(|report| report.events).map_err(|fault| fault.to_string())
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
