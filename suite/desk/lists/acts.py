"""Doing something to selected rows, the same from lists, from the admin and in a job."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from suite.core import jobs
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.errors import BusinessError, Refusal
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.core.said import again, in_each, listed, said
from suite.desk import pages
from suite.desk.lists.spec import Act
from suite.desk.pages import refuse

AT_ONCE = 200  # rows an act takes while the person waits; more becomes a job
AT_MOST = 100_000
NAMED = 5  # papers that a message names; more are counted
RESTORE = "_restore"  # what the button posts that puts back what an act with a memory has changed
RESTORE_SECONDS = 600
SHOWN = 50  # refusals that stand on the page of a job; the file has all


def do(
    request: HttpRequest,
    act: Act,
    pks: list[int],
    *,
    holder: type,
    model: type[Model],
    heading: str,
    hidden: Mapping[str, list[str]],
    after: str,
    undo: str = "",
) -> HttpResponse:
    """Do an act to rows that were checked before: at once, as a job when there are many, or after a form for the rest.

    `holder` is the class that declares the act over rows of `model`, `hidden` what must be posted again with the form,
    `after` where to go, `undo` the address of the list that takes the opposite act.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not pks:
        messages.warning(request, _("Nothing was selected"))
        return redirect(after)
    if len(pks) > AT_MOST:
        return refuse(request, [_("At most %(count)s rows at once") % {"count": f"{AT_MOST:,}"}], status=400)
    data: dict[str, Any] = {}
    if act.form:
        sent = request.POST if "_go" in request.POST else None
        form = make_form(act, actor, sent, act.initial(actor, pks[0]) if act.initial and len(pks) == 1 else None)
        if not form.is_valid():
            context = {
                "act": act,
                "form": form,
                "heading": heading,
                "count": len(pks),
                "hidden": hidden,
                "after": after,
            }
            return render(request, "suite/desk/list_act.html", context)
        data = form.cleaned_data
    if len(pks) > AT_ONCE:
        typed = {
            name: request.POST.getlist(name) for name in request.POST if name not in (*hidden, "csrfmiddlewaretoken")
        }
        job = jobs.enqueue(
            kind="desk.bulk",
            actor=actor,
            title=in_each(lambda: f"{act.label}: {again(heading)}"),
            params={
                "holder": f"{holder.__module__}.{holder.__qualname__}",
                "model": model._meta.label_lower,
                "act": act.name,
                "pks": pks,
                "data": typed,
            },
        )
        return redirect("desk:job", job.pk)
    came = perform(act, model, actor, pks, data)
    takes_back: dict[str, Any] | None = None
    if undo and act.undo and came.done == len(pks):
        takes_back = {"act": act.undo, "pk": pks, "next": after}
    elif undo and came.changed:
        kept = signing.dumps([actor.user_id, actor.company_id, act.name, came.changed], salt=RESTORE, compress=True)
        takes_back = {"act": RESTORE, "kept": kept, "next": after}
    named = came.made or _acted_on(model, [pk for pk in pks if pk not in {each.pk for each in came.refused}])
    report(request, act, came.done, came.refused, undo, takes_back, named)
    for sentence in came.told:
        messages.warning(request, sentence)
    return redirect(after)


def make_form(act: Act, actor: Actor, data: QueryDict | None, initial: dict[str, Any] | None = None) -> Any:
    """The form of an act; ours take the actor."""
    from suite.desk.forms import ActorForm

    assert act.form is not None
    more: dict[str, Any] = {"actor": actor} if issubclass(act.form, ActorForm) else {}
    return act.form(data, initial=initial, **more)


@dataclass(frozen=True)
class Refused:
    """A row to which an act was not done, and why; `pk` is None when nobody says which row it was."""

    pk: int | None
    row: str
    why: str

    def __str__(self) -> str:
        return f"{self.row}: {self.why}" if self.row else self.why


Changed = dict[int, dict[str, list[Any]]]


class Came(NamedTuple):
    """What came of an act: how many rows went through, which not and why, what else to know, what it changed, and
    which papers it made."""

    done: int
    refused: list[Refused]
    told: Sequence[str] = ()
    changed: Changed = {}
    made: Sequence[Model] = ()


def _acted_on(model: type[Model], pks: Sequence[int]) -> list[Model]:
    """The rows of an act, where they are few enough to be named."""
    return list(model._default_manager.filter(pk__in=pks).order_by("pk")) if 0 < len(pks) <= NAMED else []


