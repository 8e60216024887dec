"""What every company has from its first day: the VAT rates in force. Units, currencies, regions are shared by all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from importlib.resources import files

from django.utils.translation import gettext_noop

from suite.core.models import Company
from suite.core.pinyin import syllables
from suite.masterdata.models import Tax

GENERAL, SIMPLE = Tax.Method.GENERAL, Tax.Method.SIMPLE
VAT_LAW = "中华人民共和国增值税法"
RELIEF = "财政部 税务总局公告2023年第19号"
RELIEF_ENDS = dt.date(2027, 12, 31)

# code, rate %, name, English name, method, last day, legal basis; 3 % is taken as 1 % until the relief ends.
TAXES = [
    ("VAT13", 13, "增值税13%", "VAT 13%", GENERAL, None, VAT_LAW),
    ("VAT9", 9, "增值税9%", "VAT 9%", GENERAL, None, VAT_LAW),
    ("VAT6", 6, "增值税6%", "VAT 6%", GENERAL, None, VAT_LAW),
    ("VAT3", 3, "征收率3%", "Levy rate 3%", SIMPLE, None, VAT_LAW),
    ("VAT1", 1, "征收率1%（减按）", "Levy rate 1% (relief)", SIMPLE, RELIEF_ENDS, RELIEF),
    ("VAT0", 0, "零税率", "Zero rate", GENERAL, None, VAT_LAW),
]

# code, name, English name, places
UNITS = [
    ("pcs", "个", gettext_noop("piece"), 0),
    ("set", "套", gettext_noop("set"), 0),
    ("unit", "台", gettext_noop("unit"), 0),
    ("box", "盒", gettext_noop("box"), 0),
    ("carton", "箱", gettext_noop("carton"), 0),
    ("pack", "包", gettext_noop("pack"), 0),
    ("bottle", "瓶", gettext_noop("bottle"), 0),
    ("bag", "袋", gettext_noop("bag"), 0),
    ("roll", "卷", gettext_noop("roll"), 0),
    ("sheet", "张", gettext_noop("sheet"), 0),
    ("pair", "双", gettext_noop("pair"), 0),
    ("kg", "千克", gettext_noop("kilogram"), 3),
    ("g", "克", gettext_noop("gram"), 3),
    ("t", "吨", gettext_noop("tonne"), 6),
    ("m", "米", gettext_noop("metre"), 3),
    ("m2", "平方米", gettext_noop("square metre"), 3),
    ("m3", "立方米", gettext_noop("cubic metre"), 6),
    ("l", "升", gettext_noop("litre"), 3),
    ("h", "小时", gettext_noop("hour"), 2),
    ("day", "天", gettext_noop("day"), 2),
    ("time", "次", gettext_noop("time"), 0),
    ("measure", "计量单位", gettext_noop("measure"), 6),
]

# code, name, English name, symbol, places (ISO 4217)
CURRENCIES = [
    ("CNY", "人民币", gettext_noop("Renminbi"), "¥", 2),
    ("USD", "美元", gettext_noop("US dollar"), "$", 2),
    ("EUR", "欧元", gettext_noop("Euro"), "€", 2),
    ("GBP", "英镑", gettext_noop("Pound sterling"), "£", 2),
    ("HKD", "港元", gettext_noop("Hong Kong dollar"), "HK$", 2),
    ("TWD", "新台币", gettext_noop("New Taiwan dollar"), "NT$", 2),
    ("JPY", "日元", gettext_noop("Yen"), "¥", 0),
    ("KRW", "韩元", gettext_noop("Won"), "₩", 0),
    ("SGD", "新加坡元", gettext_noop("Singapore dollar"), "S$", 2),
    ("AUD", "澳元", gettext_noop("Australian dollar"), "A$", 2),
]

MODERN = str.maketrans("區達嶺別門", "区达岭别门")
KNOWN_AS = {
    "150000": "Inner Mongolia", "450000": "Guangxi", "540000": "Tibet", "610000": "Shaanxi", "640000": "Ningxia",
    "650000": "Xinjiang", "710000": "Taiwan", "810000": "Hong Kong", "820000": "Macau",
}  # fmt: skip
LEVELS = {
    "自治州": " Prefecture", "自治县": " County", "自治旗": " Banner", "地区": " Prefecture",
    "林区": " Forest District", "省": "", "市": "", "区": " District", "县": " County", "旗": " Banner",
    "盟": " League",
}  # fmt: skip


def set_up(company: Company) -> None:
    """Give a new company its VAT rates; 13 % is the default."""
    Tax.objects.bulk_create(
        Tax(
            company=company, code=code, rate=rate, name=name, name_en=name_en, method=method,
            valid_to=last_day, legal_basis=basis, is_default=code == "VAT13",
        )
        for code, rate, name, name_en, method, last_day, basis in TAXES
    )  # fmt: skip


def regions() -> Iterator[tuple[str, str, str, str]]:
    """Provinces, cities and counties in force, parents first: (code, name, English name, parent's code).

    From the list that python-stdnum carries; it keeps abolished ones with their years, which are left out, as are the
    fillers of the code tree that nobody writes in an address (市辖区, 省直辖县级行政单位).
    """
    names = _names_in_force()
    for code in sorted(names):
        yield code, names[code], KNOWN_AS.get(code) or _in_english(names[code]), _parent(code, names)


def _in_english(name: str) -> str:
    """The name in pinyin, the level in English: 朝阳区 is Chaoyang District."""
    level = next((level for level in LEVELS if name.endswith(level) and len(name) > len(level) + 1), "")
    return "".join(syllables(name.removesuffix(level))).capitalize() + LEVELS.get(level, "")


def _names_in_force() -> dict[str, str]:
    names: dict[str, str] = {}
    province = ""
    for line in (files("stdnum.cn") / "loc.dat").read_text("utf-8").splitlines():
        found = re.fullmatch(r'\s*(\d+) (?:province|county)="(.+)"', line)
        if not found:
            continue
        code, periods = found.groups()
        province = code if len(code) == 2 else province
        name = _in_force(periods)
        if name and not re.search("市辖区|直辖县级", name):
            names[(code if len(code) == 2 else province + code).ljust(6, "0")] = name.translate(MODERN)
    return names


def _in_force(periods: str) -> str:
    """The name that is still in use among `[-1983]甲县,[1983-]甲市`."""
    for period in periods.split(","):
        name = re.fullmatch(r"(?:\[\d*-(\d*)\])?(.+)", period)
        if name and not name[1]:
            return name[2]
    return ""


def _parent(code: str, names: dict[str, str]) -> str:
    """The nearest level that exists above a code."""
    above = (code[:4] + "00", code[:2] + "0000")
    return next((parent for parent in above if parent != code and parent in names), "")
