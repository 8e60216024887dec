"""How figures, dates and states look; HTML where colour or alignment speaks."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from suite.core import money as currencies
from suite.core.money import round_money
from suite.desk import documents

SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$"}


def money(value: Any, currency: str = "") -> str:
    """1,234,567.89 in the company's own currency, with its places; named with another: ¥1,234,567.89, JP¥1,235."""
    if value is None or value == "":
        return ""
    sign, symbol = "-" if Decimal(value) < 0 else "", SYMBOLS.get(currency, f"{currency} " if currency else "")
    return f"{sign}{symbol}{amount(abs(Decimal(value)), currency)}"


def amount(value: Any, currency: str) -> str:
    """An amount where its currency is named nearby: 1,234.50, 1,235 yen."""
    return "" if value is None or value == "" else f"{round_money(Decimal(value), _places(currency)):,f}"


def price(value: Any, currency: str = "") -> str:
    """22.00, 0.125: the places of the currency, and more where the price has more."""
    if value is None or value == "":
        return ""
    whole, _point, places = f"{Decimal(value):,f}".partition(".")
    places = places.rstrip("0").ljust(_places(currency), "0")
    return f"{whole}.{places}" if places else whole


def _places(currency: str) -> int:
    return currencies.places_of(currency or own_currency())


def own_currency() -> str:
    """The currency of the company of whoever reads; "" where nobody does."""
    who = documents.reader.get()
    return who.company.currency if who else ""


def quantity(value: Any) -> str:
    """1,234.5: no trailing zeros."""
    if value is None or value == "":
        return ""
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Any) -> str:
    """13 %: one place where it has one."""
    return "" if value is None or value == "" else f"{quantity(round(Decimal(value), 1))}%"


def big(value: Any) -> str:
    """A key figure: 1.2万 and 3.4亿 in Chinese, 12.3K and 4.5M in English."""
    if value is None or value == "":
        return ""
    amount = Decimal(value)
    chinese = (get_language() or "").startswith("zh")
    for size, unit in ((10**8, "亿"), (10**4, "万")) if chinese else ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if abs(amount) >= size:
            return f"{amount / size:,.1f}{unit}"
    return quantity(round(amount, 2))


def day(value: dt.date | dt.datetime | None) -> str:
    """2026-11-21, in the reader's zone."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    return value.isoformat()


def moment(value: dt.datetime | None) -> str:
    """2026-11-21 14:02, in the reader's zone."""
    return "" if not value else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


LANDLINE = re.compile(r"0[12]\d{9}|0[3-9]\d{9,10}")


def phone(value: str | None) -> str:
    """138 0013 8000 for Chinese mobiles (kept as +86...), 021 5555 8888 for landlines; others as they are."""
    digits, dash, extension = (value or "").removeprefix("+86").partition("-")
    if len(digits) == 11 and digits.isdigit() and digits[0] == "1" and not dash:
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if LANDLINE.fullmatch(digits):
        area = 3 if digits[1] in "12" else 4  # the big cities
        return f"{digits[:area]} {digits[area:-4]} {digits[-4:]}{dash}{extension}"
    return value or ""


def badge(text: str, colour: str = "secondary") -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', colour, text)
