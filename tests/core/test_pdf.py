"""Papers as PDF."""

import re
from pathlib import Path

import pytest

from suite.core import pdf
from suite.core.models import Company

COMPANY = Company(name="华东机械", name_en="East Machines", address="上海 1 号")
EVIL = [
    '#read("/etc/passwd")',
    '#panic("now")',
    "$ x $ *y* _z_ `w` @label <label>",
    "]{(\\",
    '"}',
    "// gone",
    '#import "x"',
]


def pages(paper: bytes) -> int:
    return max(int(count) for count in re.findall(rb"/Count (\d+)", paper))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_long_sheet_goes_on_over_pages(language):
    sheet = pdf.Sheet(
        title="报价单",
        number="QU000001",
        columns=[pdf.Column("产品", width=1), pdf.Column("数量", "right")],
        rows=[[f"齿轮 {n}", str(n)] for n in range(120)],
    )

    paper = pdf.sheets([sheet], company=COMPANY, language=language)

    assert paper.startswith(b"%PDF")
    assert pages(paper) == 3


@pytest.mark.parametrize(
    ("language", "filled", "head"),
    [
        ("en", {}, ["East Machines", "1 Bund, Shanghai", "BOC 44"]),
        ("en", {"name_en": "", "address_en": "", "bank_en": ""}, ["华东机械", "上海 1 号", "中国银行 44"]),
        ("zh-hans", {}, ["华东机械", "上海 1 号", "中国银行 44"]),
    ],
)
def test_the_companys_own_lines_are_english_on_an_english_paper_as_far_as_it_has_them(
    language, filled, head, monkeypatch
):
    told = {}
    monkeypatch.setattr(pdf, "render", lambda template, data, language: told.update(data["company"]))
    english = {"name_en": "East Machines", "address_en": "1 Bund, Shanghai", "bank_en": "BOC 44", **filled}
    company = Company(name="华东机械", address="上海 1 号", bank="中国银行 44", **english)

    pdf.sheets([pdf.Sheet(title="x")], company=company, language=language)

    assert [told["name"], *told["lines"]] == head


@pytest.mark.parametrize("text", EVIL)
def test_what_people_type_is_text_wherever_it_stands(text):
    sheet = pdf.Sheet(
        title=text,
        number=text,
        to=[text],
        facts=[(text, text)],
        columns=[pdf.Column(text)],
        rows=[[text]],
        totals=[(text, text)],
        remarks=[text],
        signatures=[text],
        mark=text,
    )

    assert pdf.sheets([sheet], company=Company(name=text, address=text)).startswith(b"%PDF")


def test_a_template_reads_nothing_outside_the_templates(tmp_path, monkeypatch):
    (tmp_path / "bad.typ").write_text('#read("../secret.txt")')
    (tmp_path.parent / "secret.txt").write_text("secret")
    monkeypatch.setattr(pdf, "TEMPLATES", Path(tmp_path))

    with pytest.raises(pdf.typst.TypstError):
        pdf.render("bad.typ", {})


def test_chinese_text_finds_a_font():
    assert pdf.chinese_font()
