//! What mails say: a code with what it is for, and the notice that a password was changed.
//!
//! Nobody knows which language a reader prefers, so that each mail says all in Chinese and then in English.
//! The text and the HTML are rendered from the same sentences and cannot disagree. The HTML sets no colours
//! (mail programs in dark mode bend them until nothing can be read) and names no other host: no image, no
//! link, since a mail about passwords that has links teaches people to follow those of others.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::ports::Mail;

/// What a code is asked for. It works for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterPurpose {
    /// Proving that the address is the reader's.
    VerifyContact,
    /// Changing the password while logged in.
    ChangePassword,
    /// Setting a new password instead of a forgotten one.
    ResetPassword,
}

impl LetterPurpose {
    /// Continues "请用它", "It is to".
    fn use_of_it(self) -> (&'static str, &'static str) {
        match self {
            Self::VerifyContact => ("验证这个邮箱是您的", "confirm that this email address is yours"),
            Self::ChangePassword => ("修改您的掌柜密码", "change the password of your zhanggui account"),
            Self::ResetPassword => ("重设您的掌柜密码", "set a new password for your zhanggui account"),
        }
    }

    /// What it means if the reader did not ask, and what to do.
    fn if_unasked(self) -> (&'static str, &'static str) {
        match self {
            Self::VerifyContact => (
                "如果您没有申请，多半是别人填错了邮箱：请忽略这封邮件，没有验证码什么也不会发生。",
                "If you did not ask for it, somebody probably mistyped their address: ignore this mail. Without \
                 the code nothing happens.",
            ),
            Self::ChangePassword => (
                "如果您没有申请，说明有人登录了您的账号：请马上在登录页选择“忘记密码”，重设密码。",
                "If you did not ask for it, somebody else is logged in to your account: choose “Forgot \
                 password” on the login page and set a new one now.",
            ),
            Self::ResetPassword => (
                "如果您没有申请，是有人填了您的账号：请忽略这封邮件，没有验证码，密码不会变。",
                "If you did not ask for it, somebody entered your account’s name: ignore this mail. Without the \
                 code your password stays as it is.",
            ),
        }
    }
}

/// A part of a mail in one language.
enum Block {
    Sentences(String),
    Code(String),
}

/// The mail with `code`, which is valid for `minutes` from when it was asked for.
#[must_use]
pub fn code_letter(id: Uuid, to: &str, code: &str, purpose: LetterPurpose, minutes: u32) -> Mail {
    let (use_chinese, use_english) = purpose.use_of_it();
    let (unasked_chinese, unasked_english) = purpose.if_unasked();
    let plural = if minutes == 1 { "" } else { "s" };
    let chinese = [
        Block::Sentences("您的掌柜验证码是：".to_owned()),
        Block::Code(code.to_owned()),
        Block::Sentences(format!("请用它{use_chinese}。自申请起 {minutes} 分钟内有效，只能用一次。")),
        Block::Sentences("掌柜的工作人员绝不会向您要验证码，请不要告诉任何人。".to_owned()),
        Block::Sentences(unasked_chinese.to_owned()),
    ];
    let english = [
        Block::Sentences("Your zhanggui code is:".to_owned()),
        Block::Code(code.to_owned()),
        Block::Sentences(format!(
            "It is to {use_english}. It is valid for {minutes} minute{plural} from when it was asked for, and \
             works once."
        )),
        Block::Sentences("Nobody from zhanggui will ever ask you for it. Tell it to no one.".to_owned()),
        Block::Sentences(unasked_english.to_owned()),
    ];
    let subject = format!("{code} 是您的掌柜验证码 · Your zhanggui code");
    compose(id, to, subject, &chinese, &english)
}

/// The notice that the password of `username` was changed `at` this time.
#[must_use]
pub fn password_changed_letter(id: Uuid, to: &str, username: &str, at: DateTime<Utc>) -> Mail {
    let here = at + TimeDelta::hours(8);
    let chinese = [
        Block::Sentences(format!("您的掌柜账号“{username}”的密码已经修改，其他设备上的登录都已失效。")),
        Block::Sentences(format!(
            "时间：北京时间（UTC+8）{}，即 UTC {}。",
            here.format("%Y 年 %-m 月 %-d 日 %H:%M"),
            at.format("%Y 年 %-m 月 %-d 日 %H:%M"),
        )),
        Block::Sentences("如果是您自己改的，不用理会这封邮件。".to_owned()),
        Block::Sentences(
            "如果不是您改的，请马上在登录页选择“忘记密码”，重设密码，并检查这个邮箱是否安全。".to_owned(),
        ),
    ];
    let english = [
        Block::Sentences(format!(
            "The password of your zhanggui account “{username}” was changed, and every other device was logged \
             out."
        )),
        Block::Sentences(format!(
            "When: {} (UTC+8), which is {} UTC.",
            here.format("%-d %B %Y, %H:%M"),
            at.format("%-d %B %Y, %H:%M"),
        )),
        Block::Sentences("If it was you, there is nothing to do.".to_owned()),
        Block::Sentences(
            "If it was not you, choose “Forgot password” on the login page and set a new one now, and see \
             whether this mailbox is safe."
                .to_owned(),
        ),
    ];
    let subject = "您的掌柜密码已修改 · Your zhanggui password was changed".to_owned();
    compose(id, to, subject, &chinese, &english)
}

