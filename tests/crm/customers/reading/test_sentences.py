"""How well texts are read, on sentences of our own, Chinese and English; every third one promises nothing."""

import datetime as dt
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest

from crm.customers import reading

DAY = dt.date(2026, 11, 18)  # a Wednesday
SENTENCES = json.loads((Path(__file__).parent / "sentences.json").read_text(encoding="utf-8"))
FIELDS = ("kind", "document", "due", "quantity", "price", "discount", "by_them")
MEANT = {"due": dt.date.fromisoformat, "quantity": Decimal, "price": Decimal, "discount": Decimal}


def wanted(label: dict) -> tuple:
    """What a sentence is labelled with; a found commitment counts only when all of it is right."""
    return tuple(label.get(name) and MEANT.get(name, lambda value: value)(label[name]) for name in FIELDS)


def told(found: reading.Found) -> tuple:
    return tuple(getattr(found, name) or None for name in FIELDS)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("held", [False, True], ids=["developed on", "held back"])
def test_nine_of_ten_proposals_are_right_and_four_of_five_promises_are_found(language, held):
    right = proposed = promised = 0

    for row in SENTENCES:
        if row["language"] == language and row.get("held", False) == held:
            labels = [wanted(label) for label in row["found"]]
            found = [told(each) for each in reading.read(row["text"], day=DAY)]
            right += sum(label in found for label in labels)
            proposed, promised = proposed + len(found), promised + len(labels)

    assert right / proposed >= 0.9, f"precision {right}/{proposed}"
    assert right / promised >= 0.8, f"recall {right}/{promised}"


def test_the_set_is_large_enough_and_a_third_of_it_promises_nothing():
    for language in ("zh", "en"):
        rows = [row for row in SENTENCES if row["language"] == language]
        assert len(rows) >= 60
        assert sum(not row["found"] for row in rows) * 3 >= len(rows)


@pytest.mark.parametrize(
    "text",
    [
        "我们周五前发100台。" * 10_000,
        "We will send the quote and " * 3800,
        "<b <b" * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_text_of_a_hundred_thousand_characters_takes_seconds(text):
    begun = time.process_time()

    found = reading.read(text, day=DAY)

    assert len(found) <= 200
    assert time.process_time() - begun < 20


def test_markup_and_nul_neither_hide_a_promise_nor_move_its_sentence():
    text = "<p>Hello\x00</p><p>We will <b>ship</b> 100 lamps by Friday.</p>"

    (found,) = reading.read(text, day=DAY)

    assert (found.kind, found.quantity, found.due) == ("deliver", 100, dt.date(2026, 11, 20))
    assert text[found.start : found.end].startswith("We will") or "We will" in text[found.start : found.end]


def test_a_mail_is_reckoned_from_its_own_date():
    (found,) = reading.read("Date: 2026-03-02\nI will send the quote tomorrow.", day=DAY)

    assert found.due == dt.date(2026, 3, 3)


def test_products_are_known_by_all_their_names_and_by_what_only_one_is_called():
    chandelier, lamp = ["水晶吊灯", "Crystal pendant"], ["铝合金台灯", "Desk lamp"]
    names = reading.Names([(1, chandelier, ["LAMP-01"]), (2, lamp, ["LAMP-02", "each in a box"])])

    def product(text):
        return [each.product for each in reading.read(text, day=DAY, names=names)]

    assert product("明天发水晶吊灯的报价单。") == [1]
    assert product("周五前发20个台灯。") == [2]
    assert product("We will ship 5 LAMP-02 tomorrow.") == [2]
    assert product("We will ship 5 crystal pendants tomorrow.") == [1]
    assert product("We will ship 5 pumps tomorrow, each tested.") == [None]
    assert product("明天发5个水晶球。") == [None]
