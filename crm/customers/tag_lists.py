"""The list of the rules that put tags on customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.customers.models import RuledTag, TagRule
from crm.customers.services import tagging
from suite.automation import conditions
from suite.core.access import Actor
from suite.desk.lists import Act, BoolFilter, Column, Create, ListSpec, PickFilter

CHANGE = "crm_customers.change_tagrule"


def remove(*, actor: Actor, pks: Collection[int]) -> int:
    return tagging.remove_rules(rules=pks, actor=actor)


class TagRuleList(ListSpec):
    """Rules that put tags on customers."""

    model = TagRule
    page = "customers:tag_rules"
    title = _("Tag rules")
    icon = "tags"
    columns = (
        Column("name", _("Name"), value="label", card="title"),
        Column("tag", _("Tag"), value="tag__label", kind="badge", card="side", colours=lambda row: row.tag.colour),
        Column("asks", _("Conditions"), value=lambda row: getattr(row, "asks", "")),
        Column("is_on", _("In force"), "bool"),
        Column("count", _("Customers"), "number", value=lambda row: getattr(row, "count", "")),
        Column("updated_at", _("Changed"), "datetime", sort=True, shown=False),
    )
    filters = (PickFilter("tag", _("Tag"), kind="tag"), BoolFilter("is_on", _("In force")))
    acts = (
        Act(
            "remove", _("Remove"), "crm_customers.delete_tagrule", remove, icon="trash", danger=True,
            confirm=_("The tags that it put on go with it. Remove it?"),
        ),
    )  # fmt: skip
    order = "-updated_at"
    related = ("tag",)
    search_fields = ("name", "name_en")
    create = Create(_("New tag rule"), "customers:tag_rule_new", "crm_customers.add_tagrule")
    empty = _("No rules: tags are put on by hand alone.")

    def url(self, row: TagRule) -> str:
        return reverse("customers:tag_rule", args=[row.pk])

    def complete(self, rows: Sequence[Any], actor: Actor) -> None:
        """What each asks, in words, and how many customers carry its tag for it."""
        subject = tagging.subject_of(actor.company_id)
        carried = RuledTag.objects.filter(rule__in=rows).values_list("rule").annotate(Count("pk"))
        counts = dict(carried.order_by())
        for row in rows:
            row.asks = conditions.sentence(row.conditions, subject, Actor.system(actor.company))
            row.count = counts.get(row.pk, 0)
