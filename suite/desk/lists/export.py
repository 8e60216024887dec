"""Lists as files: CSV that Excel reads as Chinese, XLSX with real figures and dates; no cell is ever a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import secrets
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Prefetch, prefetch_related_objects
from django.http import FileResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core import clock, keyset
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.desk import papers
from suite.desk.lists.columns import Column
from suite.desk.lists.state import ListState, explicit
from suite.desk.services import notifications

AT_ONCE = 5000  # rows written while the person waits
KEPT = dt.timedelta(days=7)
WIDEST = 60
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML cannot hold
FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")  # a text that begins so must not reach a cell as it is
NUMBER_FORMATS = {"money": "#,##0.00", "quantity": "#,##0.######", "percent": "0.0###", "number": "#,##0.######"}

Row = list[Any]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, full-width signs among them."""
    return f"'{text}" if FORMULA.match(text) else text


def as_written(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text, 1) else text


def columns_of(state: ListState, with_lines: bool) -> list[Column]:
    """The columns of the file: those of the list and, with lines, theirs; where both say the same, the line does."""
    if not with_lines:
        return state.columns
    said = {str(column.label) for column in state.spec.line_columns}
    return [*(column for column in state.columns if str(column.label) not in said), *state.spec.line_columns]


def rows_of(
    state: ListState, progress: Callable[[int], None] | None = None, *, with_lines: bool = False
) -> Iterator[Row]:
    """The plain values of every matching row in the order of the list, or of each of its lines; read in portions."""
    ordered, done = keyset.in_order(state.shown_rows, state.order).iterator(chunk_size=2000), 0
    while portion := list(islice(ordered, 500)):
        state.complete(portion)
        if with_lines:
            yield from _rows_with_lines(state, portion)
        else:
            yield from ([column.plain(row) for column in state.columns] for row in portion)
        done += len(portion)
        if progress:
            progress(done)


def _rows_with_lines(state: ListState, portion: list[Any]) -> Iterator[Row]:
    """A row for each line with what the list says of its paper; a paper without lines has one row."""
    spec = state.spec
    model: Any = spec.model._meta.get_field(spec.lines).related_model
    lines = model._default_manager.order_by("pk").select_related(*spec.line_related)
    prefetch_related_objects(portion, Prefetch(spec.lines, lines, to_attr="exported"))
    own = columns_of(state, with_lines=True)[: -len(spec.line_columns)]
    for row in portion:
        said = [column.plain(row) for column in own]
        for line in row.exported:
            yield [*said, *(column.plain(line) for column in spec.line_columns)]
        if not row.exported:
            yield [*said, *(None for _column in spec.line_columns)]


def write_csv(columns: list[Column], rows: Iterator[Row], target: BinaryIO) -> None:
    """CSV in UTF-8 with the mark by which Excel knows it."""
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([harmless(str(column.label)) for column in columns])
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else _text(value) for value in row])
    text.detach()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return value


def write_xlsx(columns: list[Column], rows: Iterator[Row], target: BinaryIO) -> None:
    """XLSX with a frozen head, widths, real numbers and dates; texts are always texts."""
    from openpyxl import Workbook  # slow to load, and seldom needed
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    sample, widths = [], [len(str(column.label)) * 1.6 for column in columns]
    for row in rows:  # widths must be known before the first row is written
        sample.append(row)
        if len(sample) == 200:
            break
    for row in sample:
        widths = [max(width, _width(value)) for width, value in zip(widths, row, strict=True)]
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = min(width + 2, WIDEST)
    sheet.append([_head(sheet, column) for column in columns])
    for row in sample:
        sheet.append([_cell(sheet, column, value) for column, value in zip(columns, row, strict=True)])
    for row in rows:
        sheet.append([_cell(sheet, column, value) for column, value in zip(columns, row, strict=True)])
    book.save(target)


def _width(value: Any) -> float:
    text = str(value) if value is not None else ""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text[:WIDEST])


def _head(sheet: Any, column: Column) -> Any:
    from openpyxl.styles import Font

    cell = _plain(sheet, str(column.label))
    cell.font = Font(bold=True)
    return cell


