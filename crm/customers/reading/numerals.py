"""Numbers as people write them: 1,200, 3.5万, 一百二十, 两打, two hundred and fifty, half a dozen."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
STEPS = {"十": 10, "百": 100, "千": 1000}
SCALES = {"万": 10_000, "亿": 100_000_000}
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: number for number, word in enumerate(ONES)} | {word: 20 + 10 * at for at, word in enumerate(TENS)}
WORDS |= {"a": 1, "an": 1, "single": 1, "couple": 2}
LARGE = {"dozen": 12, "dozens": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}

PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?"
CHINESE = r"[零〇一二两俩三四五六七八九十百千万亿]{1,12}"
_word = "|".join(sorted((word for word in WORDS if word not in ("a", "an", "single", "couple")), key=len, reverse=True))
_large = "|".join(sorted(LARGE, key=len, reverse=True))
ENGLISH = (
    rf"(?:half a dozen|(?:an?|a couple of|several)\s(?:{_large})|"
    rf"(?:{_word})(?:[\s-](?:and\s)?(?:{_word}|{_large})){{0,6}}|a couple of)"
)
# A number with what multiplies it: 2 dozen, 1.5万, 3k.
NUMBER = rf"(?:(?:{PLAIN})(?:\s?(?:dozen|hundred|thousand|million)\b|\s?[万千百]|[kK]\b)?|\b{ENGLISH}\b|{CHINESE})"


def number_of(words: str) -> Decimal | None:
    """The number that words stand for; None where they stand for none."""
    words = words.strip().lower()
    if words[:1].isdigit():
        return _mixed(words)
    if words and all(sign in DIGITS or sign in STEPS or sign in SCALES for sign in words):
        return _chinese(words)
    return _english(words)


def _mixed(words: str) -> Decimal:
    plain = re.match(PLAIN, words)
    assert plain
    rest = words[plain.end() :].strip()
    factor = {**SCALES, **STEPS, **LARGE, "k": 1000}.get(rest, 1)
    return Decimal(plain[0].replace(",", "")) * factor


def _chinese(words: str) -> Decimal | None:
    """一百二十 is 120, 一百二 too, 二〇二六 is 2026."""
    if not any(sign in STEPS or sign in SCALES for sign in words):
        return Decimal("".join(str(DIGITS[sign]) for sign in words))
    total, section, digit, step = 0, 0, None, 1
    for sign in words:
        if sign in DIGITS:
            digit = DIGITS[sign]
            step = 1 if sign in "零〇" else step
        elif sign in STEPS:
            step = STEPS[sign]
            section += (1 if digit is None else digit) * step
            digit = None
        else:
            section += digit or 0
            total = (total + section or 1) * SCALES[sign]
            section, digit, step = 0, None, SCALES[sign]
    if digit:
        section += digit * (step // 10 if step > 10 else 1)
    return Decimal(total + section)


def _english(words: str) -> Decimal | None:
    if words.startswith("half a dozen"):
        return Decimal(6)
    total, section, known = 0, 0, False
    for word in re.findall("[a-z]+", words):
        if word in WORDS:
            section += WORDS[word]
        elif word in LARGE:
            section = (section or 1) * LARGE[word]
            if LARGE[word] >= 1000:
                total, section = total + section, 0
        elif word not in ("and", "of"):
            return None
        known = known or word in WORDS or word in LARGE
    return Decimal(total + section) if known else None
