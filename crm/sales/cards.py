"""From a text to a lead: a business card, a message from a chat, a mail; by rules alone, nothing is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from crm.customers.reading import Names
from suite.masterdata.standards import phone, tried

LONGEST = 20_000
LABEL = re.compile(r"^\s*([\u4e00-\u9fffA-Za-z ./-]{1,16}?)\s*[:：]\s*(.+)$")
LABELS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "联系人", "称呼", "name", "contact", "contact person", "full name"),
    "organisation": ("公司", "公司名称", "单位", "企业", "company", "organisation", "organization", "firm"),
    "phone": ("电话", "手机", "手机号", "联系电话", "移动电话", "tel", "phone", "mobile", "cell", "t", "m", "p"),
    "email": ("邮箱", "电子邮件", "电邮", "邮件", "email", "e-mail", "mail", "e"),
    "source": ("来源", "source"),
}  # fmt: skip
BY_LABEL = {label: name for name, labels in LABELS.items() for label in labels}
MAIL = re.compile(r"[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,20}){1,4}")
NUMBER = re.compile(
    r"(?<![A-Za-z0-9@.-])(?:\+?\d[\d\s().-]{5,18}\d)(?:\s*(?:转|ext\.?)\s*\d{1,6})?(?![A-Za-z0-9@])", re.IGNORECASE
)
ORGANISATION = re.compile(
    r"[\u4e00-\u9fff（）()A-Za-z0-9]{2,40}?(?:有限责任公司|股份有限公司|有限公司|集团公司|公司|集团|工厂|厂|商行|事务所|研究院|研究所|医院|大学|学校|酒店)"
    r"|(?:[A-Z][\w&'.-]*,?\s+){1,5}(?:Co\.?,?\s*Ltd|Ltd|Limited|Inc|Corp|Corporation|LLC|GmbH|AG|PLC|Group|S\.A|BV)\b\.?"
)
SAYS_WHO = re.compile(
    r"(?:我是|我叫|敝姓|本人)\s*(?P<zh>[\u4e00-\u9fff]{2,4}?)(?=[，,。.！!\s]|来自|，|$)"
    r"|(?:[Mm]y name is|I am|I'm|[Tt]his is)\s+(?P<en>[A-Z][\w'-]+(?:\s[A-Z][\w'-]+){0,2})"
)
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮"
    "卞齐康伍余元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪"
    "解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄曲封储靳段富焦巴侯班仰秋仲伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司韶郜黎薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴闻党翟谭贡劳"
    "姬申扶冉宰郦雍桑桂牛寿通边扈燕冀浦尚农温庄晏柴瞿阎充慕连茹习艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广欧聂关阙东欧阳闫肖"
)  # fmt: skip
CHINESE_NAME = re.compile(rf"(?:欧阳|上官|司马|诸葛|[{SURNAMES}])[\u4e00-\u9fff]{{1,2}}(?=\s|$|先生|女士|经理|总|主任)")
LATIN_NAME = re.compile(r"^(?:(?:Mr|Ms|Mrs|Dr)\.?\s+)?([A-Z][a-z'-]+(?:\s[A-Z][a-z'.-]*){1,2})$")
TITLES = re.compile(r"(经理|总监|主任|总裁|工程师|采购|销售|部|Manager|Director|Engineer|CEO|CTO|Buyer|Sales)")


def read(text: str, names: Names | None = None) -> dict[str, Any]:
    """What a text says of whoever sent it: `name`, `organisation`, `phone`, `email`, `source`, keys of `products`.

    What it does not say is not there; `text` is all of it. A label before a colon is believed before everything else.
    """
    text = text.replace("\x00", "")[:LONGEST]
    lines = [unicodedata.normalize("NFKC", line).strip() for line in text.splitlines()]
    lines = [line[:500] for line in lines if line][:200]
    found: dict[str, Any] = {}
    rest = []
    for line in lines:
        match = LABEL.match(line)
        name = BY_LABEL.get(match[1].strip().lower()) if match else None
        if match and name and name not in found:
            found[name] = match[2].strip()
        else:
            rest.append(line)
    whole = "\n".join(rest)
    if mail := MAIL.search(found.get("email", "") or whole):
        found["email"] = mail[0].lower()
    else:
        found.pop("email", None)
    found["phone"] = _phone(found.get("phone", "")) or _phone(MAIL.sub(" ", whole))
    if "organisation" not in found and (organisation := _organisation(rest)):
        found["organisation"] = organisation
    if "name" not in found and (who := _person(rest, found.get("organisation", ""))):
        found["name"] = who
    found = {name: value[: LIMITS.get(name, 200)] for name, value in found.items() if value}
    if names is not None:
        hits = dict.fromkeys(hit.pk for line in lines for hit in names.find(line))
        if hits:
            found["products"] = list(hits)[:10]
    return {**found, "text": text.strip()}


LIMITS = {"name": 100, "organisation": 200, "phone": 60, "source": 40}


def _phone(text: str) -> str:
    """The first number that a phone can have, a mobile one before others."""
    numbers = [match[0].strip() for match in NUMBER.finditer(text)]
    known = [raw for raw in numbers if tried(phone, raw)]
    return next((raw for raw in known if len(tried(phone, raw)) == 11 and tried(phone, raw)[0] == "1"), "") or next(
        iter(known), ""
    )


def _organisation(lines: list[str]) -> str:
    for line in lines:
        if match := ORGANISATION.search(line):
            named = re.sub(r"^.*?(?:我是|我们是|来自|from|at)\s*", "", match[0])
            return named.strip(" ,，") if len(named) > 2 else match[0].strip(" ,，")
    return ""


def _person(lines: list[str], organisation: str) -> str:
    for line in lines:
        if match := SAYS_WHO.search(line):
            who = match["zh"] or match["en"]
            if who and who not in organisation:
                return who
    for line in lines:
        bare = MAIL.sub("", line).strip()
        if organisation and organisation in bare:
            bare = bare.replace(organisation, " ").strip()
        if latin := LATIN_NAME.match(bare):
            return latin[1]
        if len(bare) <= 14 and (chinese := CHINESE_NAME.match(TITLES.sub(r" \1", bare))):
            return chinese[0]
    return ""
