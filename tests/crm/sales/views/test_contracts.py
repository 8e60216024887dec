import datetime as dt

from django.test import Client

from crm.sales.models import Contract, ContractTemplate, Order
from crm.sales.queries.contracts import late_contracts
from suite.core import clock
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.test_contracts import contract, in_force, step
from tests.crm.sales.views import sheets
from tests.crm.sales.views.conftest import signed_in

CONTRACTS = "/crm/sales/contracts/"


def plan(*rows: dict[str, object]) -> dict[str, object]:
    typed: dict[str, object] = {"plan-TOTAL_FORMS": len(rows), "plan-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        typed |= {f"plan-{number}-plan_{name}": value for name, value in row.items()}
    return typed


def typed(shop: Shop, lamp: Product, *rows: dict[str, object], **fields: object) -> dict[str, object]:
    lines = {"product": lamp.pk, "quantity": "3", "unit_price": "100"}
    header = {"party": shop.customer.pk, "name": "Supply 2027", **fields}
    return {**sheets.typed(lines, **header), **plan(*rows)}


def test_a_contract_is_written_changed_and_read(shop: Shop, lamp: Product, mei: Client) -> None:
    template = ContractTemplate.objects.of(shop.company.pk).order_by("pk")[0]
    rows = [
        {"name": "Deposit", "share": "30", "due_on": "2026-12-01"},
        {"name": "Rest", "share": "70", "event": "signed", "days": "30"},
    ]
    written = mei.post(f"{CONTRACTS}new/", typed(shop, lamp, *rows, template=template.pk))
    row = Contract.objects.get()
    page = mei.get(f"{CONTRACTS}{row.pk}/").content.decode()
    form = mei.get(f"{CONTRACTS}{row.pk}/edit/").content.decode()
    short = {"name": "All", "amount": "299.99", "due_on": "2026-12-01"}
    refused = mei.post(f"{CONTRACTS}{row.pk}/edit/", typed(shop, lamp, short))

    assert written["Location"] == f"{CONTRACTS}{row.pk}/"
    assert (row.gross, row.body) == (300, template.body)
    assert all(text in page for text in ("Supply 2027", "Deposit", "210.00", "Put into force", "华为"))
    assert all(text in form for text in ("Deposit", "LAMP"))
    assert refused.status_code == 409
    assert "0.01 are missing" in refused.content.decode()


def test_what_is_wrong_stands_at_its_milestone_and_keystrokes_stay(shop: Shop, lamp: Product, mei: Client) -> None:
    answer = mei.post(
        f"{CONTRACTS}new/", typed(shop, lamp, {"name": "All", "share": "100"}, body="{nonsense}", note="kept")
    )
    page = answer.content.decode()
    assert (answer.status_code, "{nonsense}" in page, "kept" in page) == (400, True, True)

    answer = mei.post(f"{CONTRACTS}new/", typed(shop, lamp, {"name": "All", "share": "100"}))
    assert (answer.status_code, "by which day" in answer.content.decode()) == (409, True)
    assert not Contract.objects.exists()


def test_it_goes_its_way_by_buttons(shop: Shop, lamp: Product, mei: Client) -> None:
    row = contract(shop, line(lamp), plan=[step("Drawings")])
    mei.post(f"{CONTRACTS}{row.pk}/submit/")
    milestone = row.milestones.get()
    signed = mei.post(f"{CONTRACTS}{row.pk}/sign/", {"signed_on": "2026-01-05"})
    early = mei.post(f"{CONTRACTS}{row.pk}/complete/")
    mei.post(f"{CONTRACTS}{row.pk}/milestones/{milestone.pk}/")
    ordered = mei.post(f"{CONTRACTS}{row.pk}/order/")
    mei.post(f"{CONTRACTS}{row.pk}/complete/")

    row.refresh_from_db()
    assert (row.status, str(row.signed_on)) == ("completed", "2026-01-05")
    assert signed.status_code == 302
    assert early.status_code in (302, 409)
    assert ordered["Location"] == f"/crm/sales/orders/{Order.objects.get().pk}/"  # it came with the approval


def test_a_quotation_and_a_deal_lead_to_contracts(shop: Shop, lamp: Product, mei: Client) -> None:
    quotation = shop.quotation(line(lamp, "3"))
    offered = mei.get(f"/crm/sales/quotations/{quotation.pk}/").content.decode()
    made = mei.post(f"{CONTRACTS}of-quotation/{quotation.pk}/")
    row = Contract.objects.get()

    assert f"{CONTRACTS}of-quotation/{quotation.pk}/" in offered
    assert made["Location"] == f"{CONTRACTS}{row.pk}/edit/"
    assert mei.get(f"{CONTRACTS}of-quotation/{quotation.pk}/").status_code == 302


def test_the_list_is_a_board_and_a_calendar_and_shows_what_is_late(shop: Shop, lamp: Product, mei: Client) -> None:
    yesterday = clock.today(shop.company) - dt.timedelta(days=1)
    late = in_force(shop, line(lamp), name="Late one", plan=[step("Drawings", due_on=yesterday)])
    in_force(shop, line(lamp), name="Fine one", ends_on=clock.today(shop.company))

    for query in ("", "?show=board&board=status", "?show=calendar", "?sort=-gross", "?sort=ends_on"):
        assert "Fine one" in mei.get(f"{CONTRACTS}{query}").content.decode(), query
    narrowed = mei.get(f"{CONTRACTS}?late=yes").content.decode()
    assert (late.name in narrowed, "Fine one" in narrowed) == (True, False)
    assert list(late_contracts(shop.rep)) == [late]
    assert late.number in mei.get("/desk/workbench/late-contracts/").content.decode()


def test_others_do_not_see_it(shop: Shop, lamp: Product) -> None:
    row, tom = contract(shop, line(lamp)), signed_in(shop.other_rep)

    for address in ("", "edit/", "sign/", "history/", "tasks/"):
        assert tom.get(f"{CONTRACTS}{row.pk}/{address}").status_code == 404
    assert tom.post(f"{CONTRACTS}{row.pk}/submit/").status_code == 404
    assert row.number not in tom.get(CONTRACTS).content.decode()


def test_managers_write_templates(shop: Shop, bo: Client, mei: Client) -> None:
    address = f"{CONTRACTS}templates/"
    refused = bo.post(f"{address}new/", {"name": "Lease", "body": "{nonsense}"})
    made = bo.post(f"{address}new/", {"name": "Lease", "body": "For {customer}"})
    row = ContractTemplate.objects.get(name="Lease")
    bo.post(f"{address}{row.pk}/", {"name": "Lease", "name_en": "Rent", "body": "For {customer}"})

    row.refresh_from_db()
    assert (refused.status_code, made.status_code, row.name_en) == (400, 302, "Rent")
    assert mei.get(address).status_code == 403
