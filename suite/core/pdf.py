"""Papers as PDF, set by typst from plain data: no text a person typed is ever read as a command of the typesetter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Literal

import qrcode
import typst
from django.conf import settings
from django.utils import translation
from qrcode.image.svg import SvgPathImage

from suite.core.acts import plain
from suite.core.models import Company

TEMPLATES = settings.BASE_DIR / "templates"
SHIPPED = settings.BUILT / "assets" / "fonts"
# Fonts that have the characters, the best first; typst looks into the system's folders by itself.
CHINESE = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Noto Sans S Chinese",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimSun",
)


@cache
def fonts() -> typst.Fonts:
    """Those of the system and those set-up has fetched; looked for once per process."""
    return typst.Fonts(font_paths=[str(SHIPPED)] if SHIPPED.is_dir() else [])


@cache
def chinese_font() -> str:
    """The font for Chinese text, "" where the machine has none."""
    known = set(fonts().families())
    return next((name for name in CHINESE if name in known), "")


def render(template: str, data: Mapping[str, Any], *, language: str = "") -> bytes:
    """Set a template of ours (`crm/sales/quotation.typ`) with data; the template finds it in `sys.inputs.data` as JSON.

    Decimals and dates arrive as texts: format them before, as the reader is used to.
    """
    language = language or translation.get_language() or settings.LANGUAGE_CODE
    inputs = {
        "data": json.dumps(plain(data), ensure_ascii=False),
        "lang": "en" if language.startswith("en") else "zh",
        "font": chinese_font() or "Libertinus Serif",
    }
    return typst.compile(TEMPLATES / template, root=TEMPLATES, font_paths=fonts(), sys_inputs=inputs)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet's table; `width` is a share of what is left, 0 as wide as its content."""

    label: str
    align: Literal["left", "right", "center"] = "left"
    width: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A business paper: who to whom, its facts, a table of lines, totals, remarks, signatures. Texts only."""

    title: str
    number: str = ""
    to: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    totals: Sequence[tuple[str, str]] = ()
    remarks: Sequence[str] = ()
    signatures: Sequence[str] = ()
    landscape: bool = False
    mark: str = field(default="")  # across the page: a draft, void
    code: str = ""  # what a scanner reads from the page


def sheets(
    sheets: Sequence[Sheet], *, company: Company, language: str = "", template: str = "suite/core/sheet.typ"
) -> bytes:
    """Sheets in one file on the company's paper: its name above, page x of y of each below; the head of a table stands
    on every page."""
    with translation.override(language or translation.get_language()):
        lines = (company.read("address"), company.phone, company.read("bank"), company.credit_code)
        sender = {"name": company.label, "lines": [text for text in lines if text]}
    data = {"sheets": [{**asdict(sheet), "code": _square(sheet.code)} for sheet in sheets], "company": sender}
    return render(template, data, language=language)


def _square(code: str) -> str:
    """What a scanner reads, drawn as SVG."""
    return qrcode.make(code, image_factory=SvgPathImage, border=0).to_string().decode() if code else ""
