//! The few things that matter of a page's markup, picked from its tags as they go by.
//!
//! Tags are read by html5ever's tokenizer. The tree that its parser would build is never built, as hostile markup
//! makes that cost more than linear time (depth) or memory (formatting elements that are opened anew in each
//! paragraph). One cost of the tokenizer is quadratic, too: attributes of one tag are compared with each other. So
//! the text is fed in small pieces, and what may be swallowed without giving anything back is bounded.

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// How much is fed at once.
const PIECE: usize = 4 * 1024;
/// How much in all may be fed without a tag or a text coming out: in comments and inside of tags.
const SILENCE: usize = 128 * 1024;
/// How many `<meta>`, form fields, scripts and ids are kept, of each.
const MOST: usize = 512;
/// The most bytes of text outside of scripts that are kept.
const LONGEST_TEXT: usize = 256 * 1024;
/// The most bytes of a title or a price.
const LONGEST_LINE: usize = 4 * 1024;

/// A script and what it is.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Its `type`, in lower case; often empty.
    pub(super) kind: String,
    /// What is in it.
    pub(super) text: String,
}

/// What is kept of a page.
#[derive(Debug, Default)]
pub(super) struct Markup {
    pub(super) scripts: Vec<Script>,
    /// The first `<title>` that is not empty.
    pub(super) title: String,
    /// `data-title` of the old pages' heading.
    pub(super) main_title: Option<String>,
    /// The old pages' big image.
    pub(super) main_image: Option<String>,
    /// The price as the old pages draw it.
    pub(super) shown_price: Option<String>,
    /// What people read, more or less.
    pub(super) text: String,
    /// The elements' ids.
    pub(super) ids: Vec<String>,
    metas: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl Markup {
    /// The first `<meta>` of this `property` or `name` that says something.
    pub(super) fn meta(&self, name: &str) -> Option<&str> {
        first(&self.metas, name)
    }

    /// The first form field of this name that holds something.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        first(&self.fields, name)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.as_str())
}

/// Reads a page; of one that is too strange, what came before that.
pub(super) fn read(text: &str) -> Markup {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = text;
    let mut silence = 0;
    while !rest.is_empty() && silence < SILENCE {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = after;
        queue.push_back(StrTendril::from_slice(piece));
        // Only a script's handle would stop it, and the sink gives none.
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        if !tokenizer.sink.0.borrow_mut().take_heard() {
            silence += piece.len();
        }
    }
    if rest.is_empty() {
        tokenizer.end();
    }
    tokenizer.sink.0.into_inner().markup
}

/// Where text belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Body,
    Title,
    Script,
    Price,
    /// Styles and other things that nobody reads.
    Nowhere,
}

#[derive(Debug, Default)]
struct Seen {
    markup: Markup,
    place: Place,
    heard: bool,
}

