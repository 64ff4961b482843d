//! The rules of codes, held against whatever order of asking, guessing and waiting there is.

use proptest::prelude::*;

use super::*;
use crate::account::testing::at;

#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Send(Purpose, Channel),
    Guess(usize, bool, Purpose),
}

fn purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![Just(Purpose::VerifyContact), Just(Purpose::ChangePassword), Just(Purpose::ResetPassword)]
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![Just(Channel::Email), Just(Channel::Sms)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..700_i64).prop_map(Step::Wait),
        1 => (0..90_000_i64).prop_map(Step::Wait),
        4 => (purpose(), channel()).prop_map(|(purpose, channel)| Step::Send(purpose, channel)),
        6 => (0..4_usize, prop::bool::weighted(0.2), purpose()).prop_map(|(back, right, purpose)| {
            Step::Guess(back, right, purpose)
        }),
    ]
}

/// A code that was sent, as the test remembers it.
struct Sent {
    id: Uuid,
    purpose: Purpose,
    channel: Channel,
    at: i64,
    wrong: u8,
    over: bool,
}

fn right() -> Code {
    Code::parse("123456").unwrap()
}

proptest! {
    #[test]
    fn no_order_of_steps_breaks_a_rule(steps in prop::collection::vec(step(), 1..80)) {
        let mut codes = Codes::default();
        let mut sent: Vec<Sent> = Vec::new();
        let mut now = 0;
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Send(purpose, channel) => {
                    let alike = |one: &&Sent| {
                        let by_strangers = |purpose| purpose == Purpose::ResetPassword;
                        one.channel == channel && by_strangers(one.purpose) == by_strangers(purpose)
                    };
                    let by_channel: Vec<i64> = sent.iter().filter(alike).map(|one| one.at).collect();
                    let too_soon = by_channel.last().is_some_and(|last| now - last < 60);
                    let too_many = by_channel.iter().filter(|at| now - **at < 86_400).count() >= 10;
                    let allowed = codes.may_send(purpose, channel, at(now));
                    prop_assert_eq!(allowed.is_ok(), !too_soon && !too_many);
                    if allowed.is_ok() {
                        let id = Uuid::from_u128(sent.len() as u128 + 1);
                        let secret = Secret::new(&slot(purpose, channel), right().as_str().to_owned());
                        codes.sent((id, purpose, channel), secret, (at(now), at(now) + LIFETIME));
                        for older in sent.iter_mut().filter(|one| (one.purpose, one.channel) == (purpose, channel)) {
                            older.over = true;
                        }
                        sent.push(Sent { id, purpose, channel, at: now, wrong: 0, over: false });
                    }
                }
                Step::Guess(back, is_right, purpose) => {
                    let Some(nth) = sent.len().checked_sub(back + 1) else { continue };
                    let one = &mut sent[nth];
                    let guess = if is_right { right() } else { Code::parse("654321").unwrap() };
                    let usable = !one.over && one.wrong < TRIES && now - one.at < 600 && one.purpose == purpose;
                    match codes.judge(purpose, one.id, &guess, at(now)) {
                        Ok(Try::Right(channel)) => {
                            prop_assert!(usable && is_right && channel == one.channel);
                            codes.used(purpose, channel);
                            one.over = true;
                        }
                        Ok(Try::Wrong(channel, failures)) => {
                            prop_assert!(usable && !is_right && channel == one.channel);
                            one.wrong += 1;
                            prop_assert_eq!(failures, one.wrong);
                            codes.failed(purpose, channel, failures);
                        }
                        Err(_) => prop_assert!(!usable),
                    }
                }
            }
            let stored = serde_json::to_value(&codes).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Codes>(stored).unwrap(), &codes);
        }
        // No code was ever compared with more than five wrong guesses.
        prop_assert!(sent.iter().all(|one| one.wrong <= TRIES));
    }
}
