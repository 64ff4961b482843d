//! What problems say, in Chinese and English: one table of codes, one of field codes.

/// A language that the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese; the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The language that an `Accept-Language` prefers among ours (RFC 9110, 12.5.4).
    #[must_use]
    pub fn preferred(accept: Option<&str>) -> Self {
        let mut best = (Self::default(), 0.0);
        for range in accept.unwrap_or("").split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight =
                parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en") => Self::English,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// The tag for `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The one of two texts, Chinese first, that is in this language.
    #[must_use]
    pub const fn pick(self, texts: (&'static str, &'static str)) -> &'static str {
        match self {
            Self::Chinese => texts.0,
            Self::English => texts.1,
        }
    }
}

/// The words of one code, Chinese first.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What kind of problem.
    pub title: (&'static str, &'static str),
    /// What to do about it.
    pub detail: (&'static str, &'static str),
}

const fn words(
    status: u16,
    code: &'static str,
    title: (&'static str, &'static str),
    detail: (&'static str, &'static str),
) -> Words {
    Words { code, status, title, detail }
}

/// A defect: what any code that is not in the table counts as.
const INTERNAL: Words = words(
    500,
    "internal_error",
    ("服务器内部错误", "Internal error"),
    ("服务器出现了问题，请稍后重试。", "Something went wrong on the server; please try again later."),
);

/// Every code there is.
pub const ALL: &[Words] = &[
    words(
        400,
        "malformed_request",
        ("请求无法解析", "Malformed request"),
        ("请求体必须是符合格式的 JSON。", "The body must be JSON of the documented shape."),
    ),
    words(
        400,
        "invalid_query",
        ("查询参数有误", "Invalid query"),
        ("请按文档检查路径与查询参数。", "Check the path and query parameters against the documentation."),
    ),
    words(
        400,
        "captcha_failed",
        ("验证码错误", "Captcha failed"),
        (
            "验证码不正确、已使用或已过期，请换一张重试。",
            "The captcha was wrong, used or expired; please solve a new one.",
        ),
    ),
    words(401, "login_required", ("需要登录", "Login required"), ("请先登录。", "Please log in first.")),
    words(
        401,
        "session_superseded",
        ("账号已在别处登录", "Logged in elsewhere"),
        (
            "此账号已在其他客户端登录，本客户端的会话已结束。",
            "This account was logged in on another client, which ended the session here.",
        ),
    ),
    words(
        401,
        "session_expired",
        ("会话已过期", "Session expired"),
        ("会话已过期，请重新登录。", "The session has expired; please log in again."),
    ),
    words(
        401,
        "invalid_credentials",
        ("用户名或密码错误", "Wrong name or password"),
        ("用户名或密码错误。", "The name or the password is wrong."),
    ),
    words(
        403,
        "forbidden",
        ("没有权限", "Forbidden"),
        ("此账号没有所需的角色。", "This account does not have the role for it."),
    ),
    words(
        403,
        "captcha_required",
        ("需要验证码", "Captcha required"),
        (
            "密码多次错误，请填写验证码后登录。",
            "After several wrong passwords, please solve a captcha to log in.",
        ),
    ),
    words(
        403,
        "cross_site_request",
        ("跨站请求被拒绝", "Cross-site request refused"),
        ("请求来自其他网站。", "The request came from another site."),
    ),
    words(
        404,
        "not_found",
        ("未找到", "Not found"),
        ("没有这个地址或资源。", "There is no such address or resource."),
    ),
    words(
        405,
        "method_not_allowed",
        ("不支持该方法", "Method not allowed"),
        ("此地址不支持该请求方法。", "This address does not take that method."),
    ),
    words(
        409,
        "already_taken",
        ("已被占用", "Already taken"),
        ("所填内容已被其他账号使用。", "Another account already uses what was given."),
    ),
    words(
        409,
        "conflict",
        ("操作冲突", "Conflict"),
        ("同时有其他更改，请重试。", "Something else changed at the same time; please try again."),
    ),
    words(
        413,
        "too_large",
        ("请求过大", "Too large"),
        ("请求体超过允许的大小。", "The body is larger than allowed."),
    ),
    words(
        415,
        "unsupported_media_type",
        ("不支持的内容类型", "Unsupported media type"),
        ("请使用 Content-Type: application/json。", "Please send Content-Type: application/json."),
    ),
    words(
        422,
        "validation_failed",
        ("填写有误", "Validation failed"),
        ("请检查标出的字段。", "Please check the fields named in errors."),
    ),
    words(
        429,
        "too_many_requests",
        ("请求过于频繁", "Too many requests"),
        ("请稍后再试。", "Please slow down and try again later."),
    ),
    words(
        429,
        "too_many_attempts",
        ("尝试次数过多", "Too many attempts"),
        ("密码错误次数过多，请稍后再试。", "Too many wrong passwords; please try again later."),
    ),
    INTERNAL,
    words(
        503,
        "overloaded",
        ("服务器繁忙", "Overloaded"),
        ("当前请求过多，请稍后重试。", "The server is busy; please try again shortly."),
    ),
    words(
        503,
        "unavailable",
        ("服务暂不可用", "Unavailable"),
        ("服务暂时不可用，请稍后重试。", "The service is not available right now; please try again shortly."),
    ),
];

/// The words of a code.
#[must_use]
pub fn of(code: &str) -> Words {
    ALL.iter().find(|words| words.code == code).copied().unwrap_or(INTERNAL)
}

/// What a field's code says.
#[must_use]
pub fn of_field(code: &str, language: Language) -> &'static str {
    language.pick(match code {
        "required" => ("必填。", "This is required."),
        "too_short" => ("太短。", "This is too short."),
        "too_long" => ("太长。", "This is too long."),
        "out_of_range" => ("超出允许的范围。", "This is out of range."),
        "mismatch" => ("两次输入不一致。", "The two do not match."),
        "common_password" => ("密码太常见或包含账号信息。", "This password is too easily guessed."),
        "already_taken" => ("已被占用。", "This is already taken."),
        _ => ("格式不正确。", "This is not in the right format."),
    })
}

/// Names of fields and codes of what is wrong with them.
const FIELDS: [&str; 16] = [
    "username",
    "email",
    "phone",
    "password",
    "password_confirmation",
    "captcha_id",
    "captcha_answer",
    "Idempotency-Key",
    "required",
    "invalid_format",
    "too_short",
    "too_long",
    "out_of_range",
    "mismatch",
    "common_password",
    "already_taken",
];

/// A code or field name that was written down earlier, as the constant that it is.
#[must_use]
pub fn known(text: &str) -> &'static str {
    let codes = ALL.iter().map(|words| words.code);
    codes.chain(FIELDS).find(|known| *known == text).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_is_chosen_by_weight() {
        for (accept, language) in [
            (None, Language::Chinese),
            (Some("en"), Language::English),
            (Some("en-GB,en;q=0.9,zh-CN;q=0.8"), Language::English),
            (Some("en;q=0.5, zh-CN"), Language::Chinese),
            (Some("fr, en;q=0.1"), Language::English),
            (Some(";;;q=x,"), Language::Chinese),
        ] {
            assert_eq!(Language::preferred(accept), language, "{accept:?}");
        }
    }

    #[test]
    fn every_code_stands_once_and_speaks_both_languages() {
        for (nth, words) in ALL.iter().enumerate() {
            assert!(ALL[..nth].iter().all(|other| other.code != words.code), "{} stands twice", words.code);
            for (chinese, english) in [words.title, words.detail] {
                assert!(!chinese.is_ascii() && english.is_ascii(), "{}", words.code);
            }
        }
    }
}
