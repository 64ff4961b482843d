//! What every problem code says: the one table of all of them, with their HTTP status.

use super::Words;

const fn words(
    status: u16,
    code: &'static str,
    title: (&'static str, &'static str),
    detail: (&'static str, &'static str),
) -> Words {
    Words { code, status, title, detail }
}

/// A defect: what any code that is not in the table counts as.
pub(super) const INTERNAL: Words = words(
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
    words(
        400,
        "wrong_code",
        ("验证码不对", "Wrong code"),
        (
            "验证码不正确，请核对后重试。",
            "That is not the code that was sent; please check it and try again.",
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
        "not_product_owner",
        ("不是您的商品", "Not your product"),
        ("此商品属于其他店铺，不能修改。", "This product belongs to another store; you cannot change it."),
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
    words(404, "no_store", ("还没有店铺", "No store yet"), ("请先开设店铺。", "Please open a store first.")),
    words(
        404,
        "product_not_found",
        ("没有此商品", "No such product"),
        ("此商品不存在或已被删除。", "The product does not exist or was deleted."),
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
        "store_exists",
        ("已有店铺", "Store exists"),
        ("每个账号只能开设一家店铺。", "An account can have one store only."),
    ),
    words(
        409,
        "already_listed",
        ("商品已上架", "Already listed"),
        ("店铺中已有此商品。", "The store has this item listed already."),
    ),
    words(
        409,
        "category_in_use",
        ("分类正在使用", "Category in use"),
        (
            "分类下还有商品，请先移动或删除这些商品。",
            "There are products in the category; please move or delete them first.",
        ),
    ),
    words(
        409,
        "conflict",
        ("操作冲突", "Conflict"),
        ("同时有其他更改，请重试。", "Something else changed at the same time; please try again."),
    ),
    words(
        410,
        "code_expired",
        ("验证码已失效", "Code expired"),
        (
            "验证码已过期、已使用或已被新的验证码取代，请重新获取。",
            "The code has expired, was used or was replaced by a newer one; please ask for a new one.",
        ),
    ),
    words(
        410,
        "cursor_expired",
        ("列表位置已失效", "Cursor expired"),
        (
            "列表的位置已过期或属于其他筛选条件，请从第一页重新开始。",
            "The cursor is too old or belongs to another list; please start from the first page.",
        ),
    ),
    words(
        412,
        "version_mismatch",
        ("版本不一致", "Version mismatch"),
        ("此内容已被修改，请重新载入后再试。", "It has changed since you loaded it; please load it again."),
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
        (
            "不支持这种内容类型，请按文档发送。",
            "Please send one of the content types that the documentation names.",
        ),
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
        ("尝试次数过多，请稍后再试。", "There were too many attempts; please try again later."),
    ),
    words(
        429,
        "resend_too_soon",
        ("发送过于频繁", "Too soon for another code"),
        (
            "验证码刚刚发送过，请稍后再获取。",
            "A code was sent just now; please wait before asking for another.",
        ),
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
