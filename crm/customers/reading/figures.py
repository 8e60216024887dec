"""Quantities with their units, prices, amounts and discounts in a piece of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crm.customers.reading.numerals import CHINESE, NUMBER, number_of

# As written -> code of the unit; "" counts in whatever the product is counted in.
UNITS = {
    word: code
    for code, words in {
        "pcs": "个",
        "unit": "台",
        "": "件 只 支 盏 把 块 条 根 片 枚 本 部 辆 颗 顶",
        "sheet": "张",
        "set": "套",
        "carton": "箱",
        "box": "盒",
        "pack": "包",
        "bag": "袋",
        "bottle": "瓶",
        "drum": "桶",
        "roll": "卷",
        "pair": "双 对",
        "dozen": "打",
        "kg": "公斤 千克",
        "jin": "斤",
        "t": "吨",
        "g": "克",
        "km": "公里",
        "cm": "厘米",
        "mm": "毫米",
        "m2": "平方米 平方 平米",
        "m3": "立方米 立方",
        "m": "米",
        "l": "升",
        "pallet": "托盘 托",
        "container": "柜",
    }.items()
    for word in words.split()
}
ENGLISH = {
    word: code
    for code, words in {
        "pcs": "pcs pc pieces piece",
        "": "units unit ea items item",
        "set": "sets set",
        "box": "boxes box",
        "carton": "cartons carton cases case",
        "pack": "packs pack packets",
        "bag": "bags bag",
        "bottle": "bottles bottle",
        "drum": "drums drum",
        "roll": "rolls roll",
        "pair": "pairs pair",
        "dozen": "dozen",
        "kg": "kg kgs kilos kilograms",
        "t": "tons ton tonnes tonne",
        "m": "metres metre meters meter",
        "l": "litres litre liters",
        "sheet": "sheets",
        "pallet": "pallets pallet",
        "container": "containers container",
    }.items()
    for word in words.split()
}
_zh_unit = "|".join(sorted(UNITS, key=len, reverse=True))
_en_unit = "|".join(sorted(ENGLISH, key=len, reverse=True))
DOZENS = {"dozen": 12, "打": 12}

MONEY = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?)"
SIGN = r"(?:￥|¥|\$|€|£|(?:rmb|cny|usd|eur|us\$|hk\$)\s?)"
NAMED = r"\s?(?:元|块钱|块|人民币|美元|美金|欧元|yuan|rmb|cny|usd|eur|dollars?|euros?)(?!\s?折)"
EACH = rf"(?:每|一)(?:{_zh_unit})"
PER = rf"(?:\s?(?:/|per|a|an|each)\s?(?:{_en_unit}|piece)\b|\s?(?:each|apiece|a piece)\b|\s?/\s?(?:{_zh_unit}))"

UNIT_PRICES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:每|一)(?:{_zh_unit})(?:的)?(?:单?价|价格)?(?:是|为|按|算|只要|降到|"
        rf"卖)?\s?{SIGN}?(?P<price>{MONEY})(?:{NAMED})?",
        rf"(?:(?:成交|含税|优惠|特|底|单)价|价格)(?:可以|能|给您?|给你|就?按|是|为|降到|做到|定为|定在|保持在?|不变|"
        rf"[:：])*\s?{SIGN}?(?P<price>{MONEY})(?:{NAMED})?",
        rf"{SIGN}?(?P<price>{MONEY})(?:{NAMED})?{PER}",
        rf"(?P<price>{MONEY}){NAMED}(?:{EACH})",
        rf"(?:按|给到|降到|做到|报价?|给您?|给你|算)(?:您|你)?(?:单价|价格)?\s?{SIGN}?(?P<price>{MONEY}){NAMED}",
        rf"\b(?:at|for|to|price of|unit price(?: of| is)?|"
        rf"quote you)\s{SIGN}?(?P<price>{MONEY})(?:{NAMED})?(?!\s?(?:%|percent|{_en_unit}\b|days?|weeks?|"
        rf"months?|hours?|am|pm|o'clock|:|\w))",
    )
)
SPLIT_PRICE = re.compile(r"(?P<whole>\d{1,6})块(?P<rest>\d{1,2})(?!\d)")
AMOUNTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:总价|总额|总计|合计|一共|共计?|total(?: of)?|amount of|sum of)(?:是|为|"
        rf":)?\s?{SIGN}?(?P<amount>{MONEY})(?P<scale>万)?(?:{NAMED}|(?![\d.万]|\s?(?:{_zh_unit}|(?:{_en_unit})\b)))",
        rf"{SIGN}(?P<amount>{MONEY})(?P<scale>万)?",
        rf"(?P<amount>{MONEY})(?P<scale>万)?{NAMED}",
        rf"(?P<words>{CHINESE})(?:元|块钱)",
    )
)
FOLD = re.compile(
    r"(?:打|按|给|享受|享|算|到|以)?(?P<fold>\d(?:\.\d)?|\d\d|[一二三四五六七八九]{1,2}|对|"
    r"半)(?P<sign>折|价(?=出|给|卖|优惠))"
)
OFF = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<off>\d{1,2}(?:\.\d{1,2})?)\s?(?:%|percent|per cent|pct)\s*(?:of a |of )?(?:\w+ )?(?:off|"
        r"discount|reduction|rebate|cheaper|lower|less)",
        r"(?:discount|reduction|rebate|reduce|lower|cut|knock|take|"
        r"drop)\b[^.%]{0,30}?(?P<off>\d{1,2}(?:\.\d{1,2})?)\s?(?:%|percent|per cent)",
        r"(?:优惠|让利|降价?|便宜|下浮|减|返|"
        r"折扣)(?:[^，。%\d]{0,6})(?P<off>\d{1,2}(?:\.\d{1,2})?)\s?(?:%|个点|个百分点)",
        r"(?P<off>\d{1,2}(?:\.\d{1,2})?)\s?(?:%|个点)的?(?:优惠|折扣|让利|返利)",
        r"百分之(?P<words>[一二三四五六七八九十]{1,3})的?(?:优惠|折扣|让利)",
        r"(?:优惠|让利|降价?|便宜|下浮)(?:[^，。%\d]{0,4})百分之(?P<words>[一二三四五六七八九十]{1,3})",
        r"(?:优惠|让利|降价?|便宜|下浮)(?:[^，。%\d]{0,4}?)(?P<words>[一二三四五六七八九十]{1,2})个点",
    )
)

QUANTITY = re.compile(
    rf"(?P<number>{NUMBER})\s?(?:多|余|来)?(?P<unit>(?:{_zh_unit})(?!作日|月|小时|星期|工作|礼拜|"
    rf"折|电话|点(?!心)|人|周|问题|"
    rf"建议)|(?:{_en_unit})\b)",
    re.IGNORECASE,
)
TIMES = re.compile(
    r"(?:(?P<before>\d{1,7})\s?[xX×*]\s?(?=[A-Za-z\u4e00-\u9fff])|"
    r"(?<=[\w\u4e00-\u9fff])\s?[x×*]\s?(?P<after>\d{1,7}))(?!\d)",
    re.IGNORECASE,
)
BARE = re.compile(rf"(?<![\w.,/%$￥¥€#-])(?P<number>{NUMBER})(?![\w%./:-]*[\d%])", re.IGNORECASE)
LONE = re.compile("[零〇一二两三四五六七八九万千百]|one|an?")  # 一定, 万一, one of them
NOT_GOODS = re.compile(
    r"\s*(?:%|percent|per cent|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|am\b|pm\b|"
    r"o'clock|yuan|rmb|usd|dollars?|euros?|times?|"
    r"people|persons?|copies|copy|questions?|points?|calls?|visits?|quotes?|quotations?|invoices?|"
    r"contracts?|catalogues?|of (?:our|my) (?:staff|team)|"
    r"[天日号周月年元块折点小时分钟份次位人成期倍楼通%]|个(?:月|工作日|小时|星期|人|电话|问题|点)|"
    r"工作日|百分|star|years?-)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a text: what it counts and where it stands."""

    value: Decimal
    start: int
    end: int
    unit: str = ""


