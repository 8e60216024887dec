"""Days as people name them, Chinese and English, reckoned from the day the text was written."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crm.customers.reading.numerals import CHINESE, ENGLISH, number_of

FRIDAY = 4
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names, and where; `relative` ones count from something that happens (三天内)."""

    date: dt.date
    start: int
    end: int
    relative: bool = False


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], dt.date], dt.date | None], bool]
COUNT = rf"(?:\d{{1,3}}|{CHINESE}|半|几|{ENGLISH}|an?)"
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
WEEKDAYS |= {str(place + 1): place for place in range(7)}
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = {name.lower(): place for place, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: place for name, place in MONTHS.items()} | {"sept": 9}
WEEKDAY = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))


def days(text: str, base: dt.date) -> list[Day]:
    """The days that a cleaned text names, in their order; where two overlap the longer one is meant."""
    found: list[Day] = []
    for pattern, meant, relative in RULES:
        for match in pattern.finditer(text):
            try:
                date = meant(match, base)
            except (ValueError, OverflowError):
                continue  # 31 February
            if date:
                found.append(Day(date, match.start(), match.end(), relative))
    return list(_longest(found))


def _longest(found: list[Day]) -> Iterator[Day]:
    end = 0
    for day in sorted(found, key=lambda day: (day.start, -day.end)):
        if day.start >= end:
            end = day.end
            yield day


def _week(base: dt.date, weeks: int, weekday: int) -> dt.date:
    """A day of a week, this one being 0."""
    return base - DAY * base.weekday() + DAY * (7 * weeks + weekday)


def _coming(base: dt.date, weekday: int) -> dt.date:
    """The next day of this name; who means today says so."""
    return base + DAY * ((weekday - base.weekday() - 1) % 7 + 1)


def month_end(base: dt.date, months: int = 0, day: int = 0) -> dt.date:
    """The last day of a month, this one being 0; or the `day` of it."""
    year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
    return dt.date(year, month + 1, day or calendar.monthrange(year, month + 1)[1])


def _count(words: str | None) -> int | None:
    if words in (None, ""):
        return 1
    if words in ("a", "an"):
        return 1
    if words == "几":
        return None
    number = number_of(words or "")
    return int(number) if number is not None and number < 400 else None


