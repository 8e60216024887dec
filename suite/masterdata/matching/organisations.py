"""Names of companies: what in them says which company it is, apart from its legal form, its town and its trade."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from suite.masterdata.matching.text import CHINESE, spoken, words

LEGAL_ZH = re.compile(r"(?:股份|有限|责任|总|分|子)*公司|集团|股份(?=$)")
# What a legal form is, however it is written; the first that is met counts. Blank: says nothing of the form.
FORMS_ZH = {"股份": "plc", "有限": "ltd", "集团": "group"}
FORMS = {
    **dict.fromkeys(("ltd", "limited", "llc", "pte", "pty"), "ltd"),
    **dict.fromkeys(("inc", "incorporated", "corp", "corporation", "plc"), "plc"),
    **dict.fromkeys(("group", "holding", "holdings"), "group"),
    **{form: form for form in ("llp", "lp", "gmbh", "ag", "sa", "srl", "bv", "oy", "kg")},
    **dict.fromkeys(("co", "company", "the", "and"), ""),
}
TOWNS = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏"
    "|宁夏|新疆|香港|澳门|广州|深圳|东莞|佛山|珠海|中山|惠州|汕头|杭州|宁波|温州|嘉兴|绍兴|金华|义乌|台州|南京|苏州|无锡|常州|南通|扬州|徐州|合肥|芜湖|福州"
    "|厦门|泉州|南昌|济南|青岛|烟台|潍坊|临沂|郑州|洛阳|武汉|宜昌|长沙|株洲|成都|绵阳|昆明|贵阳|西安|咸阳|兰州|西宁|银川|乌鲁木齐|呼和浩特|石家庄|保定|唐山|太原|大同"
    "|沈阳|大连|长春|哈尔滨|大庆|南宁|柳州|桂林|海口|三亚|拉萨|昆山|中国"
)
TOWNS_EN = re.compile(
    "beijing|shanghai|tianjin|chongqing|guangzhou|shenzhen|dongguan|hangzhou|ningbo"
    "|nanjing|suzhou|wuhan|chengdu|xiamen|qingdao|china|hongkong"
)
TOWN = re.compile(f"^(?:{TOWNS})[省市]?|(?:{TOWNS})[省市]?$")
TRADE = re.compile(
    "进出口|供应链|新能源|新材料|互联网|房地产|国际|商贸|贸易|科技|技术|电子|电器|电气|机械|机电|食品|服装|服饰|纺织|建材|建筑|建设|装饰|物流|运输|医药|医疗|器械|化工"
    "|五金|包装|照明|家具|家居|印刷|仪器|仪表|汽配|汽车|农业|环保|文化|传媒|广告|教育|实业|发展|投资|工程|设备|制造|信息|网络|软件|咨询|管理|服务|餐饮|酒店"
    "|生物|材料|能源|电力|通信|通讯|塑料|塑胶|橡胶|钢铁|金属|模具|精密|自动化|智能|数码|光电|工业|产业|企业|百货|超市|零售|商业|旅游|金融|保险|证券|银行|控股"
)
DIGITS = re.compile(r"\d+")
CLOSE, ALIKE = 0.92, 0.84


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company's name: all of it in one spelling, without form and town, as that sounds, and what is its very own."""

    whole: str
    own: str
    tokens: str
    sound: str
    brand: str
    digits: tuple[str, ...]
    form: str


@lru_cache(maxsize=20_000)
def organisation_of(raw: str) -> Organisation | None:
    """What a company is called; None where nothing can be read."""
    found = words(raw)
    if not found:
        return None
    kept = [each for each in (LEGAL_ZH.sub("", word) for word in found if word not in FORMS) if each] or found
    whole, form = "".join(kept), _form(found)
    if not CHINESE.search(whole):
        named = [word for word in kept if not TOWNS_EN.fullmatch(word)] or kept
        own = "".join(named)
        return Organisation(whole, own, " ".join(sorted(named)), own, named[0], _digits(whole), form)
    own = TOWN.sub("", TOWN.sub("", whole)) or whole
    brand = TRADE.sub("", own) or own
    return Organisation(whole, own, own, spoken(own), spoken(brand), _digits(whole), form)


def _form(found: list[str]) -> str:
    chinese = (form for word in found for mark, form in FORMS_ZH.items() if mark in word)
    return next(chinese, "") or next((FORMS[word] for word in found if FORMS.get(word)), "")


def _digits(text: str) -> tuple[str, ...]:
    return tuple(DIGITS.findall(text))


def organisation_keys(name: Organisation) -> Iterator[str]:
    """How the name sounds, what is its own, and pieces long enough to be rare."""
    yield name.sound[:40]
    if len(name.brand) > 2:
        yield f"{name.brand[:20]}_"
    if CHINESE.search(name.own):
        yield from (name.own[start : start + 4] for start in range(len(name.own) - 3))
    elif len(name.own) > 5:
        yield f"{name.own[:6]}~"
        yield f"~{name.own[-6:]}"
        yield name.tokens.replace(" ", "")[:40]


def organisation_level(one: Organisation, other: Organisation) -> int:
    """0 the same, 1 the same but for form, town, sound or a slip, 2 alike, 3 another."""
    if one.whole == other.whole and (one.form == other.form or not one.form or not other.form):
        return 0
    if one.digits != other.digits:
        return 3  # the number is what tells branches, schools and works apart
    if one.sound == other.sound or one.tokens == other.tokens:
        return 1
    chinese = CHINESE.search(one.own + other.own)
    if not chinese:
        score = JaroWinkler.similarity(one.own, other.own)
        return 1 if score >= CLOSE + 0.03 else 2 if score >= ALIKE + 0.04 else 3
    if one.brand == other.brand or one.own.startswith(other.own) or other.own.startswith(one.own):
        return 2
    slip = OSA.distance(one.own, other.own, score_cutoff=1) <= 1 and min(len(one.own), len(other.own)) >= 5
    return 2 if slip and spoken(one.own[:2]) == spoken(other.own[:2]) else 3
