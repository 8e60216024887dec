"""Imports as jobs: batch by batch, each its own act with its trail; what was refused becomes a file; undo."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from suite.core import clock, jobs
from suite.core.access import Actor
from suite.core.acts import acting, current_act, retrying, service
from suite.core.errors import BusinessError, Refusal
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.core.said import in_each, listed, said
from suite.desk.imports import Batch, Importer, Saved, importer
from suite.desk.imports.checking import Reader
from suite.desk.imports.reading import Row, Sheet, is_blank, shown, swallowed
from suite.desk.lists.export import harmless
from suite.desk.models import ImportBatch
from suite.desk.own import importing as own_importing
from suite.desk.services import notifications

UNDER_WAY = (Job.Status.WAITING, Job.Status.RUNNING)


class _Rehearsed(Exception):
    """Ends a rehearsal, or an import that must take all rows or none, so that nothing stays."""


@service
def start(
    *,
    actor: Actor,
    kind: str,
    path: str,
    name: str,
    header: int,
    mapping: dict[str, int],
    key: str = "",
    update: bool = True,
    rehearse: bool = False,
    whole: bool = False,
    headings: Sequence[str] = (),
    once: str = "",
) -> Job:
    """Put an import into the queue: a stored file, the line of its headings (from 0), field name -> column.

    `key` is the field by which rows find their record (blank: all rows are new); with `update` found records are
    changed, else refused. `rehearse` keeps nothing; `whole` keeps all rows or none. What is said of these `headings`
    is proposed for the next sheet that has the same. A page that is sent twice, with one `once`, starts one import.
    Raises ValidationError.
    """
    found = importer(kind, actor)
    if found is None:
        raise ValidationError(_("This cannot be imported"))
    missing = [str(each.label) for each in found.fields if each.required and each.name not in mapping]
    if missing:
        raise ValidationError(_("Say which column holds: %(fields)s") % {"fields": listed(missing)})
    if key and key not in mapping:
        raise ValidationError(_("Say which column holds: %(fields)s") % {"fields": found.field(key).label})
    params = {
        "kind": kind, "path": path, "name": name, "header": header, "mapping": mapping, "key": key,
        "update": update, "rehearse": rehearse, "whole": whole, "headings": list(headings),
        "once": once,
    }  # fmt: skip
    if once and not rehearse and (started := _started(params, actor)):
        return started
    title = gettext_lazy("Rehearsal: %(name)s") if rehearse else gettext_lazy("Import: %(name)s")
    return jobs.enqueue(kind="desk.import", actor=actor, title=said(title, {"name": name}), params=params)


def _started(params: dict[str, Any], actor: Actor) -> Job | None:
    """The import that the same page has started, unless it was taken back since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {params['once']}"])
    same = Job.objects.of(actor.company_id).filter(kind="desk.import", user=actor.user_id, params=params).first()
    return same if same and same.result.get("undo_url") != "" else None


def said_before(actor: Actor, kind: str, headings: Sequence[str]) -> dict[str, Any]:
    """What was chosen when a sheet with the same headings came last, by whomever; empty for a new one."""
    jobs_of_kind = Job.objects.of(actor.company_id).filter(kind="desk.import", params__kind=kind)
    last = jobs_of_kind.filter(params__headings=list(headings)).order_by("-pk").first()
    return last.params if last else {}


