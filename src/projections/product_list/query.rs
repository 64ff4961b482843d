//! What a list of products can be asked: which ones, in which order, with which words in the title.

use uuid::Uuid;

/// The most characters of a search.
const LONGEST_SEARCH: usize = 120;

/// Whether a product is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Listed,
    /// Its merchant took it off the shelf.
    Delisted,
}

impl Status {
    /// The word of the contract and of the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Delisted => "delisted",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Listed, Self::Delisted].into_iter().find(|status| status.as_str() == text)
    }
}

/// What became of finding out about a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Info {
    /// The crawler has not answered yet.
    Pending,
    /// It has.
    Fetched,
    /// It gave up.
    Failed,
}

impl Info {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Fetched, Self::Failed];

    /// The word of the contract and of the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Fetched => "fetched",
            Self::Failed => "failed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|info| info.as_str() == text)
    }

    /// Literals, so that the planner sees which of them the index of the few is about.
    const fn condition(self) -> &'static str {
        match self {
            Self::Pending => "AND p.info_status = 'pending'",
            Self::Fetched => "AND p.info_status = 'fetched'",
            Self::Failed => "AND p.info_status = 'failed'",
        }
    }
}

/// The order of a list. Among equals, the id decides, in the same direction.
///
/// What has no title comes after all titles, what has no price after all prices, in both directions. Titles are
/// in the order of their code points, folded; of their first 120 characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// `-listed_at`
    #[default]
    NewestFirst,
    /// `listed_at`
    OldestFirst,
    /// `title`
    Title,
    /// `price`
    CheapestFirst,
    /// `-price`
    DearestFirst,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 5] =
        [Self::NewestFirst, Self::OldestFirst, Self::Title, Self::CheapestFirst, Self::DearestFirst];

    /// The word of the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewestFirst => "-listed_at",
            Self::OldestFirst => "listed_at",
            Self::Title => "title",
            Self::CheapestFirst => "price",
            Self::DearestFirst => "-price",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }

    /// The column of the table, its type, whether it falls, and what stands before every value.
    const fn walk(self) -> (&'static str, &'static str, bool, &'static str) {
        match self {
            Self::NewestFirst => ("listed_at", "timestamptz", true, "infinity"),
            Self::OldestFirst => ("listed_at", "timestamptz", false, "-infinity"),
            Self::Title => ("title_order", "text", false, ""),
            Self::CheapestFirst => ("price_up", "numeric", false, "-1"),
            Self::DearestFirst => ("price_down", "numeric", true, "Infinity"),
        }
    }

    /// Whether products are in the order of their listing, so that their place can be told from it.
    pub(super) const fn is_by_time(self) -> bool {
        matches!(self, Self::NewestFirst | Self::OldestFirst)
    }

    /// The place before the first product.
    #[must_use]
    pub fn start(self) -> Place {
        let (_, _, falls, before) = self.walk();
        Place { key: before.to_owned(), product_id: if falls { Uuid::max() } else { Uuid::nil() } }
    }
}

/// The words that a title must hold, each of them anywhere, in upper or lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// Reads what somebody typed; blanks divide words. None when nothing is searched for.
    ///
    /// # Errors
    /// [`BadSearch`] with control characters or more than 120 characters.
    pub fn parse(text: &str) -> Result<Option<Self>, BadSearch> {
        let text = text.trim();
        if text.chars().any(char::is_control) || text.chars().count() > LONGEST_SEARCH {
            return Err(BadSearch);
        }
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// As it was typed, without blanks around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Nothing that could be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a search is at most 120 characters without control characters")]
pub struct BadSearch;

/// Which of a store's products, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The store.
    pub store_id: Uuid,
    /// Only those of this category. Of one that is not the store's, or was removed, there are none.
    pub category_id: Option<Uuid>,
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those about which this was found out.
    pub info: Option<Info>,
    /// Only those with these words in the title.
    pub search: Option<Search>,
    /// In this order.
    pub sort: Sort,
}

impl Query {
    /// All products of a store, the newest first.
    #[must_use]
    pub const fn all_of(store_id: Uuid) -> Self {
        Self { store_id, category_id: None, status: None, info: None, search: None, sort: Sort::NewestFirst }
    }

    /// The statement that answers it. Its parameters: store, statuses, key and id of the place, limit,
    /// category, and with a search its text. Nothing that somebody typed is in the statement itself.
    #[must_use]
    pub fn statement(&self) -> String {
        let template = if self.search.is_some() {
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/projections/product_list/read/search.sql"))
        } else if self.info.is_some() {
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/projections/product_list/read/by_info.sql"))
        } else {
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/projections/product_list/read/page.sql"))
        };
        let (key, key_type, falls, _) = self.sort.walk();
        let scope = if self.category_id.is_some() {
            "p.category_id = $6 AND p.store_id = $1 \
             AND EXISTS (SELECT FROM categories c WHERE c.category_id = $6 AND c.store_id = $1)"
        } else {
            "p.store_id = $1"
        };
        let sql: Vec<_> = template.lines().filter(|line| !line.starts_with("--")).collect();
        sql.join("\n")
            .replace("{scope}", scope)
            .replace("{info}", self.info.map_or("", Info::condition))
            .replace("{key}", key)
            .replace("{type}", key_type)
            .replace("{beyond}", if falls { "<" } else { ">" })
            .replace("{direction}", if falls { "DESC" } else { "ASC" })
    }

    /// The statuses asked for.
    #[must_use]
    pub fn statuses(&self) -> &'static [&'static str] {
        match self.status {
            None => &["listed", "delisted"],
            Some(Status::Listed) => &["listed"],
            Some(Status::Delisted) => &["delisted"],
        }
    }
}

/// A place in a list: that of its last product so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the list is sorted by, as the database writes it.
    pub key: String,
    /// The product.
    pub product_id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_contract_is_read_and_no_other() {
        for sort in Sort::ALL {
            assert_eq!(Sort::parse(sort.as_str()), Some(sort));
        }
        for status in [Status::Listed, Status::Delisted] {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        for info in Info::ALL {
            assert_eq!(Info::parse(info.as_str()), Some(info));
            assert!(info.condition().ends_with(&format!("'{}'", info.as_str())));
        }
        assert_eq!((Sort::parse("-title"), Sort::parse(""), Status::parse("Listed")), (None, None, None));
    }

    #[test]
    fn a_search_is_trimmed_and_bounded() {
        assert_eq!(Search::parse(" \u{3000} "), Ok(None));
        assert_eq!(Search::parse(" 红 茶 ").unwrap().unwrap().as_str(), "红 茶");
        assert!(Search::parse(&"茶".repeat(120)).is_ok());
        assert_eq!(Search::parse(&"茶".repeat(121)), Err(BadSearch));
        assert_eq!(Search::parse("a\0b"), Err(BadSearch));
    }

    #[test]
    fn no_statement_keeps_a_brace_or_holds_what_was_typed() {
        for sort in Sort::ALL {
            for (category_id, search) in
                [(None, None), (Some(Uuid::nil()), None), (None, Search::parse("'; DROP").unwrap())]
            {
                for info in [None, Some(Info::Failed)] {
                    let search = search.clone();
                    let query = Query { category_id, info, search, sort, ..Query::all_of(Uuid::nil()) };
                    let sql = query.statement();
                    assert!(!sql.contains(['{', '}']) && !sql.contains("DROP"), "{sql}");
                }
            }
        }
    }
}
