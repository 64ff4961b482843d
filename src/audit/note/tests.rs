//! Signed notes: the published example, round trips, and bad bytes.

use proptest::prelude::*;

use super::*;

/// The example of the specification, whose key is published with it.
const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// The key pair of Go's package for signed notes, and the text that its example signs.
const PETER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn witness() -> SignerKey {
    SignerKey::new("witness.example/w1", Kind::Witness, [7; 32]).unwrap()
}

#[test]
fn the_example_of_the_specification_verifies() {
    let note: Note = NOTE.parse().unwrap();
    let key: VerifierKey = KEY.parse().unwrap();
    assert_eq!(key.verify(&note), Verdict::Signed(None));
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(key.to_string(), KEY);
}

#[test]
fn signatures_are_those_of_the_go_package() {
    let key: SignerKey = PETER.parse().unwrap();
    assert_eq!(key.verifier().to_string(), PETER_PUBLIC);
    assert_eq!(key.to_secret_text(), PETER);
    let note: Note = PETER_NOTE.parse().unwrap();
    let signed = Note { lines: vec![key.sign(&note.text, 0)], text: note.text.clone() };
    assert_eq!(signed.to_string(), PETER_NOTE);
}

#[test]
fn a_witness_signs_the_text_and_the_time() {
    let text = "log\n1\nAAAA\n";
    let mut note = Note { text: text.to_owned(), lines: vec![witness().sign(text, 1_700_000_000)] };
    let key = witness().verifier();
    assert_eq!(key.verify(&note), Verdict::Signed(Some(1_700_000_000)));
    assert_eq!(note.to_string().parse::<Note>().unwrap(), note);
    note.lines[0].signature[7] ^= 1;
    assert_eq!(key.verify(&note), Verdict::Wrong);
    // The same key as a log's is another key.
    let log = VerifierKey { kind: Kind::Log, ..key };
    assert_eq!(log.verify(&note), Verdict::Absent);
}

#[test]
fn one_wrong_signature_beside_a_right_one_is_wrong() {
    let key: VerifierKey = KEY.parse().unwrap();
    let mut note: Note = NOTE.parse().unwrap();
    let mut wrong = note.lines[0].clone();
    wrong.signature[3] ^= 1;
    note.lines.push(wrong);
    assert_eq!(key.verify(&note), Verdict::Wrong);
}

#[test]
fn what_has_not_the_form_is_refused() {
    for bad in [
        "",
        "text",
        "text\n\n",
        "text\n\n— name AAAA\n",
        "text\n— a AAAAAAAA\n",
        "text\n\n- a AAAAAAAA\n",
        "text\n\n— a  AAAAAAAA\n",
        "text\n\n— a AAAAAAAA",
        "text\r\n\n— a AAAAAAAA\n",
        "text\n\n— a+b AAAAAAAA\n",
        "text\n\n— a AAAAAAA*\n",
        "text\n\n— a AAAAAAAA\n\n",
    ] {
        assert_eq!(bad.parse::<Note>(), Err(BadNote::Form), "{bad:?}");
    }
    assert!("text\n\n— a AAAAAAAA\n".parse::<Note>().is_ok());
    for bad in [
        "",
        "a",
        "a+b",
        "a+530d903a+AA==",
        "x+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ] {
        assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn a_changed_bit_of_text_or_signature_never_verifies(text in "[a-z0-9\n]{1,40}", bit: prop::sample::Index) {
        let text = format!("{text}\n");
        let key = SignerKey::new("log.example", Kind::Log, [9; 32]).unwrap();
        let note = Note { lines: vec![key.sign(&text, 0)], text };
        prop_assert_eq!(key.verifier().verify(&note), Verdict::Signed(None));
        let mut changed = note.clone();
        let bit = bit.index(512);
        changed.lines[0].signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(key.verifier().verify(&changed), Verdict::Wrong);
        let changed = Note { text: format!("{}x\n", note.text), ..note };
        prop_assert_eq!(key.verifier().verify(&changed), Verdict::Wrong);
    }

    #[test]
    fn what_reads_as_a_note_is_written_the_same(note in "[a-z\n— +/A=]{0,60}") {
        if let Ok(read) = note.parse::<Note>() {
            prop_assert_eq!(read.to_string().parse::<Note>(), Ok(read));
        }
    }

    #[test]
    fn bad_text_never_panics(text: String) {
        let _outcome = (text.parse::<Note>(), text.parse::<VerifierKey>(), text.parse::<SignerKey>().is_ok());
    }
}
