//! What people and things are called.

pub(super) const SURNAMES: [&str; 24] = [
    "zhang", "wang", "li", "zhao", "liu", "chen", "yang", "huang", "zhou", "wu", "xu", "sun", "hu", "zhu", "gao", "lin",
    "he", "guo", "ma", "luo", "liang", "song", "zheng", "xie",
];
pub(super) const GIVEN: [&str; 28] = [
    "wei", "fang", "na", "min", "jing", "li", "qiang", "lei", "jun", "yang", "yong", "yan", "jie", "juan", "tao", "ming",
    "chao", "xia", "ping", "gang", "xin", "hua", "fei", "hong", "bo", "rui", "ning", "yu",
];
pub(super) const SHOPS: [&str; 14] = [
    "小铺", "优选", "生活馆", "好物", "杂货铺", "精品店", "旗舰小店", "特卖", "折扣店", "百货", "良品", "集市", "仓库店", "小站",
];
pub(super) const PLACES: [&str; 16] = [
    "杭州", "广州", "义乌", "苏州", "成都", "青岛", "宁波", "厦门", "佛山", "常熟", "温州", "武汉", "长沙", "无锡", "泉州", "郑州",
];
pub(super) const CATEGORIES: [&str; 12] =
    ["女装", "男装", "鞋靴", "箱包", "母婴", "美妆", "家居", "厨具", "数码", "零食", "运动", "文具"];
pub(super) const STYLES: [&str; 18] = [
    "2026新款", "夏季薄款", "秋冬加绒", "简约", "复古", "宽松", "纯棉", "便携", "大容量", "儿童", "学生", "情侣", "防水", "轻奢",
    "加厚", "透气", "日系", "国潮",
];
pub(super) const THINGS: [&str; 30] = [
    "短袖T恤", "连衣裙", "牛仔裤", "运动鞋", "帆布包", "双肩包", "保温杯", "收纳盒", "四件套", "抱枕", "台灯", "电水壶", "蓝牙耳机",
    "数据线", "手机壳", "面膜", "洗面奶", "坚果礼盒", "牛肉干", "瑜伽垫", "跳绳", "笔记本", "中性笔", "雨伞", "袜子", "围巾", "毛巾",
    "砂锅", "菜刀", "婴儿湿巾",
];
pub(super) const ENDS: [&str; 10] =
    ["包邮", "女", "男", "ins风", "送礼", "两件装", "大码", "家用", "官方正品", "高颜值"];
