//! What a person types to say which account is meant: a username, an email or a phone number.

use super::{Email, Phone, Username};

/// The readings of one identifier, in the order to look them up.
///
/// A name made of digits can be somebody else's phone number. Contacts come first, so that taking a
/// stranger's number for a name gains nothing and locks nobody out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The text as an email; then it is nothing else.
    pub email: Option<Email>,
    /// The text as a mobile number.
    pub phone: Option<Phone>,
    /// The text as a username.
    pub username: Option<Username>,
}

impl Identifier {
    /// Reads an identifier. A text without any reading belongs to no account; that is no error here,
    /// since telling would make it different from an account that does not exist.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        Self {
            email: Email::parse(typed).ok(),
            phone: Phone::parse(typed).ok(),
            username: Username::parse(typed.trim()).ok(),
        }
    }

    /// Kind and normalised value of each reading, as accounts claim them.
    pub fn readings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let email = self.email.as_ref().map(|email| ("email", email.as_str()));
        let phone = self.phone.as_ref().map(|phone| ("phone", phone.as_str()));
        let username = self.username.as_ref().map(|username| ("username", username.key()));
        [email, phone, username].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_in_every_way_it_can_be() {
        let read =
            |typed| Identifier::parse(typed).readings().map(|(k, v)| format!("{k} {v}")).collect::<Vec<_>>();
        assert_eq!(read("ZhangSan "), ["username zhangsan"]);
        assert_eq!(read("Zhang@x.cn"), ["email zhang@x.cn"]);
        assert_eq!(read("+86 13800138000"), ["phone +8613800138000"]);
        assert_eq!(read("13800138000"), ["phone +8613800138000", "username 13800138000"]);
        assert_eq!(read("a b"), Vec::<String>::new());
    }
}
