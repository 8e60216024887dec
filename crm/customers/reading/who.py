"""Who is to do what a verb says: we or the customer; and whether it was promised or only asked for."""

from __future__ import annotations

import re

from crm.customers.reading import mood
from crm.customers.reading.found import Reader
from crm.customers.reading.verbs import NEED, PAPER, PAY, Verb

THEY = re.compile(
    r"客户|对方|他们|她们|(?<![其])他(?!人)|她|[\u4e00-\u9fff](?:总|经理|老板|先生|"
    r"女士)(?!.{0,3}[，,])|甲方|买方|采购方|"
    r"\b(?i:customer|client|they|he|she|buyer|purchaser|mr|ms|mrs)\b|\b[A-Z][\w&]+(?= (?:will|"
    r"promised|agreed|wants?|asked|needs|said))",
)
YOU = re.compile(r"贵司|贵公司|贵方|您|你们|你|\byou\b", re.IGNORECASE)
WISH = re.compile(
    r"要求|需要|需求|希望|想要|想|要(?!是|么)|让我们|催|询问|请|麻烦|拜托|务必|记得|能否|可否|能不能|可不可以|盼|望|"
    r"\b(?:asks?|asked|wants?|wanted|needs?|needed|requests?|requested|would like|requires?|required|"
    r"expects?|expected|please|kindly|pls|insists?|insisted|demands?|demanded|(?:can|could|would|"
    r"will) (?:you|we|i)|would you mind|is it possible|chance|remind|look(?:ing)? forward|need|want|"
    r"how about|urged?)\b",
    re.IGNORECASE,
)
OBJECT = re.compile(
    r"(?:给|向|对|跟|与|和|到|拜访|联系|帮|为|把|陪|见|约|提醒|打给|回访|答应|告诉|通知|\bto|"
    r"\bfor|\bvisit|\bcall|\bwith|\bmeet|"
    r"\bsend|\bgive|\bpay|\bpromised|\bremind|\btell|\btold|\bthe|\bour)\s?$",
    re.IGNORECASE,
)
# What begins a sentence with a capital and is nobody: Samples will go out.
THING = re.compile(
    rf"(?:{PAPER.pattern}|goods|delivery|shipment|payment|everything|it|this|that|these|all)", re.IGNORECASE
)
SELF = re.compile(r"我们|我司|我方|本公司|我(?!国)|\b(?:we|i|our|us|i['’]ll|we['’]ll)\b", re.IGNORECASE)


def who(verb: Verb, before: str, sentence: str, reader: Reader) -> dict[str, bool]:
    """Who is to do it, and whether it was only asked for."""
    question = sentence.rstrip().endswith(("?", "？", "吗"))
    asked = bool(WISH.search(before)) or (question and bool(mood.ASKS_ACT.search(sentence)))
    subjects = [
        (match.start(), who)
        for who, pattern in (("they", THEY), ("you", YOU), ("we", SELF))
        for match in pattern.finditer(before)
        if not OBJECT.search(before[: match.start()]) and not THING.fullmatch(match[0])
    ]
    who = max(subjects)[1] if subjects else ""
    if who == "you" and verb.word in ("have", "get", "receive"):
        return {"by_them": False, "asked": False}
    if verb.kind == PAY:
        refund = re.search(r"退款|refund|commission|佣金|supplier|供应商", sentence, re.IGNORECASE)
        return {"by_them": not refund, "asked": asked}
    if asked:
        theirs = (
            reader.from_them is False
            and who != "we"
            and verb.kind != NEED
            and bool(who == "you" or re.match(r"^\W*(?:请|please|kindly|麻烦)", before, re.IGNORECASE))
        )
        return {"by_them": theirs, "asked": True}
    if who == "they":
        return {"by_them": True, "asked": False}
    if who == "you":
        return {"by_them": reader.from_them is not True, "asked": False}
    if who == "we":
        return {"by_them": reader.from_them is True, "asked": False}
    imperative = not before.strip(" ,，") and verb.form in ("base", "zh")
    return {"by_them": False, "asked": imperative}
