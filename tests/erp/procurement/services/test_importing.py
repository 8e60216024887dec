from typing import Any

import pytest

from erp.procurement.models import Supplier
from erp.procurement.services.importing import save_suppliers, undo_suppliers
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Company
from suite.desk.imports import Batch, Saved
from suite.masterdata.models import Party
from tests import make

NAMES = ["name", "external_ref", "phone", "lead_days", "currency", "contact_name"]


@service
def brought(rows: list[list[Any]], *, actor: Actor, key: str = "external_ref", update: bool = True) -> Saved:
    return save_suppliers(actor=actor, batch=Batch(NAMES, rows, list(range(2, len(rows) + 2))), key=key, update=update)


@service
def undone(saved: Saved, *, actor: Actor) -> dict[int, str]:
    return undo_suppliers(actor=actor, made=saved.made, changed=saved.changed)


def test_new_suppliers_come_in_and_bad_rows_stay_out(buyer: Actor) -> None:
    saved = brought(
        [
            ["东莞紧固件厂", "S-1", "0769-8888 6666", 12, "CNY", "陈刚"],
            ["宁波五金", "S-2", "12", 7, None, ""],
            ["Acme", "S-3", "", None, "XXX", ""],
        ],
        actor=buyer,
    )

    supplier = Supplier.objects.get()
    assert (supplier.party.phone, supplier.lead_days) == ("076988886666", 12)
    assert supplier.party.contacts.get().name == "陈刚"
    assert set(saved.refused) == {1, 2}


def test_a_known_supplier_is_changed_and_a_customer_becomes_a_supplier(buyer: Actor, company: Company) -> None:
    known = make.supplier(company, "东莞厂", external_ref="S-1", lead_days=5)
    customer = make.customer(company, "宁波五金", external_ref="S-2")

    saved = brought(
        [["东莞紧固件厂", "S-1", "", 12, "", ""], ["宁波五金", "S-2", "", 3, "", ""]],
        actor=buyer,
    )

    known.refresh_from_db()
    assert (known.party.name, known.lead_days) == ("东莞紧固件厂", 12)
    assert Supplier.objects.get(party=customer.party).lead_days == 3
    assert (len(saved.made), list(saved.changed)) == (1, [known.pk])


def test_an_import_is_taken_back(buyer: Actor, company: Company) -> None:
    known = make.supplier(company, "东莞厂", external_ref="S-1", lead_days=5)
    saved = brought([["新名", "S-1", "", 12, "", ""], ["宁波五金", "S-2", "", 3, "", "陈"]], actor=buyer)

    kept = undone(saved, actor=buyer)

    known.refresh_from_db()
    assert (kept, known.party.name, known.lead_days) == ({}, "东莞厂", 5)
    assert list(Party.objects.filter(company=company, name="宁波五金")) == []


@pytest.mark.parametrize("count", [1, 40])
def test_a_batch_takes_a_fixed_number_of_statements(buyer: Actor, count: int, django_assert_max_num_queries) -> None:
    rows = [[f"Supplier {n}", f"S-{n}", "", 7, "CNY", ""] for n in range(count)]

    with django_assert_max_num_queries(20):
        saved = brought(rows, actor=buyer)

    assert len(saved.made) == count
