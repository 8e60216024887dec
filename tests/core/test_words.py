"""Amounts in words."""

import csv
from decimal import Decimal

import pytest
from django.conf import settings

from suite.core.words import amount_in_capitals, amount_in_english, amount_in_words

EXAMPLES = settings.BASE_DIR / "suite" / "reference" / "rmb_capital_examples.csv"


def examples():
    with EXAMPLES.open(encoding="utf-8") as file:
        return [(row["amount"], {row["capitals"], *row["also_accepted"].split("|")}) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("amount", "accepted"), examples())
def test_capitals_follow_the_rules_for_paper(amount, accepted):
    assert amount_in_capitals(Decimal(amount)) in accepted


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "CNY Zero Only"),
        ("0.05", "CNY Zero and 05/100 Only"),
        ("13", "CNY Thirteen Only"),
        ("40", "CNY Forty Only"),
        ("1001", "CNY One Thousand One Only"),
        ("1234567.89", "CNY One Million Two Hundred Thirty-Four Thousand Five Hundred Sixty-Seven and 89/100 Only"),
        ("-88.80", "CNY Minus Eighty-Eight and 80/100 Only"),
        ("9999999999999999.99", None),
    ],
)
def test_english_words(amount, words):
    answer = amount_in_english(Decimal(amount))

    assert answer == words if words else answer.startswith("CNY Nine Quadrillion")


def test_the_language_of_the_paper_decides():
    assert amount_in_words(Decimal("1.005"), "USD", language="zh-hans") == "美元壹元零壹分"
    assert amount_in_words(Decimal("1.005"), "CNY", language="zh-hans") == "人民币壹元零壹分"
    assert amount_in_words(Decimal("1.005"), "USD", language="en") == "USD One and 01/100 Only"