def papers_of(outcome: Any) -> list[Model]:
    """The papers among what a service answered; what has no number is none."""
    found = getattr(outcome, "made", outcome)
    rows = found if isinstance(found, list | tuple) else [found]
    return [row for row in rows if isinstance(row, Model) and hasattr(row, "number")]


def sentence_of(act: Act, rows: Sequence[Model], count: int, actor: Actor) -> str:
    """What was done, by the numbers of a few papers, each a link where the reader may open it; else how many rows."""
    numbers = [str(getattr(row, "number", "")) for row in rows]
    if 0 < len(rows) <= NAMED and all(numbers):
        links = [pages.linked(row, number, actor) for row, number in zip(rows, numbers, strict=True)]
        return pages.sentence(_("%(act)s: %(paper)s"), act=act.label, paper=SafeString(listed(links)))
    text = ngettext("%(act)s: %(count)s row", "%(act)s: %(count)s rows", count)
    return text % {"act": act.label, "count": f"{count:,}"}


def perform(act: Act, model: type[Model], actor: Actor, pks: list[int], data: dict[str, Any]) -> Came:
    """Do it through the service."""
    try:
        if act.memory:
            outcome, changed = _remembering(act=act, model=model, pks=pks, data=data, actor=actor)
        else:
            outcome, changed = act.run(actor=actor, pks=pks, **data), {}
    except BusinessError as error:
        alone = pks[0] if len(pks) == 1 else None
        row = model._default_manager.filter(pk=alone).first() if alone else None
        return Came(0, [Refused(alone, str(row or ""), str(refusal)) for refusal in error.refusals])
    refused = getattr(outcome, "refused", None) or {}
    done = outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else len(pks) - len(refused)
    rows = model._default_manager.in_bulk(refused) if refused else {}
    told = [Refused(pk, str(rows.get(pk, pk)), str(refusal)) for pk, refusal in refused.items()]
    return Came(done, told, getattr(outcome, "told", ()), changed, papers_of(outcome))


@service
def _remembering(
    *, act: Act, model: type[Model], pks: list[int], data: dict[str, Any], actor: Actor
) -> tuple[Any, Changed]:
    """Do it, and say what it changed."""
    assert act.memory is not None
    list(model._default_manager.of(actor.company_id).lock(pks))  # type: ignore[attr-defined]
    before = act.memory.read(pks)
    outcome = act.run(actor=actor, pks=pks, **data)
    after = act.memory.read(pks)
    pairs = {
        pk: {name: [value, after[pk][name]] for name, value in values.items() if after[pk][name] != value}
        for pk, values in before.items()
    }
    return outcome, {pk: changes for pk, changes in pairs.items() if changes}


