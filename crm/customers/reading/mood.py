"""Whether a verb is promised or asked for at all: not where it is denied, supposed, wondered about, done or usual."""

from __future__ import annotations

import re

I = re.IGNORECASE  # noqa: E741

POLITE = re.compile(
    r"(?:如果|若|要是|如|假如)?(?:您|你|贵司|贵方|你们)?(?:可以|方便|有空|可能|有时间|行|"
    r"能)(?:的话|的时候)|如(?:果)?(?:您|你)?方便|如有可能|如有必要|如需要?的话|"
    r"\b(?:if|when(?:ever)?|where) (?:at all )?(?:possible|convenient|you can|you could|you may|"
    r"you don['’]t mind|you have (?:a|some) (?:moment|minute|time)|it suits you|"
    r"that(?:['’]s| is) (?:ok|okay|fine|alright|all right|possible)|that works(?: for you)?|"
    r"you would|you get a chance|you like|you wish|you want|you prefer|you agree|needed|necessary|"
    r"required)\b|\bif you please\b",
    I,
)
SUPPOSED = re.compile(
    r"如果|如(?:需|要|有)(?!期)|(?:^|[,.] )should (?:you|they|we|there)\b|假如|倘若|要是|假设|"
    r"万一|若(?!干)|只要|除非|一旦|的话|否则|不然|要不是|即使|哪怕|本来|"
    r"原本|原计划|曾打算|早知道|"
    r"\b(?:if|unless|in case|provided(?: that)?|assuming|suppose|supposing|were (?:we|you|they|i) to|"
    r"had (?:we|you|they|i)|in the event|as long as|otherwise|would have|could have|should have|"
    r"might have|depends on|depending on|hypothetically)\b",
    I,
)
DOUBTED = re.compile(
    r"也许|或许|说不定|不确定|不知道|不清楚|不一定|未必|不敢(?:保证|承诺)|看情况|再说|再看|再商量|"
    r"再考虑|再议|待定|未定|研究一下|考虑(?:一下|下)?|讨论|商量|恐怕|"
    r"可能(?!的话)(?=会|要|能|需|得|在|就|[^，。]{0,6}[发交付寄])|大概率|"
    r"如何|怎么|怎样|为什么|为何|"
    r"\b(?:maybe|perhaps|possibly|probably|might|not sure|unsure|uncertain|wonder(?:ing)?|"
    r"don['’]t know|no idea|doubt|to be confirmed|tbc|tbd|consider(?:ing)?|thinking (?:of|about)|"
    r"discuss(?:ing|ed)?|whether|in theory|theoretically|hope to|hoping to|we could|i could|"
    r"they could|would be able|would (?:ship|deliver|send|pay|give|offer|invoice|visit)|used to)\b",
    I,
)
USUAL = re.compile(
    r"一般(?:来说|情况下|都)?(?!纳税)|通常|平时|往常|历来|向来|每次|每(?:个)?(?:月|周|天|年|季度|"
    r"星期)|经常|常常|总是|标准交期|以往|"
    r"\b(?:usually|normally|typically|generally|always|every (?:day|week|month|year|quarter|\w+day)|"
    r"each (?:week|month|year)|on average|as a rule|in general|often|sometimes|standard lead time|"
    r"regularly|monthly|weekly|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b",
    I,
)
OTHERS = re.compile(
    r"(?:供应商|供货商|竞争对手|竞品|同行|友商|别家|别的公司|其他(?:公司|厂家|供应商)|对手|"
    r"物流(?:公司)?|快递公司|厂家那边)(?!.{0,4}(?:请|麻烦))|"
    r"\b(?:supplier|suppliers|vendor|competitors?|the courier|the carrier|rivals?|another company|"
    r"other companies|forwarder)\b(?!['’]s)",
    I,
)
COURTESY = re.compile(
    r"随时(?:联系|致电|来电|打电话|拜访|欢迎)|欢迎(?:随时|来电|致电|莅临|光临|参观|拜访|您|各位)|"
    r"有(?:任何)?(?:问题|疑问|需要|需求|事)|"
    r"\b(?:feel free|don['’]t hesitate|do not hesitate|any ?time|welcome to|any questions?|"
    r"at your convenience|thank(?:s| you) for)\b",
    I,
)
ASKS_FACT = re.compile(
    r"什么时候|何时|多少|几[号天时点]|哪[天一家个里]|谁|是否|有没有|是不是|为啥|什么|多久|如何|"
    r"(?:^|[\s,;:(])(?:when|what|where|why|who|which|how (?:much|many|long|soon|often|come|do|does|did|is|are))\b",
    I,
)
TELLS_FACT = re.compile(
    r"\b(?:let (?:me|us|him|her|them) know|tell (?:me|us|him|her)|inform (?:me|us)|advise(?: us|"
    r" me)?|confirm)\s+(?:when|whether|if|how|what|why|which)\b|告诉我?们?.{0,6}(?:什么时候|是否|多少|何时|有没有)",
    I,
)
ASKS_ACT = re.compile(
    r"能不能|可不可以|能否|可否|是否(?:可以|能)|可以.{0,40}吗|能.{0,40}吗|行不行|好吗|方便.{0,40}吗|好不好|"
    r"(?:^|[\s,;:(])(?:can|could|would|will|may) (?:you|we|i|someone|somebody|your \w+|they)\b|"
    r"\bis it possible\b|\bwould it be possible\b|\b(?:any )?chance\b|\bhow about\b|\bwhat about\b|"
    r"\bwhy don['’]t (?:you|we)\b|\bwould you mind\b|\bdo you mind\b",
    I,
)