def discounts(text: str) -> Iterator[Figure]:
    """Discounts in percent: 8折 is 20, 九五折 is 5, 5% off is 5."""
    for match in FOLD.finditer(text):
        words = match["fold"]
        if match["sign"] == "价" and words != "半":
            continue
        if words in ("对", "半"):
            left = Decimal(50)
        else:
            digits = words if words[0].isdigit() else "".join(str(number_of(sign)) for sign in words)
            left = Decimal(digits) * (10 if "." in digits or len(digits) == 1 else 1)
        if 0 < left < 100:
            yield Figure(100 - left, match.start(), match.end())
    for pattern in OFF:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            off = Decimal(groups["off"]) if groups.get("off") else number_of(groups["words"])
            if off and off < 100:
                yield Figure(off, match.start(), match.end())


def prices(text: str) -> Iterator[Figure]:
    """Prices of one piece."""
    for match in SPLIT_PRICE.finditer(text):
        yield Figure(Decimal(f"{match['whole']}.{match['rest']}"), match.start(), match.end())
    for pattern in UNIT_PRICES:
        for match in pattern.finditer(text):
            yield Figure(Decimal(match["price"].replace(",", "")), match.start(), match.end())


def amounts(text: str) -> Iterator[Figure]:
    """Sums of money."""
    for pattern in AMOUNTS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            value = number_of(groups["words"]) if groups.get("words") else Decimal(groups["amount"].replace(",", ""))
            if value:
                scale = 10_000 if groups.get("scale") else 1
                yield Figure(value * scale, match.start(), match.end())


def quantities(text: str) -> Iterator[Figure]:
    """What is counted in units: 20箱, 一百台, 2 dozen, 10 x."""
    for match in QUANTITY.finditer(text):
        value, unit = number_of(match["number"]), match["unit"].lower()
        if value:
            factor = DOZENS.get(unit, 1)
            code = "" if factor > 1 else UNITS.get(unit, ENGLISH.get(unit, ""))
            yield Figure(value * factor, match.start(), match.end(), code)
    for match in TIMES.finditer(text):
        yield Figure(Decimal(match["before"] or match["after"]), match.start(), match.end())


def bare_numbers(text: str) -> Iterator[Figure]:
    """Numbers that may count goods although no unit follows: ship 100 by Friday."""
    for match in BARE.finditer(text):
        value = number_of(match["number"])
        if value and not LONE.fullmatch(match["number"]) and not NOT_GOODS.match(text, match.end()):
            yield Figure(value, match.start(), match.end())
