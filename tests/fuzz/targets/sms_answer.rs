//! Whatever the SMS service answers, it is understood or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanggui::adapters::aliyun_sms::answer::read_answer;

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let _ = read_answer(status, body);
});
