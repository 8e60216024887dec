"""What a verb comes to with the figures, days and papers of its clause."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crm.customers.reading import mood
from crm.customers.reading.found import Clause, Found, Reader
from crm.customers.reading.verbs import DELIVER, DOCUMENT, NEED, PAY, PRICE, SEND, Verb, can_stand, verbs
from crm.customers.reading.who import who


def meant(
    part: Clause, verb: Verb, before: str, after: str, named: list[str], sentence: str, reader: Reader
) -> Iterator[Found]:
    """What a verb comes to with what its clause names."""
    base = Found("", "", 0, 0, due=_due(part, reader.base), **who(verb, before, sentence, reader))  # type: ignore[arg-type]
    kinds = list(dict.fromkeys(kind for kind, _start, _end in part.papers))
    goods = _goods(part, verb)
    match verb.kind:
        case "quote":
            if part.prices or part.discounts:
                yield replace(base, kind=PRICE, **goods, **terms_of(part))
            else:
                yield replace(base, kind=DOCUMENT, document="quote", product=goods.get("product"))
        case "invoice":
            yield replace(
                base, kind=DOCUMENT, document="invoice", amount=part.amounts[0].value if part.amounts else None
            )
        case "send":
            yield from _sent(part, verb, before, after, base, kinds, goods, named)
        case "need":
            if (re.match(r"\s+to\b", after) and not kinds) or (
                verb.word in ("take", "takes", "like", "get") and not goods.get("quantity")
            ):
                return
            follow = [kind for kind, start, _end in part.papers if start >= verb.end]
            if any(
                can_stand(other) and other.kind != NEED and other.form not in ("past", "noun") for other in verbs(after)
            ):
                return
            if follow:
                for kind in follow:
                    yield replace(
                        base,
                        kind=DOCUMENT,
                        document=kind,
                        asked=True,
                        product=goods.get("product"),
                        by_them=base.by_them and kind == "order",
                    )
            elif goods.get("quantity") and verb.word not in ("expect", "await", "appreciate", "ask"):
                yield replace(base, kind=DELIVER, asked=True, by_them=False, **goods, **terms_of(part))
        case "deliver":
            if kinds and kinds[0] not in ("order", "contract", "invoice") and not goods.get("quantity"):
                for kind in kinds:
                    yield replace(base, kind=DOCUMENT, document=kind)
            else:
                yield replace(base, kind=DELIVER, **goods, **terms_of(part))
        case "pay":
            money = part.amounts or part.prices
            yield replace(base, kind=PAY, amount=money[0].value if money else None)
        case _:
            yield replace(base, kind=verb.kind)


PRONOUN = re.compile(
    r"^\s*(?:给?(?:您|你|他|她|客户|贵司)(?:们)?|过[去来]|来|$|[。，])|^\s*(?:it|them|this|that|those|these)\b",
    re.IGNORECASE,
)
LIGHT = {
    "have",
    "get",
    "let",
    "make",
    "do",
    "set",
    "put",
    "arrange",
    "schedule",
    "book",
    "confirm",
    "guarantee",
    "complete",
    "organise",
    "organize",
    "initiate",
    "process",
    "receive",
    "take",
    "reserve",
}
REST = re.compile(r"剩下|其余|剩余|余下|\b(?:the rest|remainder)\b", re.IGNORECASE)
ORDERING = re.compile(r"下单|下[一个正式]{0,3}(?:采购)?订单")


def _sent(
    part: Clause,
    verb: Verb,
    before: str,
    after: str,
    base: Found,
    kinds: list[str],
    goods: dict,
    named: list[str],
) -> Iterator[Found]:
    if verb.word.startswith(("盖", "回签", "签")) and not kinds:
        kinds = ["contract"]
    if verb.word == "打样" and not kinds:
        kinds = ["sample"]
    if ORDERING.match(verb.word) or (verb.form == "zh" and verb.word == "下"):
        yield replace(base, kind=DOCUMENT, document="order", by_them=True, asked=False)
        return
    if re.match(r"plac", verb.word) and "order" not in kinds and not re.search(r"\border\b", after, re.IGNORECASE):
        return
    if re.match(r"plac", verb.word):
        yield replace(base, kind=DOCUMENT, document="order", by_them=True)
        return
    if verb.word in ("核对", "更新", "准备", "整理", "update", "revise", "prepare", "confirm") and not kinds:
        return
    if kinds:
        if verb.word == "confirm" and not re.search(r"\b(?:by|in|on)\b", after):
            return
        for kind in kinds:
            quantity = goods.get("quantity") if kind == "sample" else None
            theirs = base.by_them or (
                kind == "contract" and bool(re.search(r"签|盖章|signed|countersigned", part.text)) and base.asked
            )
            yield replace(
                base, kind=DOCUMENT, document=kind, product=goods.get("product"), by_them=theirs, quantity=quantity
            )
        return
    if part.discounts and verb.word in ("give", "let", "offer", "给", "提供", "send"):
        yield replace(base, kind=PRICE, **{name: goods[name] for name in goods}, **terms_of(part))
        return
    if (
        goods.get("quantity")
        and not part.discounts
        and verb.word not in ("make", "have", "schedule", "book", "set", "do", "let", "return", "issue", "sign")
    ):
        yield replace(base, kind=DELIVER, **goods, **terms_of(part))
        return
    if REST.search(part.text) and verb.word not in LIGHT:
        yield replace(base, kind=DELIVER, **goods, **terms_of(part))
        return
    if named and verb.word not in LIGHT and verb.word != "be" and PRONOUN.match(after.replace("＿", " ")):
        yield replace(base, kind=DOCUMENT, document=named[-1])
    elif goods.get("product") and verb.word in (
        "send",
        "sends",
        "sending",
        "sent",
        "发给",
        "发送",
        "发",
        "寄",
        "寄送",
        "送",
    ):
        yield replace(base, kind=DELIVER, **goods, **terms_of(part))


OFFERS = re.compile(
    r"给|按|算|打|优惠|便宜|降|让利|享|做到|报|保持|锁定|维持|承诺|保证|可以|能|"
    r"\b(?:offer|give|grant|let you have|do|quote|charge|sell|hold|keep|honou?r|guarantee|knock|take|"
    r"go down|come down|reduce|lower|apply|extend|allow|discount|get|match|drop|price|cut|agreed?|"
    r"promised?|accept)\w*\b",
    re.IGNORECASE,
)
PRICE_ASKED = re.compile(
    r"要求|希望|想要|能不能|能否|可否|可不可以|吗|请|\b(?:can|could|would) you\b|\b(?:asks?|asked|wants?|wanted|"
    r"requests?|requested|please|insists?)\b|\?|？",
    re.IGNORECASE,
)


def priced(part: Clause, masked: str, sentence: str, reader: Reader) -> Iterator[Found]:
    """A price or discount that is granted or asked for in a clause whose verb is no other."""
    if not (part.prices or part.discounts):
        return
    figure = (part.discounts or part.prices)[0]
    before, after = masked[: figure.start], masked[figure.end :]
    around = masked[max(0, figure.start - 80) : figure.end + 20]
    if not OFFERS.search(around) or mood.denied(before, after):
        return
    if mood.DONE_ZH.search(before) or any(day.date < reader.base for day in part.days):
        return
    if re.search(r"\b(?:gave|offered|sold|charged|got|paid|was|were|cost)\b", before, re.IGNORECASE):
        return
    if not part.discounts and re.search(
        r"市场价|原价|成本|进价|list price|market price|cost price|\bcosts?\b", part.text, re.IGNORECASE
    ):
        return
    asked = bool(PRICE_ASKED.search(sentence))
    goods = _goods(part, Verb(PRICE, "", figure.start, figure.end, ""))
    yield Found(PRICE, "", 0, 0, due=_due(part, reader.base), asked=asked, **goods, **terms_of(part))


def _due(part: Clause, base: dt.date) -> dt.date | None:
    ahead = [day for day in part.days if day.date >= base]
    return ahead[-1].date if len(ahead) == 1 else (ahead[0].date if ahead else None)


def _goods(part: Clause, verb: Verb) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if part.products:
        found["product"] = part.products[0]
    if part.quantities:
        found |= {"quantity": part.quantities[0].value, "unit": part.quantities[0].unit}
    elif part.bare and verb.kind in (DELIVER, NEED, SEND, PRICE):
        after = [each for each in part.bare if each.start >= verb.start] or part.bare
        if verb.kind == DELIVER or part.products or verb.form == "zh" or _counts_goods(part.text, after[0].end):
            found |= {"quantity": after[0].value}
    return found


def _counts_goods(text: str, end: int) -> bool:
    """Whether a plural noun follows the number: 100 lamps."""
    return bool(re.match(r"\s+(?:more\s+|of\s+(?:the\s+|your\s+)?|new\s+)?[\w-]+(?:\s+[\w-]+)?s\b|\s+of\b", text[end:]))


def terms_of(part: Clause) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if part.prices:
        found["price"] = part.prices[0].value
    elif part.amounts:
        found["amount"] = part.amounts[0].value
    if part.discounts:
        found["discount"] = part.discounts[0].value
    return found