#[derive(Debug, Default)]
struct Sink(RefCell<Seen>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                seen.heard = true;
                match tag.kind {
                    TagKind::StartTag => return seen.start(&tag),
                    TagKind::EndTag => seen.place = Place::Body,
                }
            }
            Token::CharacterTokens(text) => {
                seen.heard = true;
                seen.keep(&text);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Seen {
    fn take_heard(&mut self) -> bool {
        std::mem::take(&mut self.heard)
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        if let Some(id) = attribute(tag, "id").filter(|_| self.markup.ids.len() < MOST) {
            self.markup.ids.push(id.to_owned());
        }
        match &*tag.name {
            "script" => {
                let kind = attribute(tag, "type").unwrap_or_default().trim().to_ascii_lowercase();
                self.place = if self.markup.scripts.len() < MOST { Place::Script } else { Place::Nowhere };
                if self.place == Place::Script {
                    self.markup.scripts.push(Script { kind, text: String::new() });
                }
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "title" => {
                self.place = if self.markup.title.trim().is_empty() { Place::Title } else { Place::Nowhere };
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "textarea" => {
                self.place = Place::Nowhere;
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                self.place = Place::Nowhere;
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "plaintext" => return TokenSinkResult::Plaintext,
            "meta" => self.meta(tag),
            "input" => self.field(tag),
            _ => self.element(tag),
        }
        TokenSinkResult::Continue
    }

    fn meta(&mut self, tag: &Tag) {
        let name = ["property", "name", "itemprop"].iter().find_map(|name| attribute(tag, name));
        if let (Some(name), Some(content)) = (name, attribute(tag, "content"))
            && self.markup.metas.len() < MOST
        {
            self.markup.metas.push((name.trim().to_ascii_lowercase(), content.to_owned()));
        }
    }

    fn field(&mut self, tag: &Tag) {
        if let (Some(name), Some(value)) = (attribute(tag, "name"), attribute(tag, "value"))
            && self.markup.fields.len() < MOST
        {
            self.markup.fields.push((name.trim().to_owned(), value.to_owned()));
        }
    }

    /// Elements of the pages of old, by the names that their scripts know them by.
    fn element(&mut self, tag: &Tag) {
        let markup = &mut self.markup;
        let class = attribute(tag, "class").unwrap_or_default();
        if class.split_ascii_whitespace().any(|class| class == "tb-main-title") && markup.main_title.is_none()
        {
            markup.main_title = attribute(tag, "data-title").map(str::to_owned);
        }
        if attribute(tag, "id") == Some("J_ImgBooth") && markup.main_image.is_none() {
            let sources = ["data-src", "src"];
            markup.main_image = sources.iter().find_map(|name| attribute(tag, name)).map(str::to_owned);
        }
        if class.split_ascii_whitespace().any(|class| class == "tb-rmb-num") && markup.shown_price.is_none() {
            self.place = Place::Price;
        }
    }

    fn keep(&mut self, text: &str) {
        let markup = &mut self.markup;
        match self.place {
            Place::Script => {
                if let Some(script) = markup.scripts.last_mut() {
                    script.text.push_str(text);
                }
            }
            Place::Title => push(&mut markup.title, text, LONGEST_LINE),
            Place::Price => push(markup.shown_price.get_or_insert_default(), text, LONGEST_LINE),
            Place::Body => push(&mut markup.text, text, LONGEST_TEXT),
            Place::Nowhere => {}
        }
    }
}

fn push(kept: &mut String, text: &str, longest: usize) {
    let room = longest.saturating_sub(kept.len());
    kept.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_found_across_the_borders_of_pieces() {
        let filling = "<p>好</p>".repeat(PIECE);
        let page = format!(
            "<title>一</title>{filling}<script type=' Application/LD+JSON '>{{\"a\":\"</b>\"}}</script>\
             <meta property=OG:Title content='二 &amp; 三'><input name=title value=四><svg><title>五</title></svg>"
        );
        let markup = read(&page);
        assert_eq!(markup.title, "一");
        assert_eq!(markup.scripts[0].kind, "application/ld+json");
        assert_eq!(markup.scripts[0].text, "{\"a\":\"</b>\"}");
        assert_eq!(markup.meta("og:title"), Some("二 & 三"));
        assert_eq!(markup.field("title"), Some("四"));
    }

    #[test]
    fn hostile_markup_costs_no_more_than_its_length() {
        let many: String =
            (0..400_000).flat_map(|number| ["a".to_owned(), number.to_string(), " ".to_owned()]).collect();
        for page in [
            "<div>".repeat(400_000),
            "<b a>".repeat(200_000) + &"<p>x".repeat(200_000),
            format!("<x {many}>"),
            format!("<!--{}", "-".repeat(2_000_000)),
            "<script>".repeat(200_000),
            "<meta name=a content=b>".repeat(90_000),
        ] {
            let markup = read(&page);
            assert!(markup.metas.len() <= MOST && markup.scripts.len() <= MOST);
        }
    }
}
