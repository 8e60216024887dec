"""What a seller had better do this morning, ordered by what there is to gain.

A line is worth the margin that is expected of its deal: amount x win probability x margin. The deal is the one that
the line speaks of, of a line about a customer the open deal that most is expected of. The margin is what products cost
off their amounts without tax, as a share of these amounts; where no cost is known it is assumed as the average of the
other lines. Shares are rounded to a tenth of a percent before they are multiplied, so that what is shown multiplies
out. To whom costs are not shown a line is worth amount x win probability.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from crm.customers.models import Customer
from crm.sales.models import MorningOrder, Opportunity, OpportunityLine
from crm.sales.queries.opportunities import WEIGHTED
from crm.sales.suggestions import unanswered, words_of
from suite.core import clock
from suite.core.access import Actor
from suite.core.money import ZERO, round_money
from suite.desk.models import Task
from suite.desk.own import rules

AHEAD = dt.timedelta(days=7)
MOST = 200  # of a kind, what is due first: a longer list is no list for a morning
SHOWN = 12  # on the workbench
PERMISSION = "crm_sales.change_opportunity"
SEES_COSTS = "masterdata.see_cost"
HUNDRED = Decimal(100)
By = MorningOrder.By


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something to do; `worth` is None where there is nothing to reckon with, `margin` where it is not told.

    `amount` and `worth` are in the company's currency, `chance` and `margin` in percent; `is_assumed` says that the
    margin is the average of others. `deal` is the key of the opportunity that the figures are of.
    """

    kind: str
    title: str
    about: str
    url: str
    icon: str
    at: dt.datetime | None
    party: int | None = None
    deal: int | None = None
    deal_name: str = ""
    amount: Decimal | None = None
    chance: Decimal | None = None
    margin: Decimal | None = None
    is_assumed: bool = False
    worth: Decimal | None = None

    @property
    def is_late(self) -> bool:
        return self.at is not None and self.at < clock.now()


def block(actor: Actor) -> dict[str, Any]:
    """What the block of the workbench shows: the first lines in the order that the actor chose."""
    by = ordered_by(actor)
    lines = lines_of(actor, by)
    more = max(0, len(lines) - SHOWN)
    return {"rows": lines[:SHOWN], "more": more, "by": by, "sees_margin": actor.may(SEES_COSTS)}


def ordered_by(actor: Actor) -> str:
    """By what the actor's list is ordered."""
    mine = MorningOrder.objects.of(actor.company_id).filter(user=actor.user_id).values_list("by", flat=True).first()
    return mine or By.WORTH


def lines_of(actor: Actor, by: str) -> list[Line]:
    """Open tasks, next steps and unanswered quotations of the actor that are due within a week, or have no date.

    Nine statements however many there are, one fewer for whom costs are not shown.
    """
    end = clock.day_starts(actor.company, clock.today(actor.company) + AHEAD)
    found = [*_tasks(actor, end), *_steps(actor, end), *_steps_of_deals(actor, end), *_quotations(actor)]
    found = _valued(found, actor)
    found.sort(key=_due)
    if by == By.WORTH:
        found.sort(key=lambda line: -1 if line.worth is None else line.worth, reverse=True)  # stable: then by due
    return found


def _due(line: Line) -> tuple[bool, float]:
    return (False, line.at.timestamp()) if line.at else (True, 0.0)


def _soon(field: str, end: Any) -> Q:
    return Q(**{f"{field}__lt": end}) | Q(**{field: None})


def _tasks(actor: Actor, end: dt.datetime) -> list[Line]:
    mine = Task.objects.visible_to(actor).filter(_soon("due_at", end), owner=actor.user_id, status=Task.Status.OPEN)
    tasks = list(mine.order_by("due_at", "id")[:MOST])
    about = [task.subject_id for task in tasks if task.subject_kind == Customer._meta.label_lower]
    parties = dict(Customer.objects.visible_to(actor).filter(pk__in=about).values_list("pk", "party_id"))
    lines = []
    for task in tasks:
        of_customer, of_deal = (
            task.subject_id if task.subject_kind == kind._meta.label_lower else None for kind in (Customer, Opportunity)
        )
        lines.append(
            Line(
                kind="task", title=task.title, about=task.subject_label, icon="checkbox", at=task.due_at,
                url=reverse("desk:task", args=[task.pk]), party=parties.get(of_customer or 0), deal=of_deal,
            )
        )  # fmt: skip
    return lines


def _steps(actor: Actor, end: dt.datetime) -> Iterable[Line]:
    if rules.hides(Customer, "next_step", actor):
        return []
    mine = Customer.objects.visible_to(actor).filter(_soon("next_step_at", end), owner=actor.user_id)
    rows = mine.exclude(next_step="").select_related("party").order_by("next_step_at", "pk")[:MOST]
    return [
        Line(
            kind="step", title=row.next_step, about=row.party.label, icon="flag", at=row.next_step_at,
            url=reverse("customers:customer", args=[row.pk]), party=row.party_id,
        )
        for row in rows
    ]  # fmt: skip


