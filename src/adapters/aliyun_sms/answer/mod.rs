//! What Aliyun answered: one table from its codes to what we do about them.
//!
//! Business says no with HTTP 200 and a `Code` other than `OK`; the gateway before it says no with 4xx or
//! 5xx and a `Code` of its own. A code that begins with `isv.` blames the caller, one with `isp.` the
//! provider. An answer comes from outside, so it may be anything: reading it never fails but in words, and
//! of what it says only a code that looks like one is repeated.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::reactors::ports::DeliveryError;

use Meaning::{CalmDown, Later, Misconfigured, Refused};

/// Most records of one answer of `QuerySendDetails`; Aliyun allows no more.
pub const PAGE_SIZE: u64 = 50;
const LONGEST_CODE: usize = 64;

/// How long the whole gateway is left alone; its limits count by the second.
const THROTTLED: Duration = Duration::from_secs(10);

/// What a code asks of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The number was sent too much; the message says for how long it is left alone.
    CalmDown,
    /// Try again, not before this long if anything is known.
    Later(Option<Duration>),
    /// This one message will never be taken.
    Refused,
    /// No message will be taken until an operator does something.
    Misconfigured,
}

/// Every documented code that a text message with a code can meet.
const CODES: [(&str, Meaning); 46] = [
    ("isv.BUSINESS_LIMIT_CONTROL", CalmDown),
    // The limits that the operator set in the console.
    ("isv.DAY_LIMIT_CONTROL", Misconfigured),
    ("isv.MONTH_LIMIT_CONTROL", Misconfigured),
    // Money, account and permission.
    ("isv.OUT_OF_SERVICE", Misconfigured),
    ("isv.AMOUNT_NOT_ENOUGH", Misconfigured),
    ("isv.BILLING_DEDUCTION_ERROR", Misconfigured),
    ("isv.ACCOUNT_NOT_EXISTS", Misconfigured),
    ("isv.ACCOUNT_ABNORMAL", Misconfigured),
    ("isv.SECURITY_FROZEN_ACCOUNT", Misconfigured),
    ("isv.PRODUCT_UN_SUBSCRIPT", Misconfigured),
    ("isv.PRODUCT_UNSUBSCRIBE", Misconfigured),
    ("isp.RAM_PERMISSION_DENY", Misconfigured),
    ("isv.RAM_PERMISSION_DENY", Misconfigured),
    ("isv.RAM_CHECK_FAILED", Misconfigured),
    ("isv.DENY_IP_RANGE", Misconfigured),
    // The signature, the template and the text that both make.
    ("isv.SMS_SIGNATURE_ILLEGAL", Misconfigured),
    ("isv.SMS_SIGN_ILLEGAL", Misconfigured),
    ("isv.SIGN_STATE_ILLEGAL", Misconfigured),
    ("isv.SIGN_NAME_ILLEGAL", Misconfigured),
    ("isv.SIGNATURE_BLACKLIST", Misconfigured),
    ("isv.SMS_SIGNATURE_SCENE_ILLEGAL", Misconfigured),
    ("isv.SMS_TEMPLATE_ILLEGAL", Misconfigured),
    // The template wants something else than a variable `code`, which concerns every message.
    ("isv.TEMPLATE_MISSING_PARAMETERS", Misconfigured),
    ("isv.TEMPLATE_PARAMS_ILLEGAL", Misconfigured),
    ("isv.SMS_CONTENT_ILLEGAL", Misconfigured),
    ("isv.EXTEND_CODE_ERROR", Misconfigured),
    ("isv.ONE_CODE_MULTIPLE_SIGN", Misconfigured),
    ("isv.CODE_ERROR", Misconfigured),
    ("isv.CODE_EXCEED_LIMIT", Misconfigured),
    // The number and the values.
    ("isv.MOBILE_NUMBER_ILLEGAL", Refused),
    ("isv.MOBILE_COUNT_OVER_LIMIT", Refused),
    ("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", Refused),
    ("isv.INVALID_PARAMETERS", Refused),
    ("isv.INVALID_JSON_PARAM", Refused),
    ("isv.PARAM_LENGTH_LIMIT", Refused),
    ("isv.PARAM_NOT_SUPPORT_URL", Refused),
    ("isv.BLACK_KEY_CONTROL_LIMIT", Refused),
    ("isp.SYSTEM_ERROR", Later(None)),
    // The gateway. A nonce of ours is new each time: somebody repeated the request, and the first of the
    // two may have been taken, so the receipt decides.
    ("SignatureNonceUsed", Later(None)),
    ("SignatureDoesNotMatch", Misconfigured),
    ("IncompleteSignature", Misconfigured),
    // No request is on its way for a quarter of an hour: a clock is wrong.
    ("InvalidTimeStamp.Expired", Misconfigured),
    ("MissingParameter", Misconfigured),
    ("NoPermission", Misconfigured),
    ("ServiceUnavailable", Later(None)),
    ("InternalError", Later(None)),
];

