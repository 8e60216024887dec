"""Taxes, exchange rates, units and currencies: settled rows, changed rarely and read everywhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import changes_between, current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal
from suite.masterdata.models import Currency, ExchangeRate, Product, ProductUnit, Tax, Unit
from suite.masterdata.services.records import referred_to
from suite.masterdata.standards import check, standardised


@service
def create_tax(*, actor: Actor, reason: str = "", **values: Any) -> Tax:
    """Add a rate; a code may come again from another day on. Raises BusinessError when two rows hold it on one day."""
    return _save_tax(Tax(company_id=actor.company_id), values, actor)


@service
def change_tax(*, tax: Tax, actor: Actor, reason: str = "", **values: Any) -> Tax:
    """Change a rate's names, days or basis; raises BusinessError for another rate once documents were taxed by it."""
    return _save_tax(Tax.objects.of(actor.company_id).lock([tax.pk]).get(), values, actor)


def _save_tax(row: Tax, values: dict[str, Any], actor: Actor) -> Tax:
    values = standardised(Tax, values)
    changes = changes_between(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    check(row)
    if row.pk and "rate" in changes and referred_to(Tax, [row.pk], besides=[Product]):
        sentence = _("Documents were taxed at this rate: end it and add its successor under the same code")
        raise BusinessError(Refusal("in_use", sentence, field="rate"))
    if row.valid_from and row.valid_to and row.valid_from > row.valid_to:
        raise BusinessError(Refusal("upside_down", _("The last day lies before the first"), field="valid_to"))
    of_company = Tax.objects.of(actor.company_id).exclude(pk=row.pk)
    same = of_company.filter(code=row.code)
    starts = Q(valid_from=None) | Q(valid_from__lte=row.valid_to) if row.valid_to else Q()
    ends = Q(valid_to=None) | Q(valid_to__gte=row.valid_from) if row.valid_from else Q()
    if same.filter(starts, ends).exists():
        raise BusinessError(
            Refusal(
                "overlap",
                _("Another row holds the code %(code)s on some of these days"),
                {"code": row.code},
                field="valid_from",
            )
        )
    if row.is_default:
        of_company.filter(is_default=True).update(is_default=False)
    action = "changed" if row.pk else "created"
    row.save()
    current_act().audit(row, action, changes)
    cached.forget(actor.company_id)
    return row


@service
def set_exchange_rate(
    *, currency: Currency, valid_from: dt.date, rate: Decimal, actor: Actor, reason: str = ""
) -> ExchangeRate:
    """Say what one unit of a currency is worth from a day on; said again for the same day, it replaces the rate."""
    if currency.pk == actor.company.currency:
        raise BusinessError(
            Refusal(
                "own_currency",
                _("The company keeps its books in %(currency)s"),
                {"currency": currency.pk},
                field="currency",
            )
        )
    row = ExchangeRate.objects.of(actor.company_id).filter(currency=currency, valid_from=valid_from).first()
    if row:
        save_changes(row, {"rate": rate})
    else:
        row = ExchangeRate(company_id=actor.company_id, currency=currency, valid_from=valid_from, rate=rate)
        check(row).save()
        current_act().audit(row, "created")
    cached.forget(actor.company_id)
    return row


@service
def create_shared(*, model: type[Unit] | type[Currency], actor: Actor, reason: str = "", **values: Any) -> models.Model:
    """Add a unit or a currency for all companies. Raises BusinessError when its code is taken."""
    values = standardised(model, values)
    if model.objects.filter(pk=values.get("code")).exists():
        raise BusinessError(
            Refusal("code_taken", _("%(code)s is there already"), {"code": values["code"]}, field="code")
        )
    row = check(model(**values))
    row.save(force_insert=True)
    cached.forget(cached.ALL)
    current_act().audit(actor.company, "added", {str(model._meta.model_name): (None, row.pk)})
    return row


@service
def change_shared(*, row: Unit | Currency, actor: Actor, reason: str = "", **values: Any) -> models.Model:
    """Put names or places of a unit or currency right, for all companies; what was rounded before stays as it is.

    A unit in use keeps its places or gets more; raises BusinessError otherwise.
    """
    row = type(row).objects.select_for_update().get(pk=row.pk)
    values = standardised(type(row), values)
    changes = changes_between(row, values)
    for name in changes:
        setattr(row, name, values[name])
    if isinstance(row, Unit) and row.digits < changes.get("digits", (0,))[0] and _is_traded(row):
        sentence = _("Products are traded in this unit: it cannot lose decimal places")
        raise BusinessError(Refusal("in_use", sentence, field="digits"))
    if changes:
        check(row).save()
        current_act().audit(actor.company, f"{row._meta.model_name} {row.pk} changed", changes)
        cached.forget(actor.company_id)
        cached.forget(cached.ALL)
    return row


def _is_traded(unit: Unit) -> bool:
    """Whether a product of any company is counted in this unit."""
    return Product.objects.filter(unit=unit).exists() or ProductUnit.objects.filter(unit=unit).exists()