def _plain(sheet: Any, text: str) -> Any:
    """A cell with a text that stays one, also when somebody edits it."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, FORBIDDEN.sub("", text)[:32_000])
    cell.data_type = "s"
    cell.quotePrefix = FORMULA.match(text) is not None
    return cell


def _cell(sheet: Any, column: Column, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value is None:
        return None
    if isinstance(value, str):
        return _plain(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        cell.number_format = NUMBER_FORMATS.get(column.kind, "General")
    elif isinstance(value, dt.datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    return cell


FORMATS: dict[str, tuple[Callable[[list[Column], Iterator[Row], BinaryIO], None], str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


LINES = "_lines"


def is_known(state: ListState, format_name: str) -> bool:
    """Whether the list goes into such a file: `xlsx`, or with a row for each line `xlsx_lines`."""
    with_lines = format_name.endswith(LINES)
    return format_name.removesuffix(LINES) in FORMATS and state.spec.export and (not with_lines or state.has_lines)


def file_name(state: ListState, format_name: str) -> str:
    return f"{state.spec.heading} {timezone.localtime():%Y-%m-%d %H%M}.{format_name.removesuffix(LINES)}"


def _file(state: ListState, format_name: str, progress: Callable[[int], None] | None = None) -> tuple[io.BytesIO, str]:
    """The file and its type."""
    write, content_type = FORMATS[format_name.removesuffix(LINES)]
    with_lines, target = format_name.endswith(LINES), io.BytesIO()
    write(columns_of(state, with_lines), rows_of(state, progress, with_lines=with_lines), target)
    return target, content_type


def response(state: ListState, format_name: str) -> FileResponse:
    """The file, at once."""
    target, content_type = _file(state, format_name)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=file_name(state, format_name), content_type=content_type)


def of_pivot(state: ListState, format_name: str) -> FileResponse:
    """What stands in a pivot, as a file."""
    write, content_type = FORMATS[format_name.removesuffix(LINES)]
    target = io.BytesIO()
    write(*state.pivot.sheet, target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=file_name(state, format_name), content_type=content_type)


def run_export(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The work of an export job: the file goes to the store, its link to the bell."""
    params = job.params
    with timezone.override(actor.company.time_zone):
        state = ListState(import_string(params["spec"])(), actor, explicit(QueryDict(params["query"])))
        progress(0, state.rows.count())
        target, _content_type = _file(state, params["format"], progress)
        return hand_over(job, actor, target.getvalue(), file_name(state, params["format"]))


def run_papers(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The work of a job that prints many records into one file, in the order they were asked for."""
    params = job.params
    model: Any = apps.get_model(params["model"])
    with timezone.override(actor.company.time_zone):
        found = model._default_manager.visible_to(actor).in_bulk(params["pks"])
        rows = [found[pk] for pk in params["pks"] if pk in found]
        progress(0, len(rows))
        content = papers.render(rows, actor=actor, language=params["language"])
        progress(len(rows), len(rows))
        name = f"{model._meta.verbose_name_plural} {timezone.localtime():%Y-%m-%d %H%M}.pdf"
        return hand_over(job, actor, content, name)


def hand_over(job: Job, actor: Actor, content: bytes, name: str) -> dict[str, Any]:
    """Put the file of a job into the store and tell who waits for it; the answer is what the job came to."""
    with acting(actor):
        notifications.notify(
            [job.user_id] if job.user_id else [],
            "job_done",
            gettext_lazy("The file is ready: %(name)s"),
            params={"name": name},
            key=f"export:{job.pk}",
            url=reverse("desk:job", args=[job.pk]),
        )
    return {"file": keep(content), "name": name}


def keep(content: bytes) -> str:
    """Put a file into the store, for a job to lead to."""
    return default_storage.save(f"exports/{secrets.token_hex(16)}", ContentFile(content))


def clear_old() -> int:
    """Delete the files of exports and of bulk acts that nobody fetched within the week."""
    moment = clock.now() - KEPT
    of_lists = Job.objects.filter(kind__in=("desk.export", "desk.bulk", "desk.papers"), ended_at__lt=moment)
    old = of_lists.filter(result__has_any_keys=["file", "errors"])[:500]
    for job in old:
        result = {**job.result, "expired": True}
        for name in ("file", "errors"):
            if name in result:
                default_storage.delete(result.pop(name))
        Job.objects.filter(pk=job.pk).update(result=result)
    return len(old)
