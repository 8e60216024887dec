"""A record's page: head, facts, acts, tabs, timeline, chain; areas fill in these and share the templates.

page = RecordPage(order.number, acts=[...], facts=[...], tabs=[...], chain=chain_of(actor, order))
return record_page(request, page, {"order": order}, template="crm/sales/order_page.html")
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.desk import papers
from suite.desk.chain import Step
from suite.desk.own import pages as own_pages
from suite.desk.own import rules
from suite.desk.pages import render_page

Text = str | Promise


@dataclass(frozen=True)
class Fact:
    """A key fact; facts without a value are folded away."""

    label: Text
    value: Any
    url: str = ""


@dataclass(frozen=True)
class PageAct:
    """A button of a record. Without the permission it is hidden; `disabled` says why the state forbids it.

    `method="get"` makes it a link. `confirm` is asked before, `reason` asks for a reason that arrives as `reason`; one
    that is "needed" must be given. `hotkey` is a single letter that presses it, for those who keep letters on.
    """

    label: Text
    url: str
    icon: str = "player-play"
    permission: str = ""
    method: str = "post"
    primary: bool = False
    danger: bool = False
    confirm: Text = ""
    reason: bool | Literal["needed"] = False
    disabled: Text = ""
    in_menu: bool = False
    new_window: bool = False
    hotkey: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def edit_act(url_name: str, pk: int, permission: str, *, in_menu: bool = False) -> PageAct:
    """The way to the form of a record."""
    address = reverse(url_name, args=[pk])
    return PageAct(_("Edit"), address, "pencil", permission, method="get", in_menu=in_menu, hotkey="e")


def paper_acts(row: Model) -> list[PageAct]:
    """The record on paper in both languages, in a window of its own; none for records that are not printed."""
    if not papers.is_known(type(row)):
        return []
    address = reverse("desk:paper", args=[row._meta.label_lower, row.pk])
    languages = (("zh-hans", _("PDF in Chinese")), ("en", _("PDF in English")))
    return [
        PageAct(label, f"{address}?language={code}", "printer", method="get", in_menu=True, new_window=True)
        for code, label in languages
    ]


class Acts(list[PageAct]):
    """The acts of a page, split into buttons and menu."""

    @property
    def menu(self) -> list[PageAct]:
        return [act for act in self if act.in_menu]


@dataclass
class Tab:
    """Related things: loaded from `url` when first opened, or drawn at once from `template`."""

    name: str
    label: Text
    url: str = ""
    template: str = ""
    count: int | str | None = None
    open: bool = False
    link: str = ""


@dataclass(frozen=True)
class _RegisteredTab:
    name: str
    label: Text
    url_name: str
    permission: str
    order: int


_tabs: dict[str, list[_RegisteredTab]] = {}


def register_tab(kind: str, name: str, label: Text, url_name: str, permission: str, *, order: int = 50) -> None:
    """Put a tab of another area on the page of a kind of record; `url_name` takes the key of the record."""
    _tabs.setdefault(kind, []).append(_RegisteredTab(name, label, url_name, permission, order))


def tabs_of(actor: Actor, row: Model) -> list[Tab]:
    """What other areas show on the page of a record, in the rights of its reader."""
    known = sorted(_tabs.get(row._meta.label_lower, ()), key=lambda each: each.order)
    return [
        Tab(each.name, each.label, reverse(each.url_name, args=[row.pk]))
        for each in known
        if actor.may(each.permission)
    ]


def files_tab(actor: Actor, row: Model) -> list[Tab]:
    """The tab with the files at a registered record, for those who may see files."""
    if not actor.may("desk.view_attachment"):
        return []
    return [Tab("files", _("Files"), reverse("desk:attachments", args=[row._meta.label_lower, row.pk]))]


@dataclass(frozen=True)
class TimelineRow:
    """Something that happened."""

    at: dt.datetime
    title: str
    icon: str = "circle"
    text: str = ""
    who: str = ""
    url: str = ""


@dataclass
class RecordPage:
    """What stands on a record's page; `badges` are (text, colour) pairs, `crumbs` (label, address) pairs."""

    title: str
    lead: str = ""
    crumbs: Sequence[tuple[Text, str]] = ()
    badges: Sequence[tuple[str, str]] = ()
    acts: Sequence[PageAct] = ()
    facts: Sequence[Fact] = ()
    tabs: Sequence[Tab] = ()
    chain: Sequence[Step] = ()
    record: Model | None = None  # whose own fields stand among the facts
    hidden: Collection[str] = ()  # the fields of the record that are none for the reader

    def prepare(self, request: HttpRequest) -> None:
        """Leave out what the actor may not do and what has no value; open the tab of the address."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if self.record is not None:
            self.hidden = rules.hidden(type(self.record), actor)
            known = rules.labels(type(self.record), actor)
            told = [fact for fact in self.facts if str(fact.label) not in known] if known else self.facts
            self.facts = [*told, *own_pages.facts(self.record, actor)]
            own_act = filter(None, [own_pages.act(self.record, actor)])
            self.acts = [*self.acts, *paper_acts(self.record), *own_act]
        self.acts = Acts(act for act in self.acts if not act.permission or actor.may(act.permission))
        self.facts = [fact for fact in self.facts if fact.value not in (None, "")]
        self.badges = [badge for badge in self.badges if badge]
        asked = request.GET.get("tab", "")
        opened = next((tab for tab in self.tabs if tab.name == asked), self.tabs[0] if self.tabs else None)
        for tab in self.tabs:
            tab.open, tab.link = tab is opened, f"{request.path}?tab={tab.name}"


def record_page(
    request: HttpRequest,
    page: RecordPage,
    context: Mapping[str, Any] | None = None,
    *,
    template: str = "suite/desk/record.html",
    part: str | None = None,
) -> HttpResponse:
    """The page of a record; own templates extend suite/desk/record.html and fill its blocks center and side."""
    page.prepare(request)
    return render_page(request, template, {**(context or {}), "page": page}, part=part)