A_NOT_A = re.compile(r"([能会行好可要])不\1")
NOT_ZH = re.compile(
    r"不(?!好意思|晚于|迟于|超过|超|少于|低于|但|仅|错|要忘|忘|得晚|得迟|断|管|论|含税|久|日|收费|"
    r"加价|另|客气)|没(?!问题|关系|错)|未(?!来|税)|无法|无需|无须|无意|"
    r"别(?!忘|的|人|家|墅)|拒绝|难以|禁止|停止|暂停|取消|推迟|谢绝|免得|来不及|做不到|反对|避免"
)
NOT_AFTER = re.compile(
    r"^[^，。,;；]{0,12}?(?:不了|不出|不到(?!\d)|不及|不上|不起|不过来|有困难|有难度|做不到|没戏|"
    r"不现实|不可能|不行|办不到|困难|取消|推迟|延期|泡汤|的事.{0,6}(?:再说|以后))"
)
NOT_EN = re.compile(
    r"\b(?:not(?! only| later)|\w+n['’]t|cannot|cant|wont|dont|never|no longer|unable|nobody|no one|"
    r"none|neither|nor|without|refuse[sd]?|declined?|avoid|stop|cancel(?:led|ed)?|hardly|"
    r"impossible|instead of|rather than|fail(?:ed|s)? to|no need|too (?:early|late|soon) to|hold off|"
    r"forgot|postponed?|denied|out of the question|no way|far from|no plans?)\b",
    I,
)
NOT_AFTER_EN = re.compile(
    r"^[^,.;]{0,40}?\b(?:is|are|was|were|will be|would be)(?: simply| just| really)? (?:not|"
    r"impossible|out of the question|cancelled|canceled|postponed|unrealistic)\b|"
    r"^[^,.;]{0,40}?\b(?:isn|aren|won|can|wasn|weren)['’]t\b",
    I,
)
NO_NOT = re.compile(
    r"\b(?:don['’]t|do not|won['’]t|will not|never|not to|mustn['’]t|must not|didn['’]t)\s+forget\b|"
    r"\bno problem\b|\bno later than\b|\bnot later than\b|\bwhy don['’]t\b|\bcan['’]t wait\b|"
    r"\bno doubt\b",
    I,
)