def restore(request: HttpRequest, offered: Sequence[Act], after: str) -> HttpResponse:
    """Put back what the act had changed that handed out this button; its signature says who did it to which rows."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        user_id, company_id, name, kept = signing.loads(
            request.POST.get("kept", ""), salt=RESTORE, max_age=RESTORE_SECONDS
        )
    except signing.BadSignature:
        return refuse(request, [_("This cannot be taken back")], status=400)
    act = next((act for act in offered if act.name == name), None)
    if act is None or act.memory is None or (user_id, company_id) != (actor.user_id, actor.company_id):
        raise PermissionDenied(name)
    count = act.memory.write(actor=actor, changed={int(pk): changes for pk, changes in kept.items()})
    if count:
        restored = ngettext("%(count)s row is as it was", "%(count)s rows are as they were", count)
        messages.success(request, restored % {"count": f"{count:,}"})
    if left := len(kept) - count:
        stay = ngettext(
            "%(count)s row stays: it was changed since", "%(count)s rows stay: they were changed since", left
        )
        messages.warning(request, stay % {"count": f"{left:,}"})
    return redirect(after)


def report(
    request: HttpRequest,
    act: Act,
    done: int,
    refused: Sequence[object],
    undo: str = "",
    takes_back: Mapping[str, Any] | None = None,
    named: Sequence[Model] = (),
) -> None:
    """Say what came of it, and offer to take it back where that is possible."""
    if done:
        text = sentence_of(act, named, done, request.actor)  # type: ignore[attr-defined]
        if takes_back:
            pages.done(request, text, undo, takes_back)
        else:
            messages.success(request, text)
    elif not refused:
        messages.info(request, _("Nothing had to be changed"))
    for each in refused[:5]:
        messages.error(request, str(each))
    if len(refused) > 5:
        messages.error(request, _("and %(count)s more were refused") % {"count": len(refused) - 5})


def run_job(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """Go through the rows in portions, each its own act; a job taken up again goes on where the dead one was.

    A portion that is refused as a whole is gone through row by row, so that one row never stops its neighbours. What
    was refused becomes a file; what was done is remembered where the act can be undone.
    """
    holder, model = import_string(job.params["holder"]), apps.get_model(job.params["model"])
    act = next(act for act in holder.acts if act.name == job.params["act"] and actor.may(act.permission))
    if "changed" in job.params:
        return _restore_in_portions(job, act, actor, progress)
    data: dict[str, Any] = {}
    if act.form:
        typed = QueryDict(mutable=True)
        for name, values in job.params["data"].items():
            typed.setlist(name, values)
        form = make_form(act, actor, typed)
        form.full_clean()
        data = form.cleaned_data
    pks, done = job.params["pks"], 0
    refused: list[Refused] = []
    changed: Changed = {}
    is_whole = not job.done  # what the worker that died had changed, nobody knows
    progress(job.done, len(pks))
    for start in range(job.done, len(pks), AT_ONCE):
        portion = pks[start : start + AT_ONCE]
        came = [perform(act, model, actor, portion, data)]
        if not came[0].done and any(each.pk is None for each in came[0].refused):
            came = [perform(act, model, actor, [pk], data) for pk in portion]
        done += sum(each.done for each in came)
        refused += [each for one in came for each in one.refused]
        changed.update(pair for one in came for pair in one.changed.items())
        progress(min(start + AT_ONCE, len(pks)), len(pks))
    result: dict[str, Any] = {
        "done": done,
        "refused": len(refused),
        "refusals": [str(each) for each in refused[:SHOWN]],
    }
    if refused:
        result |= {"errors": _file_of(refused), "errors_name": f"{act.label}.csv"}
    if done and act.undo:
        not_done = {each.pk for each in refused}
        result["undo"] = {"act": act.undo, "pks": [pk for pk in pks if pk not in not_done]}
    elif changed and is_whole:
        result["undo"] = {"act": act.name, "pks": [*changed], "changed": changed}
    return result


def _restore_in_portions(job: Job, act: Act, actor: Actor, progress: Progress) -> dict[str, Any]:
    assert act.memory is not None
    pairs, done = list(job.params["changed"].items()), 0
    progress(job.done, len(pairs))
    for start in range(job.done, len(pairs), AT_ONCE):
        portion = {int(pk): changes for pk, changes in pairs[start : start + AT_ONCE]}
        done += act.memory.write(actor=actor, changed=portion)
        progress(min(start + AT_ONCE, len(pairs)), len(pairs))
    return {"done": done, "refused": 0}


def _file_of(refused: Sequence[Refused]) -> str:
    """The refused rows as a sheet, in the store."""
    from suite.desk.lists.export import harmless, keep

    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([_("Row"), _("Reason")])
    writer.writerows([harmless(each.row), harmless(each.why)] for each in refused)
    return keep(target.getvalue().encode("utf-8-sig"))


def taking_back(job: Job, actor: Actor) -> Act | None:
    """The act that takes back what a job did, if the actor may do it and it asks for nothing more."""
    undo = (job.result or {}).get("undo") if job.kind == "desk.bulk" else None
    if not undo:
        return None
    found = next((act for act in import_string(job.params["holder"]).acts if act.name == undo["act"]), None)
    may = found and actor.may(found.permission) and (found.form is None or "changed" in undo)
    return found if may else None


@service
def take_back(*, job: Job, actor: Actor) -> Job:
    """Put the undoing of a job into the queue, once; it goes through the rows that were done."""
    job = Job.objects.of(actor.company_id).lock([job.pk]).get()  # a double click finds it done
    act = taking_back(job, actor)
    if act is None:
        raise BusinessError(Refusal("not_allowed", gettext_lazy("This cannot be taken back")))
    undo = job.result.pop("undo")
    Job.objects.of(actor.company_id).filter(pk=job.pk).update(result=job.result)
    return jobs.enqueue(
        kind="desk.bulk",
        actor=actor,
        title=said(gettext_lazy("Undo: %(title)s"), {"title": job.title}),
        params={**job.params, "data": {}, **undo},
    )
