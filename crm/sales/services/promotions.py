"""Promotions: written, changed, switched on and off, and held while goods are short."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.sales.models import ContractLine, OrderLine, Promotion, PromotionScope, PromotionStep, QuotationLine
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.money import HUNDRED
from suite.desk import search

Kind, Status = Promotion.Kind, Promotion.Status
# What is not changed any more once papers carry the promotion, for they were promised with it.
GIVEN = ("kind", "together", "currency_id", "includes_tax")


@dataclass(frozen=True, slots=True)
class Step:
    """What a promotion gives from a quantity on (see `PromotionStep`)."""

    value: Decimal
    min_quantity: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Scope:
    """One product, category, customer, tag or region; exactly one of them."""

    product_id: int | None = None
    category: str = ""
    party_id: int | None = None
    tag_id: int | None = None
    region_id: str | None = None

    @property
    def parts(self) -> tuple[Any, ...]:
        return self.product_id, self.category, self.party_id, self.tag_id, self.region_id


@service
def create_promotion(
    *, steps: Sequence[Step], scopes: Sequence[Scope] = (), actor: Actor, reason: str = "", **fields: Any
) -> Promotion:
    """Write a promotion; it is on. Raises ValidationError for contradicting fields, BusinessError at a wrong step."""
    promotion = Promotion(company=actor.company, **fields)
    demand_sense(promotion, steps, scopes)
    promotion.save()
    _insert(promotion, steps, scopes)
    current_act().audit(promotion, "created", {"steps": (None, brief(steps))})
    _announce(promotion, "created")
    search.index([promotion])
    return promotion


@service
def change_promotion(
    *,
    promotion_id: int,
    actor: Actor,
    version: int | None = None,
    steps: Sequence[Step] | None = None,
    scopes: Sequence[Scope] | None = None,
    reason: str = "",
    **fields: Any,
) -> Promotion:
    """Change a promotion; `steps` and `scopes`, where given, are those altogether. Papers keep the prices they have.

    What it gives stays once a paper carries it: end it and write another. Raises Stale when `version` is past.
    """
    promotion = Promotion.objects.of(actor.company_id).lock([promotion_id]).get()
    if version is not None and version != promotion.version:
        raise Stale(Refusal("stale", _("Somebody else changed this document meanwhile")))
    old_steps = [Step(row.value, row.min_quantity) for row in promotion.steps.all()]
    old_scopes = [
        Scope(row.product_id, row.category, row.party_id, row.tag_id, row.region_id) for row in promotion.scopes.all()
    ]
    wanted_steps = old_steps if steps is None else sorted(steps, key=lambda each: each.min_quantity)
    wanted_scopes = old_scopes if scopes is None else list(scopes)
    other = any(name in fields and fields[name] != getattr(promotion, name) for name in GIVEN)
    if (other or wanted_steps != old_steps) and is_given([promotion_id]):
        sentence = _("Papers carry %(name)s: what it gives stays. Switch it off and write another one.")
        raise BusinessError(Refusal("promotion_given", sentence, {"name": promotion}))
    demand_sense(_with(promotion, fields), wanted_steps, wanted_scopes)
    changed = bool(save_changes(promotion, fields))
    if wanted_steps != old_steps or wanted_scopes != old_scopes:
        promotion.steps.all().delete()
        promotion.scopes.all().delete()
        _insert(promotion, wanted_steps, wanted_scopes)
        said = {"steps": (brief(old_steps), brief(wanted_steps)), "scopes": (len(old_scopes), len(wanted_scopes))}
        current_act().audit(promotion, "changed", said)
        changed = True
    if changed:
        _announce(promotion, "changed")
        search.index([promotion])
    return promotion


@service
def switch(*, pks: Collection[int], on: bool, actor: Actor, reason: str = "") -> int:
    """Switch promotions on, those on hold among them, or off; says how many."""
    before = [Status.OFF, Status.HELD] if on else [Status.ON, Status.HELD]
    return _move(pks, before, Status.ON if on else Status.OFF, "switched on" if on else "switched off", actor)


@service
def hold(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Put promotions that are on on hold, while goods are short, say; says how many. Papers keep what they got."""
    return _move(pks, [Status.ON], Status.HELD, "held", actor)


