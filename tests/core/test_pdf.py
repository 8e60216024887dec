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

    paper = pdf.sheet(sheet, company=COMPANY, language=language)

    assert paper.startswith(b"%PDF")
    assert pages(paper) == 3


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

    assert pdf.sheet(sheet, company=Company(name=text, address=text)).startswith(b"%PDF")


def test_a_template_reads_nothing_outside_the_templates(tmp_path, monkeypatch):
    (tmp_path / "bad.typ").write_text('#read("../secret.txt")')
    (tmp_path.parent / "secret.txt").write_text("secret")
    monkeypatch.setattr(pdf, "TEMPLATES", Path(tmp_path))

    with pytest.raises(pdf.typst.TypstError):
        pdf.render("bad.typ", {})


def test_chinese_text_finds_a_font():
    assert pdf.chinese_font()
