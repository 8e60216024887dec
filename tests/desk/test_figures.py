"""Figures on pages and in inputs have the places that say something."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from suite.core.access import Actor
from suite.core.models import Company
from suite.desk import documents, formats
from suite.masterdata.models import Product
from tests import make


def browser(by: Actor) -> Client:
    client = Client()
    client.force_login(by.user, "suite.core.auth.CompanyBackend")
    return client


@pytest.mark.parametrize(("currency", "price", "cost"), [("CNY", "12.50", "8.123456"), ("JPY", "12.5", "8.123456")])
def test_an_input_shows_no_zeros_that_say_nothing_and_saving_it_changes_nothing(
    company: Company, currency: str, price: str, cost: str
) -> None:
    Company.objects.filter(pk=company.pk).update(currency=currency)
    company.refresh_from_db()
    by = make.actor(company, "administrator")
    row = make.product(company, "LAMP", price="12.5", standard_cost=Decimal("8.123456"))
    page, before = reverse("admin:masterdata_product_change", args=[row.pk]), Product.objects.values().get(pk=row.pk)

    desk = browser(by)
    found = desk.get(page)
    form = found.context["adminform"].form
    sent = {name: "" if (value := form[name].value()) is None else str(value) for name in form.fields}
    with_reader = documents.reader.set(by)
    try:
        figures = [formats.money(Decimal(1234)), formats.amount(Decimal(1234), currency)]
        names = ("sale_price", "standard_cost")
        shown = {name: form[name].field.widget.format_value(form[name].value()) for name in names}
    finally:
        documents.reader.reset(with_reader)
    answer = desk.post(page, {**sent, **shown, "seen": form.seen, **EMPTY})

    assert (shown["standard_cost"], f'value="{price}"' in found.content.decode()) == (cost, True)
    assert answer.status_code == 302
    assert Product.objects.values().get(pk=row.pk) == before
    assert figures == (["1,234.00"] * 2 if currency == "CNY" else ["1,234"] * 2)


EMPTY = {f"{prefix}-{name}_FORMS": "0" for prefix in ("units",) for name in ("TOTAL", "INITIAL")}
