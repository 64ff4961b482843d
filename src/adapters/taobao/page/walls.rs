//! Pages that stand where an item's should: log in, prove that you are human, it is gone.
//!
//! Every item page mentions the login page and loads the scripts of the verification, so the mere words mean
//! nothing. What counts is what only the walls have.

use serde_json::Value;

use super::PageRefusal;
use super::markup::Markup;

/// What the interface answers instead of data when it wants a person to prove something.
const BLOCK_MARKS: [&str; 4] = ["rgv587", "fail_sys_user_validate", "fail_sys_session_expired", "deny_h5"];
/// Only a verification page's own script has these.
const WALL_SCRIPTS: [&str; 4] =
    ["x5secdata", "_____tmd_____", "sessionStorage.x5referer", "localStorage.x5referer"];
/// Elements of the verification and the login page.
const WALL_IDS: [&str; 7] =
    ["nocaptcha", "nc_1_n1z", "baxia-punish", "fm-login-id", "login-form", "J_LoginBox", "J_StaticForm"];
/// The walls' titles, without blanks.
const WALL_TITLES: [&str; 13] = [
    "登录",
    "用户登录",
    "淘宝登录",
    "淘宝网-登录",
    "登录-淘宝网",
    "淘宝网-淘！我喜欢-登录",
    "亲，请登录",
    "验证码拦截",
    "安全验证",
    "滑块验证",
    "访问验证",
    "访问被拒绝",
    "AccessDenied",
];
/// Titles of pages for items that are not there, without blanks.
const GONE_TITLES: [&str; 5] = ["宝贝不存在", "商品不存在", "商品已下架", "宝贝已下架", "出错啦-淘宝网"];
/// Whole sentences, which a review would hardly have.
const GONE_SENTENCES: [&str; 8] = [
    "您查看的宝贝不存在",
    "您查看的商品找不到了",
    "您查看的商品不存在",
    "此宝贝已下架",
    "此商品已下架",
    "该商品已下架",
    "该宝贝已下架",
    "宝贝可能已下架",
];
/// Words of the state's own remark about whether the item can be bought.
const GONE_WORDS: [&str; 8] = ["下架", "不存在", "售罄", "售完", "卖光", "卖完", "已删除", "已失效"];

/// Where a script sends somebody who is not logged in.
const LOGIN_ADDRESSES: [&str; 3] =
    ["login.taobao.com/member/login", "login.m.taobao.com/login", "login.tmall.com"];

/// An answer in JSON is never a page; this is what it means.
pub(super) fn of_json(text: &str) -> Option<PageRefusal> {
    let text = text.trim_start();
    // `mtopjsonp1({…})` as well.
    let is_call = text.starts_with("mtopjsonp") || text.starts_with("callback(");
    let is_json = is_call || (text.starts_with('{') && serde_json::from_str::<Value>(text).is_ok());
    if !is_json {
        return None;
    }
    let start = text.get(..text.floor_char_boundary(16 * 1024)).unwrap_or_default().to_ascii_lowercase();
    let is_block = BLOCK_MARKS.iter().any(|mark| start.contains(mark));
    Some(if is_block { PageRefusal::NeedsLogin } else { PageRefusal::Unreadable })
}

/// Whether somebody must log in or prove something first. Only asked of pages that tell of no item.
pub(super) fn is_wall(page: &Markup) -> bool {
    WALL_TITLES.contains(&bare(&page.title).as_str())
        || page.ids.iter().any(|id| WALL_IDS.contains(&id.as_str()))
        || page.scripts.iter().any(|script| WALL_SCRIPTS.iter().any(|mark| script.text.contains(mark)))
}

/// Whether all that a page does is send its reader to the login page. Only asked of pages without a title.
pub(super) fn is_locked_script(page: &Markup) -> bool {
    page.scripts.iter().any(|script| {
        script.text.contains("location")
            && LOGIN_ADDRESSES.iter().any(|address| script.text.contains(address))
    })
}

/// Whether the page says to its readers that there is no such item.
pub(super) fn is_gone(page: &Markup) -> bool {
    GONE_TITLES.contains(&bare(&page.title).as_str())
        || page.ids.iter().any(|id| id == "error-notice")
        || GONE_SENTENCES.iter().any(|sentence| page.text.contains(sentence))
}

/// Whether a remark about an item's state says that it is gone.
pub(super) fn says_gone(remark: &str) -> bool {
    GONE_WORDS.iter().any(|word| remark.contains(word))
}

fn bare(title: &str) -> String {
    title.chars().filter(|c| !c.is_whitespace()).collect()
}