def _after(base: dt.date, count: int | None, unit: str) -> dt.date | None:
    """So many days, working days, weeks or months later."""
    if count is None:
        return None
    unit = unit.lower().removeprefix("个")
    if re.match("小时|hour|hr", unit):
        return base + DAY * -(-count // 24)
    if re.match("工作日|business|working", unit):
        day = base
        while count:
            day += DAY
            count -= day.weekday() < 5
        return day
    if re.match("周|星期|礼拜|week|wk", unit):
        return base + DAY * 7 * count
    if re.match("月|month", unit):
        last = month_end(base, count)
        return last.replace(day=min(base.day, last.day))
    return base + DAY * count


def _zh_within(match: re.Match[str], base: dt.date) -> dt.date | None:
    if match["count"] == "半":
        return base + DAY * (15 if "月" in match["unit"] else 0 if match["unit"] == "天" else 4)
    return _after(base, _count(match["count"]), match["unit"])


def _zh_week(match: re.Match[str], base: dt.date) -> dt.date:
    which, name = match["which"] or "", match["day"]
    weekday = WEEKDAYS[name]
    if not which:
        return _coming(base, weekday)
    return _week(base, which.count("下") - which.count("上"), weekday)


def _zh_whole_week(match: re.Match[str], base: dt.date) -> dt.date:
    which = match["which"]
    last = _week(base, which.count("下") - which.count("上"), FRIDAY)
    return last if last >= base or "上" in which else last + DAY * 2


def _zh_month(match: re.Match[str], base: dt.date) -> dt.date:
    which, part = match["which"] or "", match["part"] or ""
    months = which.count("下") - which.count("上")
    if part in ("初", "上旬"):
        return month_end(base, months, 10 if part == "上旬" else 5)
    if part in ("中", "中旬"):
        return month_end(base, months, 15 if part == "中" else 20)
    return month_end(base, months)


def _dated(base: dt.date, year: int | None, month: int, day: int) -> dt.date:
    """A day without a year lies ahead, or not long ago."""
    if year:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    date = dt.date(base.year, month, day)
    if date < base - DAY * 60:
        return dt.date(base.year + 1, month, day)
    return dt.date(base.year - 1, month, day) if date > base + DAY * 330 else date


def _zh_date(match: re.Match[str], base: dt.date) -> dt.date | None:
    month, day = number_of(match["month"]), number_of(match["day"])
    year = number_of(match["year"]) if match["year"] else None
    return _dated(base, int(year) if year else None, int(month or 0), int(day or 0))


def _zh_month_named(match: re.Match[str], base: dt.date) -> dt.date:
    month = int(number_of(match["month"]) or 0)
    part = match["part"]
    day = {"初": 5, "上旬": 10, "中": 15, "中旬": 20}.get(part) or calendar.monthrange(base.year, month)[1]
    return _dated(base, None, month, day)


def _zh_day(match: re.Match[str], base: dt.date) -> dt.date | None:
    which, day = match["which"] or "", int(number_of(match["day"]) or 0)
    if not 1 <= day <= 31:
        return None
    if which:
        return month_end(base, which.count("下") - which.count("上"), day)
    return month_end(base, 0 if day >= base.day else 1, day)


def _en_weekday(match: re.Match[str], base: dt.date) -> dt.date:
    weekday = next(place for place, name in enumerate(NAMES) if name.startswith(match["day"].lower()[:3]))
    which = (match["which"] or "").lower().split()
    if match["week"]:
        return _week(base, 1 if match["week"].lower() == "next" else 0, weekday)
    if "last" in which:
        return _week(base, -1, weekday) if _week(base, 0, weekday) >= base else _week(base, 0, weekday)
    if "next" in which or "following" in which:
        return _week(base, 1, weekday)
    return _coming(base, weekday)


def _en_period(match: re.Match[str], base: dt.date) -> dt.date:
    which = (
        1
        if match["which"].lower() in ("next", "the following", "following")
        else -1
        if "last" in match["which"].lower()
        else 0
    )
    part, unit = (match["part"] or "").lower(), match["unit"].lower()
    if unit == "week":
        weekday = 1 if "early" in part or "beginning" in part or "start" in part else 2 if "mid" in part else FRIDAY
        day = _week(base, which, weekday)
        return day + DAY * 2 if day < base and which == 0 else day
    if unit == "year":
        return dt.date(base.year + which, 12, 31)
    if unit == "quarter":
        return _quarter(base, which)
    day_of_month = 5 if "early" in part or "beginning" in part or "start" in part else 15 if "mid" in part else 0
    return month_end(base, which, day_of_month)


def _quarter(base: dt.date, which: int = 0) -> dt.date:
    return month_end(base, (2 - (base.month - 1) % 3) + 3 * which)


def _en_date(match: re.Match[str], base: dt.date) -> dt.date:
    year = match["year"]
    return _dated(base, int(year) if year else None, MONTHS[match["month"].lower()], int(match["day"]))


def _en_month(match: re.Match[str], base: dt.date) -> dt.date:
    month, part = MONTHS[match["month"].lower()], (match["part"] or "").lower()
    day = 15 if "mid" in part else 5 if "early" in part or "beginning" in part or "start" in part else 0
    return _dated(base, None, month, day or calendar.monthrange(base.year, month)[1])


def _en_day(match: re.Match[str], base: dt.date) -> dt.date | None:
    day = int(match["day"])
    if not 1 <= day <= 31:
        return None
    if match["of"]:
        return month_end(base, 1 if "next" in match["of"].lower() else 0, day)
    return month_end(base, 0 if day >= base.day else 1, day)


def _en_within(match: re.Match[str], base: dt.date) -> dt.date | None:
    return _after(base, _count(match["count"].lower()), match["unit"].lower())


def _slashed(match: re.Match[str], base: dt.date) -> dt.date:
    first, second, year = int(match["month"]), int(match["day"]), match["year"]
    month, day = (second, first) if first > 12 else (first, second)
    return _dated(base, int(year) if year else None, month, day)


def _plus(days: int) -> Callable[[re.Match[str], dt.date], dt.date]:
    return lambda _match, base: base + DAY * days


def _rule(pattern: str, meant: Callable[[re.Match[str], dt.date], dt.date | None], relative: bool = False) -> Rule:
    return re.compile(pattern, re.IGNORECASE), meant, relative


WHICH = r"(?P<which>(?:下{1,3}|上{1,3}|本|这)(?:个|一)?)"
UNIT = r"(?P<unit>小时|个?工作日|天|日|个?星期|个?礼拜|周|个?月)"
EN_UNIT = r"(?P<unit>hours?|hrs?|(?:business|working)\s+days?|days?|weeks?|wks?|months?)"
EN_PART = r"(?P<part>(?:the\s+)?(?:(?:end|close|beginning|start|middle)\s+of|early|mid|late|later)(?:\s+in)?[\s-]+)"

RULES: tuple[Rule, ...] = (
    _rule(r"大后天", _plus(3)),
    _rule(r"(?<!大)后天", _plus(2)),
    _rule(r"明(?:天|日|晚|早|儿)|次日|隔天", _plus(1)),
    _rule(r"今(?:天|日|晚|早|儿)|当天|当日|下班前|下午(?=前|发|寄|给|之前)", _plus(0)),
    _rule(r"昨(?:天|日|晚)", _plus(-1)),
    _rule(r"前天|前几天|前些天|前段时间|上次", _plus(-2)),
    _rule(rf"{WHICH}?(?:周|星期|礼拜)(?P<day>[一二三四五六日天1-7](?!个))", _zh_week),
    _rule(rf"{WHICH}(?:周|星期|礼拜)(?![一二三四五六日天\d])(?:末)?", _zh_whole_week),
    _rule(r"(?<![下上本这每])周末", lambda _match, base: _coming(base, 5)),
    _rule(rf"{WHICH}?月(?P<part>底|末|初|中旬?|上旬|下旬)", _zh_month),
    _rule(rf"{WHICH}月(?P<part>)(?![底末初中上下\d一二三四五六七八九十]|\d)(?:内|之内|以内|份|前)?", _zh_month),
    _rule(r"(?<!明)年(?:底|末|前|内)", lambda _match, base: dt.date(base.year, 12, 31)),
    _rule(r"明年(?:底|末|年?初)?", lambda match, base: dt.date(base.year + 1, 1 if "初" in match[0] else 12, 31)),
    _rule(r"(?:本|这个?)?季度?(?:末|底)|(?:本|这个?)季度(?:内|前)?", lambda _match, base: _quarter(base)),
    _rule(r"下个?季度(?:末|底)?", lambda _match, base: _quarter(base, 1)),
    _rule(
        r"(?:(?P<year>\d{4}|\d\d(?=年)|[二〇零一]{4})年)?(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九])月"
        r"(?P<day>\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]|二十[一-九]?)[日号]?",
        _zh_date,
    ),
    _rule(
        r"(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:份)?(?P<part>底|末|初|中旬?|上旬|下旬)", _zh_month_named
    ),
    _rule(
        rf"(?:{WHICH}月|(?<![\d月.\-/]))(?P<day>\d{{1,2}}|[一二三]?十[一二三四五六七八九]?|"
        rf"[一二三四五六七八九])[号日](?![线楼仓店门机码子房产常期程后内元])",
        _zh_day,
    ),
    _rule(rf"(?P<count>\d{{1,3}}|{CHINESE}|半){UNIT}(?:之内|以内|内|后|之后|以后|左右)", _zh_within, True),
    _rule(
        rf"(?:在|不超过|最多|最迟|最晚)(?P<count>\d{{1,3}}|{CHINESE}|半)(?P<unit>小时|个?工作日|天|周|"
        rf"个(?:月|星期|礼拜))(?!前|之前|以前|的|多)",
        _zh_within,
        True,
    ),
    _rule(r"(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", _slashed),
    _rule(r"(?<![\d./-])(?P<month>\d{1,2})[/](?P<day>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/%])", _slashed),
    _rule(r"\bday after tomorrow\b", _plus(2)),
    _rule(r"\b(?:tomorrow|tmrw|tmr)\b", _plus(1)),
    _rule(
        r"\b(?:today|tonight|this (?:morning|afternoon|evening)|eod|cob|(?:end|close) of (?:the |"
        r"this )?(?:business )?(?:day|business))\b",
        _plus(0),
    ),
    _rule(r"\b(?:yesterday|last night)\b", _plus(-1)),
    _rule(r"\b(?:the day before yesterday|the other day|recently)\b", _plus(-2)),
    _rule(
        r"\b(?P<which>this coming|this|coming|next|last|the following|following)?\s*"
        rf"\b(?P<day>{WEEKDAY})\b\.?(?!-)(?:\s+(?P<week>next|this)\s+week)?",
        _en_weekday,
    ),
    _rule(
        rf"\b{EN_PART}?(?P<which>this|next|the following|following|last)\s+(?P<unit>week|month|quarter|year)\b",
        _en_period,
    ),
    _rule(rf"\b{EN_PART}(?P<which>the)\s+(?P<unit>week|month|quarter|year)\b", _en_period),
    _rule(
        r"\b(?:month[\s-]end|year[\s-]end|eom|end of month|end of year)\b",
        lambda match, base: dt.date(base.year, 12, 31) if "year" in match[0].lower() else month_end(base),
    ),
    _rule(
        r"\b(?:eow|end of week|(?:the |this )?weekend)\b",
        lambda match, base: _coming(base, 5 if "weekend" in match[0].lower() else FRIDAY),
    ),
    _rule(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{MONTH})\b\.?(?:,?\s+(?P<year>20\d\d))?", _en_date
    ),
    _rule(
        rf"\b(?P<month>{MONTH})\b\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:pcs|units|"
        rf"pieces|boxes))(?:,?\s+(?P<year>20\d\d))?",
        _en_date,
    ),
    _rule(rf"\b(?:{EN_PART}|in\s+|during\s+|by\s+|before\s+)(?P<month>{MONTH})\b(?!\s*\d)", _en_month),
    _rule(r"\bthe\s+(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?:\s+of\s+(?P<of>(?:this|next)\s+month))?", _en_day),
    _rule(
        rf"\b(?:with)?in(?:side)?\s+(?:the\s+)?(?:next\s+|coming\s+)?(?P<count>\d{{1,3}}|{ENGLISH}|"
        rf"an?)\s+{EN_UNIT}(?:\s+time)?\b",
        _en_within,
        True,
    ),
    _rule(
        rf"\b(?P<count>\d{{1,3}}|{ENGLISH}|an?)\s+{EN_UNIT}\s+(?:from\s+(?:now|today)|at\s+the\s+latest)", _en_within
    ),
)
