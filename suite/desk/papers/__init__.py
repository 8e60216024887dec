"""Records on paper: areas say what stands on theirs, the desk prints them in either language, one or many to a file.

papers.register(Order, orders_on_paper)

def orders_on_paper(orders, actor): return [pdf.Sheet(title=_("Sales order"), number=order.number, ...) for ...]
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.http import HttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from suite.core import pdf
from suite.core.access import Actor

AT_ONCE = 50  # papers set while the person waits; more becomes a job
AT_MOST = 1000  # papers in one file

UNHELD = frozenset({"draft", "cancelled", "void", "reversed", "rejected", "taken_back"})

Sheets = Callable[[Sequence[Any], Actor], list[pdf.Sheet]]


@dataclass(frozen=True, slots=True)
class Paper:
    """How records of a kind stand on paper; `sheets` reads what it needs for all of them at once."""

    sheets: Sheets
    template: Mapping[str, str]


_papers: dict[type[Model], Paper] = {}


def register(model: type[Model], sheets: Sheets, **template: str) -> None:
    """Let records of a kind be printed. `sheets(rows, actor)` answers their sheets in the language that is active, with
    what the actor may see, in a fixed number of statements; `template` names another than that of usual papers."""
    _papers[model] = Paper(sheets, template)


def is_known(model: type[Model]) -> bool:
    return model in _papers


def known() -> Collection[type[Model]]:
    """The kinds of records that can be printed."""
    return _papers.keys()


def mark_of(row: Any) -> str:
    """What stands across a paper that does not hold (yet, or any more)."""
    return str(row.get_status_display()) if row.status in UNHELD else ""


def signed(*who: tuple[str, Any]) -> list[str]:
    """Those who sign, with their names where they are known."""
    return [f"{part}: {name}" if name else part for part, name in who]


def language_of(asked: str | None) -> str:
    """The language that was asked for, if it is one of ours; else that of the reader."""
    ours = dict(settings.LANGUAGES)
    return next((code for code in (asked, translation.get_language()) if code in ours), settings.LANGUAGE_CODE)


def render(rows: Sequence[Any], *, actor: Actor, language: str) -> bytes:
    """Records of one kind as a PDF, in their order."""
    paper = _papers[type(rows[0])]
    with translation.override(language):
        sheets = paper.sheets(rows, actor)
    return pdf.sheets(sheets, company=actor.company, language=language, **paper.template)


def answer(rows: Sequence[Any], *, actor: Actor, language: str | None = None) -> HttpResponse:
    """The papers for a browser or another system, shown rather than saved."""
    content = render(rows, actor=actor, language=language_of(language))
    name = str(rows[0]) if len(rows) == 1 else str(rows[0]._meta.verbose_name_plural)
    return as_answer(content, name)


def as_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF under the name it has when it is saved."""
    disposition = content_disposition_header(False, f"{name}.pdf") or "inline"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})
