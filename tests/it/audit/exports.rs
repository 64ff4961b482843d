//! The log as a file: verified with a public key alone, gone on with, cut off, and altered in every way.

use std::fs;
use std::path::{Path, PathBuf};

use zhanggui::audit::export::{Unfinished, begin, write};
use zhanggui::audit::verify::Trusting;

use super::altered::altered;
use super::{Folder, Scene, verify_files};

/// Exports all that is signed into a new file.
async fn export(scene: &mut Scene, path: &Path, after: u64) -> u64 {
    let until = scene.sign().await.checkpoint.size;
    let mut out = begin(path, after).unwrap();
    write(&mut scene.database, &mut out, after, until).await.unwrap().position
}

/// A signed log, exported; with its keys and its first checkpoint at hand.
pub(super) async fn exported(name: &str) -> (Scene, Folder, PathBuf, Trusting) {
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
    // That of 650 stands in both, and is one.
    assert_eq!((report.events, report.checkpoints), (727, 4));
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
        Unfinished::open(&name).unwrap().go_on(&mut scene.database, until).await.unwrap();
        let report = verify_files(std::slice::from_ref(&name), trusting.clone()).unwrap();
        assert_eq!((report.events, report.checkpoints), (670, 4), "{cut}");
        // Once more without news: nothing is there twice.
        let before = fs::read(&name).unwrap();
        Unfinished::open(&name).unwrap().go_on(&mut scene.database, until).await.unwrap();
        let again = fs::read(&name).unwrap();
        assert!(again.len() <= before.len() + 1_000 && again.ends_with(b"{\"end\":{\"position\":670}}\n"));
        Unfinished::open(&name).unwrap().go_on(&mut scene.database, until).await.unwrap();
        assert_eq!(fs::read(&name).unwrap(), again, "{cut}");
    }
    let foreign = folder.file("foreign");
    for text in [
        "",
        "hello\n",
        "{\"zhanggui_log\":{\"form\":2,\"after\":0}}\n",
        "{\"zhanggui_log\":{\"form\":1,\"after\":0}}",
    ] {
        fs::write(&foreign, text).unwrap();
        assert!(Unfinished::open(&foreign).is_err(), "{text}");
        assert_eq!(fs::read_to_string(&foreign).unwrap(), text);
    }
    assert!(begin(&foreign, 0).is_err());
}

#[tokio::test]
async fn a_file_that_tells_what_the_log_was_is_not_gone_on_with_after_it_was_rewritten() {
    let (mut scene, _folder, path, trusting) = exported("rewritten").await;
    let before = fs::read(&path).unwrap();
    let mut attacker = scene.attacker().await;
    super::forged::rewrite(&mut attacker).await;
    // With its checkpoints left alone nothing is signed, and so nothing written.
    let unfinished = Unfinished::open(&path).unwrap();
    assert!(scene.site.app.site.checkpoints.make(&mut scene.database).await.is_err());
    drop(unfinished);
    assert_eq!(fs::read(&path).unwrap(), before);
    // Without them the program signs, not knowing better; the file knows.
    super::attack(&mut attacker, "DELETE FROM checkpoint_signatures; DELETE FROM checkpoints").await;
    let until = scene.sign().await.checkpoint.size;
    let refused = Unfinished::open(&path).unwrap().go_on(&mut scene.database, until).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("the file holds a checkpoint of 650 events that this log does not have"),
        "{refused}"
    );
    super::forged::truncate(&mut attacker, 600).await;
    let refused = Unfinished::open(&path).unwrap().go_on(&mut scene.database, 600).await.unwrap_err();
    assert_eq!(refused.to_string(), "the log ends with position 600: nothing comes after 650");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(verify_files(&[path], trusting).unwrap().covered, 650);
}

/// Without the lines that are signed checkpoints, but for those that `keep` keeps by their number.
fn without_checkpoints(lines: &mut Vec<String>, keep: usize) {
    let mut seen = 0;
    lines.retain(|line| {
        seen += usize::from(line.starts_with("{\"checkpoint\""));
        !line.starts_with("{\"checkpoint\"") || seen <= keep
    });
}

#[tokio::test]
async fn with_a_key_but_nothing_held_a_signature_must_cover_every_event() {
    let mut scene = Scene::new().await;
    // An empty log is signed, too.
    scene.sign().await;
    for amount in [300, 350] {
        scene.append(amount).await;
        scene.sign().await;
    }
    let folder = Folder::new("uncovered");
    let path = folder.file("log.ndjson");
    export(&mut scene, &path, 0).await;
    let trusting = Trusting { keys: Some(scene.keys().await), held: Vec::new() };
    assert_eq!(verify_files(std::slice::from_ref(&path), trusting.clone()).unwrap().checkpoints, 3);
    let forge = |lines: &mut Vec<String>| {
        for line in lines.iter_mut() {
            *line = line.replace("19.90", "0.01");
        }
    };
    for (kept, first) in [(0, 1), (1, 1), (2, 301)] {
        let fault = altered(&path, &trusting, |lines| {
            without_checkpoints(lines, kept);
            if kept < 2 {
                forge(lines);
            }
        });
        let expected = format!("positions {first} to 650: no checkpoint that a key of yours signed covers");
        assert!(fault.starts_with(&expected), "{kept}: {fault}");
    }
    // A tail of one's own behind what was signed.
    let fault = altered(&path, &trusting, |lines| {
        let last = lines.iter().rposition(|line| line.starts_with("{\"aggregate_id\"")).unwrap();
        let more = lines[last].replace("\"position\":650", "\"position\":651");
        let stream = more.find("\"aggregate_type\"").unwrap();
        let more = format!("{{\"aggregate_id\":\"new\",{}", &more[stream..]);
        let (before, _) = more.rsplit_once("\"sequence\":").unwrap();
        let end = lines.len() - 1;
        lines[end] = "{\"end\":{\"position\":651}}".to_owned();
        lines.insert(end, format!("{before}\"sequence\":1}}"));
    });
    assert!(fault.starts_with("positions 651 to 651: no checkpoint that a key of yours signed"), "{fault}");
    // Nothing but the two ends.
    let fault = altered(&path, &trusting, |lines| {
        *lines = vec![lines[0].clone(), "{\"end\":{\"position\":0}}".to_owned()];
    });
    assert_eq!(fault, "no checkpoint that a key of yours signed says that there are no events");
}