def _steps_of_deals(actor: Actor, end: dt.datetime) -> Iterable[Line]:
    if rules.hides(Opportunity, "next_step", actor):
        return []
    open_ones = Opportunity.objects.visible_to(actor).filter(owner=actor.user_id, status=Opportunity.Status.OPEN)
    rows = open_ones.filter(_soon("next_step_on", clock.day_of(actor.company, end))).exclude(next_step="")
    return [
        Line(
            kind="deal", title=row.next_step, about=str(row.party.label if row.party else row.name),
            icon="target-arrow", url=reverse("sales:opportunity", args=[row.pk]), deal=row.pk,
            at=_end_of(row.next_step_on, actor),
        )
        for row in rows.select_related("party").order_by("next_step_on", "pk")[:MOST]
    ]  # fmt: skip


def _quotations(actor: Actor) -> Iterable[Line]:
    rows = unanswered(actor).filter(owner=actor.user_id).select_related("party").order_by("sent_at", "pk")[:MOST]
    return [
        Line(
            kind="quotation", title=words_of(row), about=row.party.label, icon="file-text",
            url=reverse("sales:quotation", args=[row.pk]), party=row.party_id, deal=row.opportunity_id,
            at=_end_of(row.valid_until, actor),
        )
        for row in rows
    ]  # fmt: skip


def _end_of(day: dt.date | None, actor: Actor) -> dt.datetime | None:
    """The last moment of a day: what is for today is not late today."""
    return clock.day_starts(actor.company, day + dt.timedelta(days=1)) - dt.timedelta(minutes=1) if day else None


def _valued(lines: Sequence[Line], actor: Actor) -> list[Line]:
    """The lines with their figures, where the actor may read those of their deals."""
    if any(rules.hides(Opportunity, name, actor) for name in ("amount", "chance")):
        return list(lines)
    open_ones = Opportunity.objects.visible_to(actor).filter(status=Opportunity.Status.OPEN)
    rows = open_ones.annotate(odds=Coalesce("chance", F("stage__probability")), expected=WEIGHTED)
    fields = ("pk", "party_id", "name", "value", "odds")
    named = {row["pk"]: row for row in rows.filter(pk__in={line.deal for line in lines if line.deal}).values(*fields)}
    parties = {line.party for line in lines if line.party}
    best = rows.filter(party__in=parties).order_by("party_id", "-expected", "pk").distinct("party_id")
    of_party = {row["party_id"]: row for row in best.values(*fields)}
    deals = [(line, named.get(line.deal or 0) or of_party.get(line.party or 0)) for line in lines]
    margins = _margins({deal["pk"] for _line, deal in deals if deal}, actor) if actor.may(SEES_COSTS) else {}
    usual = _average([(deal, margins[deal["pk"]]) for _line, deal in deals if deal and deal["pk"] in margins])
    return [_with_figures(line, deal, margins, usual) if deal else line for line, deal in deals]


def _with_figures(line: Line, deal: dict[str, Any], margins: dict[int, Decimal], usual: Decimal | None) -> Line:
    margin, chance = margins.get(deal["pk"], usual), round_money(deal["odds"] or ZERO, 1)
    share = HUNDRED if margin is None else margin
    return replace(
        line, deal=deal["pk"], deal_name=deal["name"], amount=deal["value"], chance=chance, margin=margin,
        is_assumed=margin is not None and deal["pk"] not in margins,
        worth=round_money(deal["value"] * chance * share / (HUNDRED * HUNDRED)),
    )  # fmt: skip


def _margins(deals: Collection[int], actor: Actor) -> dict[int, Decimal]:
    """What of a hundred of the amount of a deal stays, over its lines whose quantity, amount and cost are known."""
    lines = OpportunityLine.objects.of(actor.company_id).filter(
        opportunity__in=deals, quantity__gt=0, amount__gt=0, product__standard_cost__gt=0
    )
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for line in lines.select_related("product__tax", "opportunity"):
        quantity, gross = line.quantity or ZERO, (line.amount or ZERO) * line.opportunity.exchange_rate
        tax = line.product.tax.rate if line.product.sale_price_includes_tax else ZERO
        stays = gross * HUNDRED / (HUNDRED + tax) - quantity * line.product.standard_cost
        before = sums.get(line.opportunity_id, (ZERO, ZERO))
        sums[line.opportunity_id] = before[0] + gross, before[1] + stays
    return {pk: round_money(stays * HUNDRED / gross, 1) for pk, (gross, stays) in sums.items()}


def _average(known: Sequence[tuple[dict[str, Any], Decimal]]) -> Decimal | None:
    """The margin of deals, weighed by their amounts, each once."""
    once = {deal["pk"]: (deal["value"], margin) for deal, margin in known}.values()
    total = sum((value for value, _margin in once), ZERO)
    return round_money(sum((value * margin for value, margin in once), ZERO) / total, 1) if total else None
