"""What somebody may promise to do, as verbs of both languages say it; and the papers that can be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DELIVER, PRICE, DOCUMENT, VISIT, CALL, PAY = "deliver", "price", "document", "visit", "call", "pay"
SEND, NEED = "send", "need"  # what is done depends on what is sent or needed

PAPERS = {
    "quote": r"报价[单表书函]|价格[表单]|价目表|(?<=[个份下张过的供给出新])报价|正式报价|quotations?|"
    r"quotes?|price lists?|pro ?formas?|"
    r"proposals?|estimates?|(?<=\ban )offer|(?<=our )(?:best )?offer|(?<=your )(?:best )?offer|(?<=the )offer",
    "statement": r"对[账帐]单|account statements?|statements?(?: of accounts?)?",
    "contract": r"合同|协议书?|contracts?|agreements?",
    "sample": r"样品|样板|样件|样机|小样|样布|samples?|swatch(?:es)?",
    "invoice": r"发票|专票|普票|(?<=[开出])票|invoices?",
    "catalogue": r"(?:产品|商品)?目录|产品册|画册|图册|选型手册|catalogu?es?|brochures?",
    "order": r"采购订单|订单|采购单|purchase orders?|\bP\.?O\.?s?\b",
    "other": r"资料|文件|图纸|方案|说明书|规格书|技术参数|参数表?|检测报告|报告|证书|资质|装箱单|送货单|"
    r"提单|授权书|标书|照片|"
    r"documentation|documents?|drawings?|data ?sheets?|certificates?|specifications?|specs?|manuals?|reports?|"
    r"packing lists?|bills? of lading|photos?|presentations?|paperwork",
}
PAPER = re.compile(
    "|".join(f"(?P<{kind}>{words})" for kind, words in PAPERS.items()),
    re.IGNORECASE,
)
ZH_PAPER = (
    "报价|合同|协议|样品|样板|样件|样机|小样|发票|专票|目录|画册|图册|对[账帐]单|订单|采购单|"
    "资料|文件|图纸|方案|证书|报告"
)
# The noun only names something else: 合同号, invoice number, sample room.
NO_PAPER = re.compile(
    r"\s?(?:号码?(?!前)|编号|金额|条款|抬头|信息|流程|模板|管理|价(?!格表)|间|室|费|numbers?\b|no\b|dates?\b|terms?\b|"
    r"rooms?\b|amounts?\b|address|fees?\b|books?\b)",
    re.IGNORECASE,
)

_zh = {
    DELIVER: r"交(?=[\d一二两三四五六七八九十百])|(?<=能)到(?=\d)|"
        r"发货(?![单人地日期方流记录通量款])(?!时间|地址|通知)|交货(?![期单款])(?!时间|日期|地点|条件|"
        r"方式)|送货(?![单员费])(?!地址)|供货(?![商周合协价])"
    r"|出货(?![单量])|到货(?![通单率款时])|交付(?![物标期周])|配送(?!中心|费|站|员)|送达|送到|"
        r"运到|运抵|备好?货|补货|发运|发出|供应(?!商|链|部)|补发|铺货|收到货|到厂|进场|交齐|装车|装柜",
    VISIT: r"拜访|上门|登门|走访|面谈|见个?面|过[去来]一趟|[去来跑]一趟|来访|到访|当面|碰个?面|实地考察|"
        r"来[^，。,]{0,8}(?:参观|考察|洽谈|看厂)|去(?:贵|您|你们?|客户)(?:司|公司|厂|那里?|那边|办公室|工厂|现场)",
    CALL: r"致电|打(?:个|一个|一?通|一下)?电话|来电(?!显)|去电|回[个您你]?电(?:话)?|回(?:个|您|你)电话|"
        r"通(?:个|一?次)?(?:电话|话)|电话(?:联系|沟通|"
        r"回访|跟进|回复|告知|会议|里(?:再)?[聊谈说]|聊|详谈)"
    r"|回访(?!率|记录|表)|跟进(?!记录|情况)|联系(?!人|方式|电话|地址)(?=您|你|他|她|客户|我|贵|"
        r"[\u4e00-\u9fff]总|[\u4e00-\u9fff]经理|"
        r"一下|$|确认|沟通)|打给|开个?(?:视频|电话)会",
    PAY: r"(?:货款|尾款|定金|订金|余款|款项|预付款|首款|钱)[^，。,]{0,10}(?:打|付|转|汇|结清|到账|"
        r"到位)|付清|付(?:清)?款(?!方式|条件|账期|期限|账号|信息|凭证|记录|比例|节点)|打款|汇款(?!账|"
        r"单|凭)|"
        r"支付(?!方式|宝|条件|凭)|转账|结清|回款(?!率|情|计)|结[款账](?!单|方式)|"
    r"付(?:掉|一?半|全款|首付|定金|订金|预付款?|尾款|货款|首款|余款|款项|百分之|\d)|打(?:定金|"
        r"订金|预付|货款|尾款|余款|过来)|(?:定金|尾款|货款|余款|"
        r"预付款)(?:会|将|要|能)?(?:到账|到位|安排|打)",
    "quote": r"报价(?![单表书函])|报[个一下]{1,2}价|核个?价(?!格)",
    "invoice": r"(?:发票|专票)[^，。,]{0,10}开(?![头始会户])|开(?:具|出|一?下|好|个|一?张|增值税|专用|普通|"
        r"电子|专|全额|\d+%?的?)*(?:发票|专票|普票|"
        r"票)(?!信息|资料|抬头|单位)",
    SEND: r"(?<![批研开出触沙颁爆启自])发(?:送|来|到|给|过[去来]|一下|个|份)?"
    r"(?![票展现生布起明挥言行育达财型动烧热觉病货运])"
    r"|寄(?:送|给|出|过[去来]|一下)?(?![托存语])|快递(?![单公费员小])|传(?:真|给|过[去来]|"
        r"一[份下])|邮件(?:给|发)|提供|提交|递交|出具|"
    r"准备好?|整理好?|(?:给|出|做|带|补|拟|报|送(?![到达货])|签(?:署|订|字|回|好|完)?|下|更新)"
    rf"(?=[^，。,]{{0,12}}(?:{ZH_PAPER})|[^，。,]{{0,6}}\d)|给(?=[^，。,]{{0,8}}(?:{ZH_PAPER}))|"
        rf"起草|盖(?:好)?章|回签|签(?:署|回)|"
    r"下单(?!时|日|量|价)|核对|打样",
    NEED: r"(?:需要|需求|需|想要|想订|要(?!求|是|点|么|不)|索要|索取|订购|订(?![单金])|采购(?!单|订|部|"
        r"员|经|价|量)|购买|买|追加|加订|加单|增加|再来|先来|求)",
}  # fmt: skip
CHINESE = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _zh.items()))

# Base, third person, participle, past; the nouns of the same look are told apart by what stands before them.
_en = {
    DELIVER: "deliver delivers delivering delivered|ship ships shipping shipped|"
        "dispatch dispatches dispatching dispatched|"
    "despatch despatches despatching despatched|supply supplies supplying supplied|arrive arrives arriving arrived|"
    "restock restocks restocking restocked|replenish replenishes replenishing replenished",
    VISIT: "visit visits visiting visited|meet meets meeting met|stop stops stopping stopped|"
        "drop drops dropping dropped|come comes coming came",
    CALL: "call calls calling called|phone phones phoning phoned|ring rings ringing rang|"
        "telephone telephones telephoning telephoned|"
    "contact contacts contacting contacted|follow follows following followed|get gets getting got|"
        "dial dials dialling dialled",
    PAY: "pay pays paying paid|remit remits remitting remitted|settle settles settling settled|"
        "transfer transfers transferring transferred|"
    "wire wires wiring wired|deposit deposits depositing deposited",
    "quote": "quote quotes quoting quoted",
    "invoice": "invoice invoices invoicing invoiced|bill bills billing billed",
    SEND: "send sends sending sent|email emails emailing emailed|e-mail e-mails e-mailing e-mailed|"
        "mail mails mailing mailed|"
    "forward forwards forwarding forwarded|share shares sharing shared|"
        "provide provides providing provided|prepare prepares preparing prepared|"
    "submit submits submitting submitted|issue issues issuing issued|give gives giving gave|"
        "let lets letting let|bring brings bringing brought|"
    "post posts posting posted|courier couriers couriering couriered|draft drafts drafting drafted|"
        "sign signs signing signed|"
    "return returns returning returned|place places placing placed|"
        "attach attaches attaching attached|have has having had|get gets getting got|"
    "make makes making made|receive receives receiving received|hand hands handing handed|"
        "drop drops dropping dropped|fax faxes faxing faxed|"
    "raise raises raising raised|pass passes passing passed|put puts putting put|"
        "complete completes completing completed|"
    "arrange arranges arranging arranged|schedule schedules scheduling scheduled|"
        "book books booking booked|set sets setting set|do does doing did|"
    "promise promises promising promised|offer offers offering offered|"
        "release releases releasing released|guarantee guarantees guaranteeing guaranteed|"
        "confirm confirms confirming confirmed|"
    "deliver delivers delivering delivered|ship ships shipping shipped|"
        "finalise finalises finalising finalised|finalize finalizes finalizing finalized|"
    "update updates updating updated|revise revises revising revised|reserve reserves reserving reserved|"
    "organise organises organising organised|organize organizes organizing organized|"
        "go goes going went|follow follows following followed|reach reaches reaching reached|"
    "initiate initiates initiating initiated|process processes processing processed",
    NEED: "need needs needing needed|want wants wanting wanted|require requires requiring required|"
        "request requests requesting requested|"
    "order orders ordering ordered|buy buys buying bought|purchase purchases purchasing purchased|"
        "take takes taking took|ask asks asking asked|"
    "expect expects expecting expected|like likes liking liked|await awaits awaiting awaited|"
        "appreciate appreciates appreciating appreciated",
}  # fmt: skip
FORMS: dict[str, list[tuple[str, str]]] = {}
for _kind, _words in _en.items():
    for _verb in _words.split("|"):
        for _form, _word in zip(("base", "s", "ing", "past"), _verb.split(), strict=True):
            FORMS.setdefault(_word, []).append((_kind, _form))
for _word in ("let", "put", "set"):  # one look for base and past
    FORMS[_word] = [(kind, form) for kind, form in FORMS[_word] if form == "base"]
del FORMS["sets"]
TOKEN = re.compile(
    r"(?<![\w'-])(?:" + "|".join(sorted(FORMS, key=len, reverse=True)) + r")(?![\w'])(?!-)", re.IGNORECASE
)

# What must follow for the verb to mean this.
FOLLOWED = {
    "stop": r"\s+by\b", "drop": r"\s+(?:by|in)\b",
    "come": r"\s+(?:by|over|and see|to see|to your|to visit|round|around|visit)\b",
    "meet": r"(?!\s+(?:the|your|our|this|that|all|any)\b)", "follow": r"\s+up\b", "get": r"\s+(?:back to|in touch)\b",
}  # fmt: skip
# Light verbs whose noun says what is done: make the payment, give you a call, arrange delivery.
NOUNS = {
    CALL: r"(?:phone |video |conference |follow-?up |short |quick )*(?:call|ring)\b(?!\s+(?:centre|"
    r"center))|follow-?up\b|zoom\b|teams meeting\b|(?:video|web) meeting\b",
    VISIT: r"(?:site |factory |customer |short )*(?:visit|meeting|appointment)\b",
    PAY: r"(?:down ?|advance |final |full |first |second |remaining |outstanding |wire |bank )*(?:payment|"
    r"deposit|transfer|remittance|balance)\b",
    DELIVER: r"(?:full |partial |first |second |early )*(?:delivery|shipment|dispatch)\b(?!\s+(?:note|address|"
    r"terms|time|cost|fee|details|date))|goods\b",
}
BETWEEN = (
    r"(?:\s+(?:you|him|her|them|us|me|customer|client|for|in|with|a|an|the|our|your|their|another|up|"
    r"one|on|of|to|back|some|at|this|that|mr\.?|ms\.?|[A-Z][\w.]*)){0,4}\s+"
)
NOUN = re.compile("|".join(rf"(?P<{kind}>{BETWEEN}(?:{words}))" for kind, words in NOUNS.items()), re.IGNORECASE)
READY = re.compile(
    r"\bbe (?:with you|ready|there|in your|at your|available|finished|on (?:its|their|the) way)\b", re.IGNORECASE
)
# A deed told as a noun, which with its day is a promise: delivery on Friday.
NOMINAL = re.compile(
    rf"\W*(?:the\s+|and\s+|with\s+)?(?:(?P<{DELIVER}>(?:full |partial )?(?:delivery|shipment|dispatch))|"
    rf"(?P<{PAY}>(?:down ?|advance |final |full )?payment))\b(?!\s+(?:terms|note|address|time|date|"
    rf"details|is|was|are|were))",
    re.IGNORECASE,
)
A_NOUN = re.compile(
    r"(?:\b(?:the|a|an|your|our|this|that|these|those|my|their|his|her|its|last|first|per|each|new|"
    r"sales|phone|any|no|of|on|price|"
    r"purchase|customer|previous|latest|attached|signed|for|free|every|same)\s+|(?<!let)['’]s\s+(?=\w))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb that may be promised: what it does, its form, and where it stands."""

    kind: str
    form: str
    start: int
    end: int
    word: str


