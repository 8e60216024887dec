"""Numbers of papers look as the company wants them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from crm.sales.models import Quotation
from crm.sales.services.pricing import LineInput
from crm.sales.services.quotations import create_quotation, revise_quotation, send_quotation
from suite.core import clock, numbering
from suite.core.access import Actor
from suite.core.models import Company, NumberPattern
from suite.masterdata.models import Party
from tests import make


def pattern(company: Company, kind: str) -> NumberPattern:
    return NumberPattern.objects.of(company.pk).get(kind=kind)


@pytest.fixture
def by(company: Company) -> Actor:
    return make.actor(company, "administrator")


def test_every_kind_of_paper_has_a_pattern_from_the_founding(company: Company) -> None:
    kinds = set(NumberPattern.objects.of(company.pk).values_list("kind", flat=True))

    assert (
        kinds
        == set(numbering.kinds())
        == {"LD", "OP", "QT", "CT", "SO", "P", "OI", "MM", "INV", "DN", "GR", "SA", "TR", "PR", "PO", "LC"}
    )


def test_the_next_numbers_follow_the_pattern_and_the_old_ones_stay(company: Company, by: Actor) -> None:
    customer = make.customer(by, "华为")
    first = create_quotation(party=customer.party, lines=[], actor=by)
    year = clock.today(company).year

    numbering.change_pattern(pattern=pattern(company, "QT"), actor=by, prefix="BJ-", stamp="YYYY", width=4)
    second = create_quotation(party=customer.party, lines=[], actor=by)

    count = int(first.number.removeprefix("QT"))
    assert first.number == f"QT{count:06d}"
    assert second.number == f"BJ-{year}-{count + 1:04d}"
    assert set(Quotation.objects.values_list("number", flat=True)) == {first.number, second.number}


def test_other_companies_and_numbers_that_are_given_are_left_alone(company: Company, by: Actor) -> None:
    lamp = make.product(company, "LAMP")
    customer = make.customer(by, "华为")
    paper = create_quotation(party=customer.party, lines=[LineInput(lamp.pk, Decimal(1))], actor=by)
    send_quotation(quotation_id=paper.pk, by_mail=False, actor=by)
    numbering.change_pattern(pattern=pattern(company, "QT"), actor=by, prefix="BJ")
    numbering.change_pattern(pattern=pattern(company, "P"), actor=by, prefix="KH-", width=3)

    revised = revise_quotation(quotation_id=paper.pk, actor=by)
    stranger, own = make.party(make.company()), make.party(company)
    hand = Party.objects.create(company=company, kind=own.kind, name="Hand", code="#7")

    assert revised.number == paper.number
    assert stranger.code.startswith("P0")
    assert own.code.startswith("KH-")
    assert Party.objects.get(pk=hand.pk).code == "#7"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("prefix", {"prefix": "SO1"}),
        ("prefix", {"prefix": "订单"}),
        ("prefix", {"prefix": ""}),
        ("prefix", {"prefix": "PO"}),
        ("width", {"width": 0}),
        ("width", {"width": 40}),
        ("stamp", {"stamp": "HH24"}),
    ],
)
def test_a_bad_pattern_is_refused_at_its_field(company: Company, by: Actor, field: str, values: dict) -> None:
    with pytest.raises(ValidationError) as refused:
        numbering.change_pattern(pattern=pattern(company, "SO"), actor=by, **values)

    assert list(refused.value.message_dict) == [field]
    assert pattern(company, "SO").prefix == "SO"


def test_the_database_refuses_what_could_clash(company: Company) -> None:
    for values in ({"prefix": "SO1"}, {"prefix": "PO"}, {"width": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            NumberPattern.objects.of(company.pk).filter(kind="SO").update(**values)


def test_patterns_are_set_on_their_page_and_by_the_api(company: Company, by: Actor) -> None:
    row, browser = pattern(company, "PO"), Client()
    browser.force_login(by.user, "suite.core.auth.CompanyBackend")
    page = reverse("admin:core_numberpattern_change", args=[row.pk])
    api = make.client(by)
    address = f"/api/v1/core/number-patterns/{row.pk}/"

    listed = browser.get(reverse("admin:core_numberpattern_changelist"))
    bad = browser.post(page, {"prefix": "PO9", "stamp": "", "width": "6"})
    good = browser.post(page, {"prefix": "CG-", "stamp": "YYYYMM", "width": "4"})
    refused, told = api.patch(address, {"prefix": "QT"}, format="json"), api.patch(address, {"width": 5}, format="json")

    assert b"PO000001" in listed.content
    assert "prefix" in bad.context["adminform"].form.errors
    assert good.status_code == 302
    assert (refused.status_code, list(refused.data)) == (400, ["prefix"])
    assert told.data["example"] == f"CG-{clock.today(company):%Y%m}-00001"
    assert make.client(make.actor(company, "rep")).patch(address, {"width": 4}, format="json").status_code in (403, 404)