fn compose(id: Uuid, to: &str, subject: String, chinese: &[Block], english: &[Block]) -> Mail {
    let text = format!("{}\n\n— — —\n\n{}\n\n掌柜 zhanggui\n", text_of(chinese), text_of(english));
    let html = format!(
        "<!DOCTYPE html>\n\
         <html lang=\"zh-CN\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n\
         </head>\n\
         <body style=\"margin:0;padding:24px 16px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.6\">\n\
         <div style=\"max-width:34em;margin:0 auto\">\n\
         <div lang=\"zh-CN\">\n{}</div>\n\
         <hr style=\"border:0;border-top:1px solid;opacity:0.3;margin:24px 0\">\n\
         <div lang=\"en\">\n{}</div>\n\
         <p style=\"margin:24px 0 0;opacity:0.7\">掌柜 zhanggui</p>\n\
         </div>\n\
         </body>\n\
         </html>\n",
        escaped(&subject),
        html_of(chinese),
        html_of(english),
    );
    Mail { id, to: to.to_owned(), subject, text, html }
}

fn text_of(blocks: &[Block]) -> String {
    let lines = blocks.iter().map(|block| match block {
        Block::Sentences(sentences) => sentences.clone(),
        Block::Code(code) => format!("    {code}"),
    });
    lines.collect::<Vec<_>>().join("\n\n")
}

/// Spaces between the digits are drawn, not written: what is copied are the digits alone.
fn html_of(blocks: &[Block]) -> String {
    let mut html = String::new();
    for block in blocks {
        // Writing to a string cannot fail.
        let _ = match block {
            Block::Sentences(sentences) => {
                writeln!(html, "<p style=\"margin:0 0 16px\">{}</p>", escaped(sentences))
            }
            Block::Code(code) => writeln!(
                html,
                "<p style=\"margin:0 0 16px;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:32px;\
                 font-weight:700;letter-spacing:0.25em\">{}</p>",
                escaped(code)
            ),
        };
    }
    html
}

/// Text as it stands in HTML, inside and outside of quotes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSES: [LetterPurpose; 3] =
        [LetterPurpose::VerifyContact, LetterPurpose::ChangePassword, LetterPurpose::ResetPassword];

    fn code_for(purpose: LetterPurpose) -> Mail {
        code_letter(Uuid::from_u128(7), "reader@example.com", "012345", purpose, 10)
    }

    fn notice_for(username: &str) -> Mail {
        let at = DateTime::parse_from_rfc3339("2026-02-28T18:05:59Z").unwrap().to_utc();
        password_changed_letter(Uuid::from_u128(8), "reader@example.com", username, at)
    }

    #[test]
    fn the_code_can_be_read_in_the_list_of_mails_and_copied_from_both_parts() {
        let mail = code_for(LetterPurpose::VerifyContact);
        assert_eq!(mail.subject, "012345 是您的掌柜验证码 · Your zhanggui code");
        assert_eq!(mail.to, "reader@example.com");
        assert_eq!(mail.id, Uuid::from_u128(7));
        assert_eq!(mail.text.matches("\n    012345\n").count(), 2);
        assert_eq!(mail.html.matches(">012345</p>").count(), 2);
    }

    #[test]
    fn both_languages_say_how_long_it_is_valid_and_that_nobody_asks_for_it() {
        for purpose in PURPOSES {
            let mail = code_for(purpose);
            for part in [&mail.text, &mail.html] {
                for words in
                    ["10 分钟内有效", "valid for 10 minutes", "绝不会向您要验证码", "will ever ask you"]
                {
                    assert!(part.contains(words), "{purpose:?} lacks {words}");
                }
                assert!(part.find("分钟") < part.find("minutes"), "Chinese comes first");
            }
        }
        let mail = code_letter(Uuid::nil(), "r@example.com", "1", LetterPurpose::ResetPassword, 1);
        assert!(mail.text.contains("valid for 1 minute from"));
    }

    #[test]
    fn each_purpose_has_words_of_its_own() {
        let texts = PURPOSES.map(|purpose| code_for(purpose).text);
        assert!(texts[0].contains("验证这个邮箱") && texts[0].contains("this email address is yours"));
        assert!(texts[1].contains("修改您的掌柜密码") && texts[1].contains("somebody else is logged in"));
        assert!(texts[2].contains("重设您的掌柜密码") && texts[2].contains("your password stays as it is"));
    }

    #[test]
    fn the_notice_says_when_in_both_times_and_what_to_do() {
        let text = notice_for("张三").text;
        for words in [
            "“张三”",
            "2026 年 3 月 1 日 02:05",
            "UTC 2026 年 2 月 28 日 18:05",
            "1 March 2026, 02:05 (UTC+8)",
            "28 February 2026, 18:05 UTC",
            "忘记密码",
            "Forgot password",
        ] {
            assert!(text.contains(words), "{words}");
        }
    }

    #[test]
    fn a_name_never_becomes_markup() {
        let mail = notice_for("<img src='//x' onerror=\"a()\">&");
        assert!(mail.html.contains("&lt;img src=&#39;//x&#39; onerror=&quot;a()&quot;&gt;&amp;"));
        assert!(!mail.html.contains("<img"));
        assert!(mail.text.contains("<img src='//x'"), "the text stays as it is");
    }

    #[test]
    fn no_mail_leads_anywhere_or_fetches_anything_or_sets_a_colour() {
        for mail in PURPOSES.map(code_for).into_iter().chain([notice_for("bob")]) {
            for word in [
                "http",
                "href",
                "src=",
                "url(",
                "<img",
                "<script",
                "<link",
                "background",
                ";color",
                "\"color:",
            ] {
                assert!(!mail.html.contains(word), "{word}");
            }
            assert!(!mail.subject.contains(['\r', '\n']));
        }
    }
}
