"""Reading sheets from anywhere: CSV in UTF-8 or GBK, XLSX; sizes are checked before anything is unpacked."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.desk.imports import Field, Text
from suite.desk.lists.export import as_written, harmless
from suite.desk.search import normal

WORKBOOKS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".txt", ".tsv")
SAMPLE = 64 * 2**10  # bytes of a text by which it is judged
STRANGE = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\ufffd]")  # what is rare in a text and frequent in all else
LARGEST = 30 * 2**20  # bytes of a file
UNPACKED = 400 * 2**20  # bytes of a workbook when unpacked
ROWS = 300_000
COLUMNS = 200
RUN = 256 * 2**10  # bytes without a tag; a full cell has at most half of it
SEPARATORS = ",;\t"
CELL = 5_000  # characters; longer cells refuse their row
HEADER_WITHIN = 10  # lines in which the headings are looked for

Row = list[Any]

csv.field_size_limit(2 * 2**20)


@dataclass(frozen=True)
class Sheet:
    """A file as people sent it."""

    name: str
    file: BinaryIO

    @property
    def is_workbook(self) -> bool:
        return self.name.lower().endswith(WORKBOOKS)

    def check(self, size: int) -> None:
        """Refuse what is too large, empty, packed like a bomb, or no sheet with rows at all (ValidationError)."""
        if size > LARGEST:
            raise ValidationError(_("The file is larger than %(size)s MB") % {"size": LARGEST // 2**20})
        if not size:
            raise ValidationError(_("The file is empty"))
        self.file.seek(0)
        head = self.file.read(SAMPLE)
        self.file.seek(0)
        if self.is_workbook:
            if not head.startswith(b"PK"):
                raise ValidationError(_("This is not an Excel workbook"))
            check_archive(self.file)
        elif head.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"%PDF")) or not self.name.lower().endswith(TEXTS):
            raise ValidationError(_("Save the sheet as .xlsx or .csv first"))
        elif len(STRANGE.findall(text := decode(head))) * 100 > len(text):
            raise ValidationError(_("This is not a sheet, whatever its name says"))
        if len(list(islice((row for row in self.rows() if not is_blank(row)), 2))) < 2:
            raise ValidationError(_("The file holds no rows below its headings"))

    def rows(self) -> Iterator[Row]:
        """All rows with their cells, plain values; at most as many as we take (ValidationError beyond)."""
        self.file.seek(0)
        source = workbook_rows(self.file) if self.is_workbook else csv_rows(self.file.read())
        for number, row in enumerate(source):
            if number > ROWS:
                raise ValidationError(_("The file has more than %(rows)s rows") % {"rows": f"{ROWS:,}"})
            if len(row) > COLUMNS:
                row = row[:COLUMNS]
            yield row


def check_archive(file: BinaryIO) -> None:
    """Refuse an archive that would unpack to more than we hold."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if sum(each.file_size for each in members) > UNPACKED or len(members) > 2000:
                raise ValidationError(_("The workbook is too large when unpacked"))
            if any(has_endless_text(archive, each) for each in members if each.filename.endswith(".xml")):
                raise ValidationError(_("A cell of the workbook is too long"))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        raise ValidationError(_("This is not an Excel workbook")) from None
    finally:
        file.seek(0)


def has_endless_text(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether text runs on for longer than any cell may be (32,767 characters): a parser takes minutes over it."""
    with archive.open(member) as content:
        return any(b"<" not in chunk for chunk in iter(lambda: content.read(RUN), b"") if len(chunk) == RUN)


def csv_rows(content: bytes) -> Iterator[Row]:
    text = decode(content).replace("\x00", "")
    first = text.partition("\n")[0]
    delimiter = max(SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise ValidationError(_("The file cannot be read: %(error)s") % {"error": error}) from error


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else the Chinese encodings; the rest is replaced.

    A sheet put together out of several has lines of either kind: each is read as what it is.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = content.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
    texts = [_utf8(line) for line in lines]
    # What is written in Chinese characters only is no GBK that happens to be UTF-8; a short word in accents may be.
    sure = content.startswith(codecs.BOM_UTF8) or sum(map(_is_wide, texts)) * 2 > sum(not x.isascii() for x in lines)
    kept = (text if text is not None and (sure or _is_wide(text)) else None for text in texts)
    return "".join(
        line.decode("gb18030", "replace") if text is None else text for line, text in zip(lines, kept, strict=True)
    )


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _is_wide(text: str | None) -> bool:
    """Whether a text that was read as UTF-8 holds what takes three bytes there, as Chinese does."""
    return text is not None and any(char >= "\u0800" for char in text)


def workbook_rows(file: BinaryIO) -> Iterator[Row]:
    from openpyxl import load_workbook  # slow to load, and seldom needed

    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
    except Exception as error:
        raise ValidationError(_("The workbook cannot be read")) from error
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            row = next(rows, None)
        except Exception as error:
            raise ValidationError(_("The workbook cannot be read")) from error
        if row is None:
            return
        # Formulas come as their results here: what begins like one is a text.
        yield [harmless(cell) if isinstance(cell, str) and cell[:1] == "=" else cell for cell in row]


def swallowed(row: Row, columns: int) -> int:
    """How many lines of a text a row seems to have taken along because a quotation mark was not closed: a cell of
    several lines holds what should be the rest of its row, or a whole row."""
    for place, cell in enumerate(row):
        if not isinstance(cell, str) or "\n" not in cell or columns < 2:
            continue
        first, *others = cell.rstrip().split("\n")
        rest = columns - 1 - place
        for mark in SEPARATORS:
            if 0 < rest == first.count(mark) or any(line.count(mark) == columns - 1 for line in others):
                return cell.rstrip("\r\n").count("\n")
    return 0


def is_blank(row: Iterable[Any]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def heading(cell: Any) -> str:
    """A heading as it is compared: no case, no spaces, no stars of required fields."""
    return "".join(normal(as_written(str(cell or ""))).split()).strip("*：:")


def find_header(rows: list[Row], fields: Iterable[Field]) -> int:
    """The line (from 0) of the headings: the one that names most of our fields, else the first that is not blank."""
    known = {name for each in fields for name in names_of(each)}
    scores = [sum(heading(cell) in known for cell in row) for row in rows[:HEADER_WITHIN]]
    if scores and max(scores):  # type: ignore[arg-type]
        return scores.index(max(scores))
    return next((number for number, row in enumerate(rows[:HEADER_WITHIN]) if not is_blank(row)), 0)


def names_of(each: Field) -> set[str]:
    """Every heading under which a field is recognised, in both languages."""
    return {heading(each.name), *headings_of(each.label, *each.aliases)}


def headings_of(*labels: Text) -> set[str]:
    """These labels as they are compared, in both languages."""
    from django.utils import translation

    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {heading(label) for label in labels}
    return found


def guess(headings: Row, fields: Iterable[Field]) -> dict[str, int]:
    """Field name -> column, for the headings that are recognised."""
    cells = [heading(cell) for cell in headings]
    found: dict[str, int] = {}
    for each in fields:
        names = names_of(each)
        at = next((number for number, cell in enumerate(cells) if cell in names and number not in found.values()), None)
        if at is not None:
            found[each.name] = at
    return found


def shown(cell: Any) -> str:
    """A cell as the preview shows it."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, Decimal | float):
        return format(cell, "f") if isinstance(cell, Decimal) else repr(cell)
    return str(cell)[:CELL]
