"""Parties that may be one: the list to decide over, and the page that makes one of several."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.said import listed
from suite.desk.forms import ActorForm, PickerField
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, DateFilter, ListSpec, View, list_view
from suite.desk.pages import done, render_page
from suite.masterdata.lists import page_of_party
from suite.masterdata.matching import parties
from suite.masterdata.models import Duplicate, Merging, Party
from suite.masterdata.services import finding, merging

MERGE = "masterdata.merge_party"
COLOURS = {"open": "warning", "two": "secondary", "merged": "success"}


def _decide(same: bool | None) -> Any:
    def run(*, actor: Actor, pks: Collection[int]) -> int:
        return finding.decide(pairs=pks, same=same, actor=actor)

    return run


def merge_address(*pks: int) -> str:
    """The page on which parties are made one."""
    return f"{reverse('masterdata:merge')}?{urlencode([('party', pk) for pk in pks])}"


def reasons(row: Duplicate) -> str:
    """Why the two may be one."""
    return listed(str(each) for each in parties.reasons(row.levels))


class DuplicateList(ListSpec):
    """Pairs that the last search found."""

    model = Duplicate
    page = "masterdata:duplicates"
    icon = "copy"
    searchable = False
    columns = (
        Column("one", gettext_lazy("Party"), value="one__label", card="title"),
        Column(
            "other", gettext_lazy("May be the same"), value="other__label", card="meta",
            url=lambda row: page_of_party(row.other_id),
        ),
        Column("score", gettext_lazy("Likely %"), "number", sort=True, card="side"),
        Column("reasons", gettext_lazy("Reasons"), value=reasons, card="meta"),
        Column("is_exact", gettext_lazy("Exact"), "bool", shown=False),
        Column("status", gettext_lazy("Status"), "badge", colours=lambda row: COLOURS[row.status]),
        Column("one_code", gettext_lazy("Code"), value="one__code", shown=False),
        Column("other_code", gettext_lazy("Code of the other"), value="other__code", shown=False),
        Column("decided_by", gettext_lazy("Decided by"), shown=False),
        Column("found_at", gettext_lazy("Found"), "datetime", sort=True, shown=False),
    )  # fmt: skip
    filters = (
        ChoiceFilter("status", gettext_lazy("Status"), choices=Duplicate.Status),
        BoolFilter("exact", gettext_lazy("Exact"), field="is_exact"),
        DateFilter("found", gettext_lazy("Found"), field="found_at", quick=False),
    )
    views = (
        View("open", gettext_lazy("To be decided"), {"status": "open"}),
        View("exact", gettext_lazy("Exact ones"), {"status": "open", "exact": "yes"}),
    )
    acts = (
        Act(
            "two", gettext_lazy("Not the same"), MERGE, _decide(False), icon="x", in_row=True, undo="open",
            when=lambda row: row.status == Duplicate.Status.OPEN,
        ),
        Act(
            "open", gettext_lazy("Decide again"), MERGE, _decide(None), icon="arrow-back-up", undo="two",
            when=lambda row: row.status == Duplicate.Status.TWO,
        ),
    )  # fmt: skip
    order = "-score"
    related = ("one", "other", "decided_by")
    create = Create(gettext_lazy("Look for duplicates"), "masterdata:look", MERGE)
    empty = gettext_lazy("No possible duplicates. Have them looked for with the button above.")

    def url(self, row: Duplicate) -> str:
        if row.status == Duplicate.Status.MERGED:
            return page_of_party(row.one_id)
        return merge_address(row.one_id, row.other_id)


@door(MERGE)
def duplicates(request: HttpRequest) -> HttpResponseBase:
    """Parties that may be one."""
    return list_view(request, DuplicateList)


@door(MERGE)
def look(request: HttpRequest) -> HttpResponse:
    """Look for duplicates among all parties, in the background."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return redirect("desk:job", finding.look(actor=actor).pk)
    lists = reverse("masterdata:duplicates")
    context = {
        "form": ActorForm(actor=actor), "heading": _("Look for duplicates"), "back": lists,
        "crumbs": [(_("Possible duplicates"), lists)], "submit": _("Look for duplicates"),
    }  # fmt: skip
    return render_page(request, "suite/masterdata/look.html", context)


class AnotherForm(ActorForm):
    """One more party to merge."""

    party = PickerField("party", label=gettext_lazy("Another party"), required=False)


@door(MERGE)
def merge(request: HttpRequest) -> HttpResponse:
    """What merging these parties would do, with a choice for each field; doing it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else request.GET
    asked = [int(pk) for pk in data.getlist("party") if pk.isdecimal() and len(pk) < 19]
    asked = list(dict.fromkeys(asked))
    rows = Party.objects.visible_to(actor, MERGE).filter(pk__in=asked)
    seen = {row.pk: row for row in rows}
    pks = [pk for pk in asked if pk in seen]
    wanted = data.get("survivor", "")
    survivor = int(wanted) if wanted.isdecimal() and int(wanted) in seen else next(iter(pks), None)
    others = [pk for pk in pks if pk != survivor]
    kept = {
        name.removeprefix("kept."): int(value)
        for name, value in data.items()
        if name.startswith("kept.") and value.isdecimal()
    }
    context: dict[str, Any] = {
        "parties": [seen[pk] for pk in pks],
        "survivor": survivor,
        "form": AnotherForm(actor=actor),
        "crumbs": [(_("Possible duplicates"), reverse("masterdata:duplicates"))],
        "heading": _("Merge parties"),
        "confirmed": data.get("confirmed"),
        "reason": data.get("reason", "")[:500],
    }
    status = 200
    if survivor is not None and others:
        try:
            if request.method == "POST" and "merge" in data:
                made = merging.merge(
                    survivor=survivor, others=others, kept=kept, confirmed=bool(data.get("confirmed")), actor=actor,
                    reason=context["reason"],
                )  # fmt: skip
                return _merged(request, made)
        except BusinessError as error:
            status, context["errors"] = 409, [str(refusal) for refusal in error.refusals]
        try:
            context["plan"] = merging.plan(survivor=survivor, others=others, kept=kept, actor=actor)
        except BusinessError as error:
            status, context["errors"] = 409, [str(refusal) for refusal in error.refusals]
    elif len(asked) > len(pks):
        status, context["errors"] = 404, [_("One of these parties is not here")]
    return render_page(request, "suite/masterdata/merge.html", context, status=status)


def _merged(request: HttpRequest, made: Merging) -> HttpResponse:
    sentence = _("Merged into %(name)s; this can be undone for 30 days") % {"name": made.survivor.label}
    done(request, sentence, reverse("masterdata:unmerge", args=[made.pk]), {"undo": "1"})
    return redirect(page_of_party(made.survivor_id))


@door(MERGE)
@require_POST
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merging back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(Merging.objects.visible_to(actor, MERGE), pk=pk)
    party = merging.undo(merging=row, actor=actor)
    messages.success(request, _("Undone. What was added since stays with %(name)s") % {"name": party.label})
    return redirect(page_of_party(party.pk))
