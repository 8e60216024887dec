"""Targets from sheets: each row is what a person, a team or the company is to bring in within a month."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Target
from crm.sales.services.targets import Wanted, check_targets, set_targets
from suite.core.access import Actor
from suite.desk.imports import Batch, Field, Saved


def first_day(value: Any) -> Any:
    """A month is kept by its first day, whichever of its days the sheet names."""
    try:
        return value.replace(day=1)
    except AttributeError:
        raise ValidationError(_t("A month is its first day")) from None


FIELDS = (
    Field("month", _("Month"), "date", required=True, aliases=("月份",), settle=first_day, example="2026-11-01"),
    Field("measure", _("Measure"), "choice", choices=Target.Measure.choices, default=Target.Measure.BOOKED,
          aliases=("指标",)),
    Field("user", _("Person"), "ref", ref="user", aliases=("人员", "业务员")),
    Field("team", _("Team"), "ref", ref="team", aliases=("团队",)),
    Field("amount", _("Amount"), "money", required=True, aliases=("目标金额", "金额"), example="100000"),
)  # fmt: skip


def save(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Write the targets of a batch by a fixed number of statements; the same one again replaces it."""
    saved = Saved()
    usual = Target.Measure.BOOKED
    wanted = [
        Wanted(row["month"], row.get("measure") or usual, row["amount"], row.get("user"), row.get("team"))
        for row in batch.dicts()
    ]
    refused = check_targets(wanted, actor=actor)
    saved.refused = {index: str(refusal) for index, refusal in refused.items()}
    good = [each for index, each in enumerate(wanted) if index not in refused]
    saved.made = [row.pk for row in set_targets(good, actor=actor)] if good else []
    return saved