/// Families of codes, for what the table does not name. The first that fits counts.
///
/// An unknown `isv.` code says that our request was wrong and not whether the next one would be: the one
/// message is refused, with the code in sight, rather than all of them stopped.
const FAMILIES: [(&str, Meaning); 9] = [
    ("Throttling", Later(Some(THROTTLED))),
    ("isv.BUSINESS_LIMIT", CalmDown),
    ("BUSINESS_LIMIT", CalmDown),
    ("InvalidAccessKeyId", Misconfigured),
    ("InvalidTimeStamp", Misconfigured),
    ("Forbidden", Misconfigured),
    ("NoPermission", Misconfigured),
    ("isv.", Refused),
    ("isp.", Later(None)),
];

type Answer = Map<String, Value>;

/// Reads the answer to `SendSms`: `Ok` when Aliyun has taken the message.
///
/// # Errors
/// What the code means. An unreadable answer is [`DeliveryError::Later`], since the message may or may not
/// have been taken. An unknown code of the gateway (4xx) is [`DeliveryError::Misconfigured`]: the gateway
/// looks at nothing that differs between two messages.
pub fn read_answer(status: u16, body: &[u8]) -> Result<(), DeliveryError> {
    read(status, body).map(drop)
}

/// One page of what became of the messages to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipts {
    /// Whether the message that was asked about is among them and has not failed: it waits or it arrived.
    pub taken: bool,
    /// How many records this page holds.
    pub shown: u64,
    /// How many records all pages hold.
    pub total: u64,
}

/// Reads the answer to `QuerySendDetails`, looking for the message that was sent with this `OutId`.
///
/// # Errors
/// As [`read_answer`]; here, too, nothing is known after an error.
pub fn read_receipts(status: u16, body: &[u8], out_id: &str) -> Result<Receipts, DeliveryError> {
    let answer = read(status, body)?;
    page(&answer, out_id).ok_or_else(|| unreadable(status))
}

/// A list that is no list is not an empty list: somebody would be sent a message twice.
fn page(answer: &Answer, out_id: &str) -> Option<Receipts> {
    let given = |name: &str| answer.get(name).filter(|value| !value.is_null());
    let (total, details) = (given("TotalCount"), given("SmsSendDetailDTOs"));
    let none = Vec::new();
    let records = match details.map(Value::as_object) {
        Some(details) => details?.get("SmsSendDetailDTO").map_or(Some(&none), Value::as_array)?,
        // Then at least the count says so.
        None => total.map(|_| &none)?,
    };
    let mut taken = false;
    for record in records {
        if record.as_object()?.get("OutId").and_then(Value::as_str) == Some(out_id) {
            // 1 waits for the carrier's receipt, 2 failed at the carrier, 3 arrived.
            taken |= count(record.get("SendStatus")?)? != 2;
        }
    }
    let shown = u64::try_from(records.len()).ok()?;
    let uncounted = if shown < PAGE_SIZE { shown } else { u64::MAX };
    Some(Receipts { taken, shown, total: total.map_or(Some(uncounted), count)? })
}

/// A number, which Aliyun's answers also write as text.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// An answer that says `OK`, or what the other one means.
fn read(status: u16, body: &[u8]) -> Result<Answer, DeliveryError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| unreadable(status))?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or("");
    let (code, message) = (text("Code"), text("Message"));
    if !looks_like_a_code(code) || (code == "OK" && status != 200) {
        return Err(unreadable(status));
    }
    if code == "OK" {
        return Ok(answer);
    }
    let why = format!("Aliyun {code}");
    Err(match meaning(status, code) {
        CalmDown => DeliveryError::Later { why, after: Some(calm_down(message)) },
        Later(after) => DeliveryError::Later { why, after },
        Refused => DeliveryError::Refused { why },
        Misconfigured => DeliveryError::Misconfigured { why },
    })
}

fn meaning(status: u16, code: &str) -> Meaning {
    let exact = CODES.iter().find(|(known, _)| *known == code);
    let known = exact.or_else(|| FAMILIES.iter().find(|(start, _)| code.starts_with(start)));
    match (known, status) {
        (Some((_, meaning)), _) => *meaning,
        (None, 429) => Later(Some(THROTTLED)),
        (None, 400..=499) => Misconfigured,
        (None, _) => Later(None),
    }
}

/// How long a number is left alone, by the message of a flow control: `触发分钟级流控Permits:1` (minute),
/// `触发小时级流控Permits:5` (hour), `触发天级流控Permits:10` (day).
fn calm_down(message: &str) -> Duration {
    if message.contains("天级") {
        Duration::from_hours(24)
    } else if message.contains("小时级") {
        Duration::from_hours(1)
    } else {
        Duration::from_mins(1)
    }
}

fn looks_like_a_code(code: &str) -> bool {
    let is_short = (1..=LONGEST_CODE).contains(&code.len());
    is_short && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_')
}

fn unreadable(status: u16) -> DeliveryError {
    let after = (status == 429).then_some(THROTTLED);
    DeliveryError::Later { why: format!("Aliyun gave an unreadable answer with HTTP {status}"), after }
}

#[cfg(test)]
mod tests;