SPEECH_ZH = (
    r"说|答应|承诺|保证|要求|提出|表示|同意|确认|约(?!\d)|定|商定|谈(?:好|妥|定)|通知|提醒|让|"
    r"希望|讲|回复|告知|强调|问|想"
)
SPEECH = re.compile(
    SPEECH_ZH + r"|\b(?:promised|agreed|said|says|confirmed|asked|requested|wants?|wanted|told|insisted|expects?|"
    r"expected|committed|undertook|guaranteed|demanded|reminded|pledged|assured|urged)\b",
    I,
)
DONE_ZH = re.compile(
    r"已经?|早就|刚刚|刚才|刚(?!好)|曾经?|上回|(?<![\d＿])之前(?=就|已|发|给|付|寄|打|拜|来|联)|"
    r"过去(?=的|一|两|几|半)|目前正在|正在"
)
DONE_AFTER_ZH = re.compile(
    r"^(?:完毕|成功|给?(?:您|你|他|她|客户|我们)?)?(?:了(?![解]|以后|之后|再)|过(?![去来户程年])|"
    r"完了|好了|出去了|过去了|过来了|掉了)|"
    r"^[^，。,]{0,14}(?<![好为除到])了(?:[。！!？?吗吧\s]|$)"
)
AHEAD_ZH = re.compile(
    r"会|将|(?<![主重需])要|就(?=[发交付寄送到可能])|即将|快|马上|准备|打算|保证|承诺|答应|可以|请|记得|务必|尽快"
)

AHEAD = re.compile(
    r"会(?!议|员|计|面)|(?<!麻)将(?!军)|(?<![主重需简])要(?!是|不|么|点)|可以|"
    r"(?<![功智性职节产效])能(?![源力量耗])|保证|承诺|答应|同意|一定|"
    r"肯定|马上|立即|立刻|尽快|尽早|尽量|争取|请(?!款|假)|麻烦|烦|劳|需|须|(?<=[我你您他们])得|要求|希望|务必|"
    r"安排|准备|打算|计划(?!书)|记得|记住|忘|必须|必|帮|让|给[您你他她]|确认|负责|约(?!\d)|"
    r"(?<![期等招接])待|(?<![供响适])应(?![收付用])|望|催|"
    r"拜托|提醒|可否|能否|好吗|行吗|吧$|一下|随后|稍后|回头|预计|预定|定于|拟|最迟|最晚|"
    r"先(?!生|进)|晚点|再(?=[打发给寄联致回])|今后|力争|尽力|敬请|恳请|盼|给到|没问题|按时|准时|"
    r"如期|届时|同步|抓紧|优先|"
    r"\b(?:will|shall|going to|gonna|can|may|must|have to|has to|had to|needs? to|ought to|should|"
    r"let me|let['’]s|let us|happy to|glad to|pleased to|able to|ready to|promise[sd]?|"
    r"guarantee[sd]?|commit(?:ted|s)?|"
    r"undertakes?|undertook|agreed?s?|confirm(?:s|ed)?|please|kindly|pls|plan(?:s|ning|ned)? to|"
    r"aim(?:s|ing)? to|intends? to|ask(?:s|ed|ing)?|request(?:s|ed|ing)?|wants?|wanted|would like|"
    r"'d like|wish(?:es)?|make sure|ensure|remember|forget|"
    r"remind(?:er)?|arrange[sd]?|due|to-?do|action(?: item)?|are to|is to|expects?|expected|said|"
    r"insists?|insisted|assured?|pledged?|scheduled|booked|demand(?:s|ed)?|told|urged?|hope|need|"
    r"needs|needed|requires?d?|want|trying to|try to|tries to|look(?:ing)? forward to|be sure to|"
    r"do)\b"
    r"|['’]ll\b|['’]d like\b|\b(?:can|could|would|will) you\b|\bwould you mind\b|\bpossible to\b|"
    r"\bget\b|\bhow about\b|\bwhat about\b",
    I,
)

BE_ING = re.compile(
    r"(?:\b(?:am|is|are|be|being|start|begin|keep|mind|to|for|on|of|about|with|plan)|['’](?:m|re|"
    r"s))(?:\s+(?:also|now|then|not|just|going|personally|definitely|only|currently))?\s+$",
    I,
)
WAS_ING = re.compile(r"\b(?:was|were|been|from|by|after|before|since|while|without|of|avoid)\s+(?:\w+ly\s+)?$", I)
PASSIVE = re.compile(
    r"\b(?:will|shall|must|should|can|may|to|need|needs|want|wants|['’]ll|could|"
    r"would like)\s+(?:\w+\s+){0,2}?(?:be|get|have)\s+(?:\w+\s+){0,4}$|['’]ll\s+(?:\w+\s+)?(?:be|get|"
    r"have)\s+(?:\w+\s+){0,4}$|"
    r"\b(?:have|get|want|need|like|see)\s+(?:it|them|that|this|these|those|(?:the|your|our|all|a|an|"
    r"\d+)\s+(?:[\w-]+\s+){1,5}?)\s*$|\b(?:being|be)\s+(?:\w+\s+)?$|\b(?:is|are)\s+(?:due to be|"
    r"to be|scheduled to be|expected to be)\s+(?:\w+\s+)?$|\bwill have\s+$",
    I,
)
INITIAL = re.compile(
    r"^\W*(?:(?:and|then|also|but|so|next|first|second|finally|todo|to do|task|action|reminder|"
    r"follow-up|note|ps|p\.s|yes|ok|okay|sure|great|hi|hello|dear|thanks|thank you|we|i)\b\W*)*$",
    I,
)