def verbs(text: str) -> Iterator[Verb]:
    """The verbs of a clause in their order."""
    for match in CHINESE.finditer(text):
        assert match.lastgroup
        yield Verb(match.lastgroup, "zh", match.start(), match.end(), match[0])
    for match in TOKEN.finditer(text):
        yield from _english(text, match)
    for match in READY.finditer(text):
        yield Verb(SEND, "base", match.start(), match.end(), "be")
    if noun := NOMINAL.match(text):
        assert noun.lastgroup
        yield Verb(noun.lastgroup, "noun", noun.start(), noun.end(), noun[0].strip().lower())


def _english(text: str, match: re.Match[str]) -> Iterator[Verb]:
    word = match[0].lower()
    rest = text[match.end() :]
    for kind, form in FORMS[word]:
        if (form in ("base", "s") or word in ("meeting", "shipping", "billing")) and A_NOUN.search(
            text, 0, match.start()
        ):
            return
        if (kind == SEND or (kind == NEED and word[:3] not in ("lik", "tak"))) and (noun := NOUN.match(rest)):
            assert noun.lastgroup
            yield Verb(noun.lastgroup, form, match.start(), match.end() + noun.end(), word)
            return
        if kind == SEND and word[:2] == "go" and not re.match(r"\s+out\b", rest, re.IGNORECASE):
            continue
        needed = next((pattern for verb, pattern in FOLLOWED.items() if _of(word, verb) and kind in (VISIT, CALL)), "")
        if needed and not re.match(needed, rest, re.IGNORECASE):
            continue
        yield Verb(kind, form, match.start(), match.end(), word)
        if kind in (VISIT, CALL):
            return


def _of(word: str, verb: str) -> bool:
    stems = {"stop": "stop", "drop": "drop", "come": "com|cam", "meet": "me", "follow": "follow", "get": "g[eo]t"}
    return bool(re.match(stems[verb], word))


def papers(text: str) -> list[tuple[str, int, int]]:
    """The papers a clause names: kind and place."""
    found = []
    for match in PAPER.finditer(text):
        word = match[0]
        if word[0].isascii() and (
            text[match.start() - 1 : match.start()].isalpha() and text[match.start() - 1].isascii()
        ):
            continue
        after = text[match.end() : match.end() + 1]
        if word[-1].isascii() and after.isascii() and after.isalpha():
            continue
        if not NO_PAPER.match(text, match.end()):
            assert match.lastgroup
            found.append((match.lastgroup, match.start(), match.end()))
    return found


def can_stand(verb: Verb) -> bool:
    """Whether a verb says by itself what is done."""
    return verb.word not in ("get", "have", "do", "let", "make", "set", "put", "confirm", "arrange")
