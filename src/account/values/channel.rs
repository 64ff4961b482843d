//! By which way a code goes to a person, and what for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The way a code goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// To the account's email address.
    Email,
    /// To the account's phone, as a text message.
    Sms,
}

impl Channel {
    /// The name in requests, answers and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The channel of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|channel| channel.as_str() == name)
    }

    /// An address or a number with its middle hidden, for showing its owner where a code went.
    #[must_use]
    pub fn mask(self, destination: &str) -> String {
        let stars = |kept: &str, rest: &str| format!("{kept}***{rest}");
        match self {
            Self::Email => {
                let (name, domain) = destination.rsplit_once('@').unwrap_or((destination, ""));
                let first: String = name.chars().take(1).collect();
                stars(&first, &format!("@{domain}"))
            }
            Self::Sms => {
                let digits: Vec<char> = destination.chars().collect();
                let shown = |range: &[char]| range.iter().collect::<String>();
                // +86 138 **** 8000: of a short number less is shown at the front.
                let head = digits.len().saturating_sub(8).min(6);
                let tail = digits.len().saturating_sub(4);
                let (first, last) = (digits.get(..head).unwrap_or(&[]), digits.get(tail..).unwrap_or(&[]));
                format!("{}****{}", shown(first), shown(last))
            }
        }
    }
}

/// What a code proves, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// That the contact is the owner's.
    VerifyContact,
    /// That the owner wants another password.
    ChangePassword,
    /// That whoever forgot the password is the owner.
    ResetPassword,
}

impl Purpose {
    /// The name in requests, answers and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyContact => "verify_contact",
            Self::ChangePassword => "change_password",
            Self::ResetPassword => "reset_password",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_destination_shows_its_owner_enough_and_others_too_little() {
        for (channel, destination, masked) in [
            (Channel::Email, "san@example.com", "s***@example.com"),
            (Channel::Email, "张三@example.com", "张***@example.com"),
            (Channel::Sms, "+8613800138000", "+86138****8000"),
            (Channel::Sms, "+35312345", "+****2345"),
            (Channel::Sms, "", "****"),
        ] {
            assert_eq!(channel.mask(destination), masked);
        }
    }

    #[test]
    fn names_are_those_of_the_stored_form() {
        for channel in [Channel::Email, Channel::Sms] {
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.as_str());
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
        for purpose in [Purpose::VerifyContact, Purpose::ChangePassword, Purpose::ResetPassword] {
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.as_str());
        }
        assert_eq!(Channel::parse("pigeon"), None);
    }
}
