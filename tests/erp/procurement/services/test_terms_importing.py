"""Price sheets of suppliers."""

from decimal import Decimal
from typing import Any

import pytest

from erp.procurement.models import SupplierItem
from erp.procurement.services.terms_importing import save_terms, undo_terms
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Company
from suite.desk.imports import Batch, Saved
from tests import make

NAMES = ["supplier", "product", "price", "minimum", "pack"]


@service
def brought(rows: list[list[Any]], *, actor: Actor, update: bool = True) -> Saved:
    return save_terms(actor=actor, batch=Batch(NAMES, rows, list(range(2, len(rows) + 2))), key="", update=update)


@service
def undone(saved: Saved, *, actor: Actor) -> dict[int, str]:
    return undo_terms(actor=actor, made=saved.made, changed=saved.changed)


def prices() -> dict[str, Decimal]:
    return dict(SupplierItem.objects.values_list("product__code", "price"))


def test_new_terms_are_made_known_ones_changed_and_both_taken_back(buyer: Actor, company: Company) -> None:
    supplier, lamp, desk = make.supplier(company), make.product(company, "LAMP"), make.product(company, "DESK")
    make.terms(supplier, lamp, 40, minimum=7, pack=1)

    saved = brought(
        [[supplier.pk, lamp.pk, Decimal(38), None, None], [supplier.pk, desk.pk, Decimal(90), None, Decimal(2)]],
        actor=buyer,
    )

    assert prices() == {"LAMP": 38, "DESK": 90}
    assert SupplierItem.objects.get(product=lamp).minimum == 7
    assert (len(saved.made), len(saved.changed), saved.refused) == (1, 1, {})
    assert undone(saved, actor=buyer) == {}
    assert prices() == {"LAMP": 40}


def test_what_cannot_be_is_refused_at_its_line(buyer: Actor, company: Company) -> None:
    supplier, lamp, desk = make.supplier(company), make.product(company, "LAMP"), make.product(company, "DESK")
    make.terms(supplier, desk, 90)

    saved = brought(
        [
            [supplier.pk, lamp.pk, Decimal(-1), None, None],
            [supplier.pk, lamp.pk, Decimal(5), None, Decimal("0.5")],
            [supplier.pk, lamp.pk, Decimal(5), None, Decimal(6)],
            [supplier.pk, lamp.pk, Decimal(6), None, None],
            [supplier.pk, desk.pk, Decimal(6), None, None],
        ],
        actor=buyer,
        update=False,
    )

    assert sorted(saved.refused) == [0, 1, 3, 4]
    assert prices() == {"LAMP": 5, "DESK": 90}


@pytest.mark.parametrize("count", [1, 40])
def test_a_batch_takes_a_fixed_number_of_statements(
    buyer: Actor, company: Company, count: int, django_assert_max_num_queries: Any
) -> None:
    supplier = make.supplier(company)
    rows = [[supplier.pk, product.pk, Decimal(5), None, None] for product in make.goods(company, count)]

    with django_assert_max_num_queries(10):
        assert len(brought(rows, actor=buyer).made) == count
