"""The list of promotions."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models import Promotion
from crm.sales.services import promotions
from suite.core.access import Actor
from suite.desk.lists import Act, BoolFilter, ChoiceFilter, Column, Create, DateFilter, ListSpec, View

CHANGE = "crm_sales.change_promotion"
PROMOTION_COLOURS = {"on": "success", "held": "warning", "off": "secondary"}


def is_on(row: Promotion) -> bool:
    return row.status == Promotion.Status.ON


def is_held(row: Promotion) -> bool:
    return row.status == Promotion.Status.HELD


def is_off(row: Promotion) -> bool:
    return row.status == Promotion.Status.OFF


def is_not_off(row: Promotion) -> bool:
    return not is_off(row)


def _hold(*, actor: Actor, pks: Collection[int]) -> int:
    return promotions.hold(pks=pks, actor=actor)


def _release(*, actor: Actor, pks: Collection[int]) -> int:
    return promotions.release(pks=pks, actor=actor)


_on, _off = partial(promotions.switch, on=True), partial(promotions.switch, on=False)


class PromotionList(ListSpec):
    """Promotions."""

    model = Promotion
    page = "sales:promotions"
    title = _("Promotions")
    icon = "tags"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("code", _("Code"), sort=True, card="meta"),
        Column("kind", _("Kind"), value="get_kind_display"),
        Column("status", _("Status"), "badge", card="side", colours=lambda row: PROMOTION_COLOURS[row.status]),
        Column("valid_from", _("Valid from"), "date", sort=True),
        Column("valid_to", _("Valid to"), "date", sort=True),
        Column("priority", _("Priority"), shown=False),
        Column("is_stackable", _("With other promotions"), "bool", shown=False),
        Column("together", _("Quantities count together"), "bool", shown=False),
        Column("updated_at", _("Changed"), "datetime", sort=True, shown=False),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Promotion.Status),
        ChoiceFilter("kind", _("Kind"), choices=Promotion.Kind),
        DateFilter("from", _("Valid from"), "valid_from", quick=False),
        DateFilter("to", _("Valid to"), "valid_to", quick=False),
        BoolFilter("stackable", _("With other promotions"), "is_stackable"),
    )
    views = (
        View("on", pgettext_lazy("promotion", "Running"), {"status": "on"}),
        View("held", _("On hold"), {"status": "held"}),
    )
    acts = (
        Act("on", _("Switch on"), CHANGE, _on, icon="player-play", when=is_off, undo="off"),
        Act("off", _("Switch off"), CHANGE, _off, icon="x", when=is_not_off),
        Act("hold", _("Put on hold"), CHANGE, _hold, icon="player-pause", when=is_on, undo="release"),
        Act("release", _("Release"), CHANGE, _release, icon="rotate", when=is_held, undo="hold"),
    )
    order = "-updated_at"
    create = Create(_("New promotion"), "sales:promotion_new", "crm_sales.add_promotion")
    empty = _("No promotions: everything costs what the price lists say.")
