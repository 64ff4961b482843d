//! Whatever the SMS service answers, to a message or to the question what became of one, is understood or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanggui::adapters::aliyun_sms::answer::{read_answer, read_receipts};

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let _ = read_answer(status, body);
    let _ = read_receipts(status, body, "ours");
});
