"""Amounts in words, as contracts, receipts and cheques want them."""

from __future__ import annotations

from decimal import Decimal

from suite.core.money import round_money

# How a Chinese paper names the currency before the amount; the yuan needs no name.
NAMES = {
    "CNY": "",
    "USD": "美元",
    "EUR": "欧元",
    "HKD": "港币",
    "JPY": "日元",
    "GBP": "英镑",
    "KRW": "韩元",
    "SGD": "新加坡元",
}

ONES = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
TENS = ["Zero", "Ten", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
SCALES = ("", " Thousand", " Million", " Billion", " Trillion", " Quadrillion")


def amount_in_words(amount: Decimal, currency: str = "CNY", *, language: str = "zh-hans") -> str:
    """The amount in the words of the paper's language; in Chinese the yuan is named, too (支付结算办法, annex 1)."""
    if language.startswith("en"):
        return amount_in_english(amount, currency)
    return ("人民币" if currency == "CNY" else "") + amount_in_capitals(amount, currency)


def amount_in_capitals(amount: Decimal, currency: str = "CNY") -> str:
    """中文大写金额, by the rules of 支付结算办法 annex 1; another currency than the yuan is named before."""
    import cn2an  # slow to load

    return NAMES.get(currency, currency) + cn2an.an2cn(format(round_money(amount), "f"), "rmb")


def amount_in_english(amount: Decimal, currency: str = "CNY") -> str:
    """`CNY One Hundred Twenty and 50/100 Only`."""
    whole, cents = divmod(int(abs(round_money(amount)) * 100), 100)
    sign = "Minus " if amount < 0 else ""
    rest = f" and {cents:02d}/100" if cents else ""
    return f"{currency} {sign}{_english(whole)}{rest} Only"


def _english(number: int) -> str:
    if number == 0:
        return ONES[0]
    groups = []
    for scale in SCALES:
        number, group = divmod(number, 1000)
        if group:
            groups.append(_below_thousand(group) + scale)
    return " ".join(reversed(groups))


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{ONES[hundreds]} Hundred"] if hundreds else []
    if rest:
        tens, ones = divmod(rest, 10)
        words.append(ONES[rest] if rest < 20 else TENS[tens] + (f"-{ONES[ones]}" if ones else ""))
    return " ".join(words)