@service
def release(*, pks: Collection[int], actor: Actor, reason: str = "") -> int:
    """Let promotions that were on hold go on; what was switched off meanwhile stays off. Says how many."""
    return _move(pks, [Status.HELD], Status.ON, "released", actor)


def is_given(pks: Collection[int]) -> bool:
    """Whether a quotation, contract or order carries one of these promotions."""
    return any(model.objects.filter(promotion__in=pks).exists() for model in (OrderLine, QuotationLine, ContractLine))


def of_products(product_ids: Collection[int], company_id: int) -> list[int]:
    """The promotions on or on hold that name one of these products; those for everything name none."""
    rows = Promotion.objects.of(company_id).filter(scopes__product__in=product_ids).exclude(status=Status.OFF)
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def _move(pks: Collection[int], before: Sequence[str], status: str, what: str, actor: Actor) -> int:
    rows = list(Promotion.objects.of(actor.company_id).lock(pks).filter(status__in=before))
    Promotion.objects.filter(pk__in=[row.pk for row in rows]).update(status=status)
    for row in rows:
        current_act().audit(row, what, {"status": (row.status, str(status))})
        row.status = status
        _announce(row, what.replace(" ", "_"))
    return len(rows)


def _with(promotion: Promotion, fields: Mapping[str, Any]) -> Promotion:
    """The promotion as it is to be, to judge it."""
    wanted = copy(promotion)
    for name, value in fields.items():
        setattr(wanted, name, value)
    return wanted


def demand_sense(promotion: Promotion, steps: Sequence[Step], scopes: Sequence[Scope]) -> None:
    """Raise ValidationError for contradicting fields, BusinessError naming the step that cannot be."""
    if promotion.valid_from and promotion.valid_to and promotion.valid_to < promotion.valid_from:
        raise ValidationError({"valid_to": _("The last day is before the first")})
    others = Promotion.objects.of(promotion.company_id).filter(~Q(pk=promotion.pk), code=promotion.code)
    if others.exists():
        raise ValidationError({"code": _("There is a promotion with this code already")})
    refusals = [Refusal("steps", _("Say what the promotion gives"))] if not steps else []
    seen = set()
    for index, step in enumerate(steps):
        if step.min_quantity in seen:
            sentence = _("There is a step from this quantity already")
            refusals.append(Refusal("step_twice", sentence, line=index, field="min_quantity"))
        seen.add(step.min_quantity)
        if reason := _nonsense(promotion.kind, step):
            refusals.append(Refusal("step", reason[1], line=index, field=reason[0]))
    if any(sum(map(bool, scope.parts)) != 1 for scope in scopes):
        refusals.append(Refusal("scope", _("One of product, category, customer, tag and region in each line")))
    if refusals:
        raise BusinessError(*refusals)


def _nonsense(kind: str, step: Step) -> tuple[str, Any] | None:
    if step.min_quantity < 0 or step.value < 0 or (step.value == 0 and kind != Kind.FIXED):
        return "value", _("More than zero, please")
    if kind == Kind.PERCENT and step.value > HUNDRED:
        return "value", _("A discount is between 0 and 100 percent")
    if kind == Kind.GIFT and step.min_quantity == 0:
        return "min_quantity", _("Say how many must be paid")
    return None


def _insert(promotion: Promotion, steps: Sequence[Step], scopes: Sequence[Scope]) -> None:
    PromotionStep.objects.bulk_create(
        PromotionStep(
            company_id=promotion.company_id, promotion=promotion, min_quantity=each.min_quantity, value=each.value
        )
        for each in steps
    )
    PromotionScope.objects.bulk_create(
        PromotionScope(
            company_id=promotion.company_id, promotion=promotion, product_id=each.product_id, category=each.category,
            party_id=each.party_id, tag_id=each.tag_id, region_id=each.region_id,
        )
        for each in scopes
    )  # fmt: skip


def brief(steps: Sequence[Step]) -> list[list[str]]:
    """Steps as the audit trail keeps them: from quantity, value."""
    return [[f"{each.min_quantity.normalize():f}", f"{each.value.normalize():f}"] for each in steps]


def _announce(promotion: Promotion, what: str) -> None:
    payload = {"code": promotion.code, "status": promotion.status}
    current_act().announce(f"crm.sales.promotion.{what}", promotion, payload)
