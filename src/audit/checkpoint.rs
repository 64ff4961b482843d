//! Checkpoints (C2SP tlog-checkpoint): which log, how many events, and their root, as the text of a signed note.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::note::is_name;
use crate::eventstore::merkle::Hash;

/// The text is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no checkpoint of a log")]
pub struct BadCheckpoint;

/// What a log claims to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is that of its key.
    pub origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root over their leaves.
    pub root: Hash,
}

impl fmt::Display for Checkpoint {
    /// Three lines: what is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = BadCheckpoint;

    /// Lines after the third, which other logs may have, say nothing here.
    fn from_str(text: &str) -> Result<Self, BadCheckpoint> {
        let mut lines = text.strip_suffix('\n').ok_or(BadCheckpoint)?.split('\n');
        let mut line = || lines.next().ok_or(BadCheckpoint);
        let (origin, size, root) = (line()?, line()?, line()?);
        let number: u64 = size.parse().map_err(|_| BadCheckpoint)?;
        let root = STANDARD.decode(root).map_err(|_| BadCheckpoint)?;
        let root = root.try_into().map_err(|_| BadCheckpoint)?;
        let is_right = is_name(origin) && number.to_string() == size && !lines.any(str::is_empty);
        if is_right { Ok(Self { origin: origin.to_owned(), size: number, root }) } else { Err(BadCheckpoint) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint: Checkpoint = text.parse().unwrap();
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.to_string(), text);
        assert!(format!("{text}an extension\n").parse::<Checkpoint>().is_ok());
    }

    #[test]
    fn what_has_not_the_form_is_refused() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        for bad in [
            String::new(),
            format!("a\n1\n{root}"),
            format!("a\n01\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n-1\n{root}\n"),
            format!("\n1\n{root}\n"),
            format!("a b\n1\n{root}\n"),
            format!("a\n1\n{root}\n\n"),
            "a\n1\nCsUY\n".to_owned(),
            "a\n1\n".to_owned(),
            format!("a\n18446744073709551616\n{root}\n"),
        ] {
            assert_eq!(bad.parse::<Checkpoint>(), Err(BadCheckpoint), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(size: u64, root: [u8; 32]) {
            let checkpoint = Checkpoint { origin: "log.example/1".to_owned(), size, root };
            prop_assert_eq!(checkpoint.to_string().parse::<Checkpoint>(), Ok(checkpoint));
        }

        #[test]
        fn bad_text_never_panics(text: String) {
            let _outcome = text.parse::<Checkpoint>();
        }
    }
}
