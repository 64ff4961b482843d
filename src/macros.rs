//! What every aggregate's room writes in the same words: its list of commands, and values that hide themselves.

/// `Debug` that shows the type's name and nothing of the person.
macro_rules! opaque_debug {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(‹hidden›)"))
            }
        }
    )+};
}

/// Declares an aggregate's commands, with a variant for each command's type and a conversion into it.
macro_rules! commands {
    ($(#[$about:meta])* pub enum $all:ident { $($(#[$doc:meta])* $name:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $all {
            $($(#[$doc])* $name($name),)+
        }

        $(impl From<$name> for $all {
            fn from(command: $name) -> Self {
                Self::$name(command)
            }
        })+
    };
}