def supposed(sentence: str) -> bool:
    """Whether a sentence only supposes; politeness (if you can) supposes nothing."""
    return bool(SUPPOSED.search(POLITE.sub("", sentence)))


def empty_question(sentence: str, clause: str) -> bool:
    """Whether a sentence asks for a fact and not for a deed."""
    if TELLS_FACT.search(sentence):
        return True
    asks = sentence.rstrip().endswith(("?", "？", "吗", "呢"))
    if not (asks or re.search(r"吗", clause)):
        return bool(re.search(r"(?:什么时候|何时|几号|哪天|多少)(?:能|可以|会|才能)?", clause))
    clause = A_NOT_A.sub(r"\1", clause) if False else clause
    if ASKS_FACT.search(re.sub(r"是否(?:可以|能)|what about|how about", "", clause, flags=I)):
        return True
    return not (ASKS_ACT.search(sentence) or re.search(r"请|麻烦|please|kindly|吧", sentence, I))


def denied(before: str, after: str) -> bool:
    """Whether what stands before or after a verb in its clause takes it back."""
    before, after = A_NOT_A.sub(r"\1", before), A_NOT_A.sub(r"\1", after)
    before = NO_NOT.sub("", before)
    return bool(NOT_ZH.search(before) or NOT_EN.search(before) or NOT_AFTER.search(after) or NOT_AFTER_EN.search(after))


def done_zh(before: str, after: str, has_day: bool) -> bool:
    """Whether a Chinese verb tells what has happened."""
    said = list(SPEECH.finditer(before))
    tail = before[said[-1].end() :] if said else before
    if DONE_ZH.search(tail):
        return True
    return bool(DONE_AFTER_ZH.search(after)) and not has_day and not AHEAD_ZH.search(before)


def form_fits(form: str, before: str, has_day: bool, noun_like: bool = False) -> bool:
    """Whether an English verb in this form, after these words, can speak of the future."""
    if form == "ing":
        if WAS_ING.search(before) and not re.search(r"\b(?:will|shall)\b", before, I):
            return False
        return bool(BE_ING.search(before) or INITIAL.match(before)) and (has_day or bool(AHEAD.search(before)))
    if form == "past":
        return bool(PASSIVE.search(before)) and not re.search(
            r"\b(?:has|have|had|was|were)\s+(?:already\s+|just\s+)?been\b", before, I
        )
    if form in ("s", "noun"):
        return has_day
    return True


def looks_ahead(before: str, after: str, form: str, has_day: bool) -> bool:
    """Whether something says that the verb is to be done: a modal, a wish, an imperative, a day that lies ahead."""
    if AHEAD.search(before) or has_day or form == "past":
        return True
    if form == "zh":
        return bool(
            re.match(
                r"^\W*(?:客户|我们?|我司|我方|您|你们?|再|并|另外|同时|然后|再次|把|将|给|向|跟|与|和|"
                r"[\u4e00-\u9fff]{1,3}[总工经理]{1,2})*$",
                before,
            )
        ) or bool(re.search(r"一下|吧|好吗|行吗|可以吗|没问题|为盼|为荷", after))
    if form == "base":
        return bool(
            re.match(
                r"^\W*(?:and|then|also|but|so|next|first|finally|to-?do|task|action|reminder|note|ps|yes|ok|okay|"
                r"sure|to|just)?\W*$",
                before,
                I,
            )
        ) or bool(re.search(r"\b(?:please|asap|urgently|pls)\b", after, I))
    return False