def run(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The work of an import; taken up again after a crash it goes on behind the last batch that was committed."""
    found = importer(job.params["kind"], actor)
    if found is None or not actor.may(found.permission):
        raise BusinessError(Refusal("not_allowed", gettext_lazy("This may not be imported any more")))
    work = _Import(job, actor, found, progress)
    at_once = (job.params["rehearse"] or job.params["whole"]) and not work.done_before
    result = work.whole() if at_once else work.by_batches()
    progress(work.rows, work.rows)
    done = 0 if result["nothing_kept"] else work.rows - result["refused"]
    taken = in_each(lambda: ngettext("%(count)s row taken", "%(count)s rows taken", done) % {"count": done})
    sentence = gettext_lazy("%(title)s: %(taken)s, %(refused)s refused")
    if job.params["rehearse"]:
        sentence = gettext_lazy("%(title)s: %(done)s good, %(refused)s would be refused")
    with acting(actor):
        notifications.notify(
            [job.user_id] if job.user_id else [],
            "job_done",
            sentence,
            params={"title": job.title, "done": done, "taken": taken, "refused": result["refused"]},
            key=f"import:{job.pk}",
            url=reverse("desk:job", args=[job.pk]),
        )
    return result


class _Import:
    def __init__(self, job: Job, actor: Actor, found: Importer, progress: Progress) -> None:
        self.job, self.actor, self.importer, self.progress = job, actor, found, progress
        self.params = job.params
        self.mapping = {name: int(place) for name, place in self.params["mapping"].items()}
        self.reader = Reader(found, self.mapping, actor, key=self.params["key"])
        self.refused: dict[int, str] = {}
        self.doubtful: dict[int, str] = {}
        self.made = self.changed = self.rows = 0
        self.columns: int | None = None  # of a text, by its headings
        self.done_before = {each.position: each for each in ImportBatch.objects.filter(job=job)}

    def by_batches(self) -> dict[str, Any]:
        """Good rows in, bad rows out, batch by batch."""
        self.progress(0, self._count())
        for position, rows in enumerate(self.batches()):
            if position in self.done_before:
                self._replay(self.done_before[position], rows)
                continue
            retrying(lambda rows=rows, position=position: self._commit(rows, position))  # type: ignore[misc]
            self.progress(self.rows, None)
        return self.result()

    def whole(self) -> dict[str, Any]:
        """All rows in one transaction, which stays only if it is no rehearsal and nothing was refused."""
        self.progress(0, self._count())
        try:
            with transaction.atomic():
                for position, rows in enumerate(self.batches()):
                    self._save(rows, position)
                if self.params["rehearse"] or self.refused:
                    raise _Rehearsed
        except _Rehearsed:
            if not self.params["rehearse"]:
                self.made = self.changed = 0
        return self.result()

    def _commit(self, rows: list[tuple[int, Row]], position: int) -> None:
        with transaction.atomic():
            self._save(rows, position)

    def _save(self, rows: list[tuple[int, Row]], position: int) -> None:
        batch, bad = self.reader.read(rows)
        self._drop_torn(batch, rows, bad)
        with acting(self.actor, reason=self.job.title) as act:
            saved = self._call(batch) if batch.rows else Saved()
            bad |= {batch.lines[place]: str(reason) for place, reason in saved.refused.items()}
            doubtful = {batch.lines[place]: str(doubt) for place, doubt in saved.doubtful.items()}
            for line, doubt in self._unclosed(rows):
                told = bad if line in bad else doubtful
                told[line] = _("; ").join([doubt, *filter(None, [told.get(line)])])
            ImportBatch.objects.create(
                company_id=self.job.company_id,
                job=self.job,
                position=position,
                rows=len(rows),
                made=saved.made,
                changed={str(pk): before for pk, before in saved.changed.items()},
                own={str(pk): before for pk, before in saved.own.items()},
                refused={str(line): reason for line, reason in bad.items()},
                doubtful={str(line): doubt for line, doubt in doubtful.items()},
            )
            if position == 0:
                act.audit(self.job, "imported")
        self._note(len(saved.made), len(saved.changed.keys() | saved.own.keys()), bad, doubtful, len(rows))

    def _unclosed(self, rows: list[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
        """What must be said of rows of a text that took others along."""
        if self.columns is None:
            sheet = self._sheet()
            self.columns = 0 if sheet.is_workbook else len(next(islice(sheet.rows(), self.params["header"], None), []))
        for line, row in rows:
            if lines := swallowed(row, self.columns):
                told = ngettext(
                    "a quotation mark is not closed: %(count)s line below went into this row",
                    "a quotation mark is not closed: %(count)s lines below went into this row",
                    lines,
                )
                yield line, told % {"count": lines}

    def _drop_torn(self, batch: Batch, rows: list[tuple[int, Row]], bad: dict[int, str]) -> None:
        """Of a group (the lines of one order) all rows are taken or none: leave out what a bad row has torn."""
        place = self.mapping.get(self.importer.group) if self.importer.group and bad else None
        if place is None:
            return
        groups = {line: shown(row[place]) for line, row in rows if place < len(row)}
        torn = {groups.get(line) for line in bad}
        for number in reversed(range(len(batch.rows))):
            line = batch.lines[number]
            if groups.get(line) in torn:
                bad[line] = _("Another row of the same group was refused")
                del batch.rows[number], batch.lines[number]

    def _call(self, batch: Batch) -> Saved:
        """Save the rows through their area, and the own fields with them."""
        rest, own = own_importing.split(batch)
        saved = self.importer.save(actor=self.actor, batch=rest, key=self.params["key"], update=self.params["update"])
        if self.importer.model:
            own_importing.write(self.importer.model, own, saved, self.actor)
        return saved

    def _replay(self, before: ImportBatch, rows: list[tuple[int, Row]]) -> None:
        self.reader.read(rows)  # so that later lines know the keys of these
        bad, doubtful = ({int(k): v for k, v in kept.items()} for kept in (before.refused, before.doubtful))
        self._note(len(before.made), len(before.changed.keys() | before.own.keys()), bad, doubtful, len(rows))

    def _note(self, made: int, changed: int, bad: dict[int, str], doubtful: dict[int, str], rows: int) -> None:
        self.made, self.changed, self.rows = self.made + made, self.changed + changed, self.rows + rows
        self.refused |= bad
        self.doubtful |= doubtful

    def _sheet(self) -> Sheet:
        return Sheet(self.params["name"], default_storage.open(self.params["path"]))  # type: ignore[arg-type]

    def _numbered(self) -> Iterator[tuple[int, Row]]:
        """The rows below the headings with the line people see in their sheet."""
        rows = islice(self._sheet().rows(), self.params["header"] + 1, None)
        return ((number, row) for number, row in enumerate(rows, start=self.params["header"] + 2) if not is_blank(row))

    def _count(self) -> int:
        return sum(1 for _row in self._numbered())

    def batches(self) -> Iterator[list[tuple[int, Row]]]:
        """Portions of rows; a group (the lines of one order) is never torn apart."""
        place = self.mapping.get(self.importer.group) if self.importer.group else None
        batch: list[tuple[int, Row]] = []
        last: Any = None
        for line, row in self._numbered():
            group = shown(row[place]) if place is not None and place < len(row) else None
            if len(batch) >= self.importer.batch and (place is None or group != last):
                yield batch
                batch = []
            batch.append((line, row))
            last = group
        if batch:
            yield batch

    def result(self) -> dict[str, Any]:
        """What the job's page shows."""
        answer: dict[str, Any] = {
            "made": self.made,
            "changed": self.changed,
            "done": self.made + self.changed,
            "refused": len(self.refused),
            "rehearsal": self.params["rehearse"],
            "nothing_kept": self.params["whole"] and bool(self.refused),
            "refusals": _by_line(self.refused),
            "doubtful": len(self.doubtful),
            "doubts": _by_line(self.doubtful),
            "left_out": self._left_out(),
        }
        if self.refused:
            name = _("Refused %(name)s.csv") % {"name": self.params["name"]}
            answer |= {"errors": self._error_file(), "errors_name": name}
        kept = not self.params["rehearse"] and (self.made or self.changed)
        if kept and self.importer.undo:
            answer["undo_url"] = reverse("desk:import_undo", args=[self.job.pk])
        return answer

    def _headings(self) -> Row:
        return next(islice(self._sheet().rows(), self.params["header"], None), [])

    def _left_out(self) -> list[str]:
        """The headings of columns that nobody asked for."""
        taken = set(self.mapping.values())
        return [shown(cell)[:60] for number, cell in enumerate(self._headings()) if number not in taken and cell]

    def _error_file(self) -> str:
        """The refused rows as they came, with line and reason before them: to be corrected and sent again."""
        target = io.StringIO()
        writer = csv.writer(target)
        headings = self._headings()
        writer.writerow([_("Line"), _("Reason"), *(harmless(shown(cell)) for cell in headings)])
        for line, row in self._numbered():
            if line in self.refused:
                writer.writerow([line, harmless(self.refused[line]), *(harmless(shown(cell)) for cell in row)])
        content = ContentFile(target.getvalue().encode("utf-8-sig"))
        return default_storage.save(f"exports/{secrets.token_hex(16)}", content)


def _by_line(reasons: dict[int, str]) -> list[str]:
    """The first of them, in the order of the file."""
    first = sorted(reasons.items())[:20]
    return [_("Line %(line)s: %(reason)s") % {"line": line, "reason": reason} for line, reason in first]


@service
def take_back(*, actor: Actor, job: Job) -> Job:
    """Put the undoing of an import into the queue, once at a time."""
    mine = Job.objects.of(actor.company_id)
    mine.lock([job.pk]).get()
    under_way = mine.filter(kind="desk.import_undo", params__job=job.pk, status__in=UNDER_WAY).first()
    if under_way:
        return under_way
    title = said(gettext_lazy("Undo: %(title)s"), {"title": job.title})
    return jobs.enqueue(kind="desk.import_undo", actor=actor, title=title, params={"job": job.pk})


def run_undo(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """Take the batches of an import back, the last first; what cannot be taken back is named."""
    imported = Job.objects.get(pk=job.params["job"], company=job.company)
    found = importer(imported.params["kind"])
    batches = ImportBatch.objects.filter(job=imported, undone_at=None).order_by("-position")
    if found is None or found.undo is None or not actor.may(found.permission):
        raise BusinessError(Refusal("not_allowed", gettext_lazy("This import cannot be undone")))
    progress(0, sum(len(each.made) + len(each.changed) for each in batches))
    done, refused = 0, {}  # type: ignore[var-annotated]
    for batch in batches:
        changed = {int(pk): before for pk, before in batch.changed.items()}
        with transaction.atomic(), acting(actor, reason=job.title):
            kept = found.undo(actor=actor, made=batch.made, changed=changed)
            if found.model:
                own_importing.restore(found.model, batch.own, kept, actor)
            ImportBatch.objects.filter(pk=batch.pk, undone_at=None).update(undone_at=clock.now())
            current_act().audit(imported, "undone")
        refused |= dict(kept)
        done += len(batch.made) + len(changed) - len(kept)
        Job.objects.filter(pk=job.pk).update(done=F("done") + len(batch.made) + len(changed))
    Job.objects.filter(pk=imported.pk).update(result={**imported.result, "undo_url": ""})
    return {"done": done, "refused": len(refused), "refusals": [str(reason) for reason in refused.values()][:1000]}
