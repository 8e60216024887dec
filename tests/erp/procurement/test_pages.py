import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from erp.finance.models import Invoice
from erp.finance.services import periods
from erp.inventory.models import GoodsReceipt
from erp.procurement.lists import ORDER_ACTS, REQUISITION_ACTS, PurchaseOrderList, RequisitionList
from erp.procurement.models import PurchaseOrder, Requisition, Supplier
from erp.procurement.services import (
    LineInput,
    Wish,
    approve_orders,
    approve_requisitions,
    choose_supplier,
    create_order,
    create_requisition,
    receive,
    request_supply,
    submit_orders,
    submit_requisitions,
)
from erp.procurement.views.common import buttons
from suite.core import jobs
from suite.core.access import Actor
from suite.core.acts import service
from suite.core.models import Grant, Job
from suite.desk.lists import Act, ListState
from suite.masterdata.models import Product
from tests import make
from tests.erp.inventory.make import Shop
from tests.erp.procurement.make import placed

URL = "/erp/procurement/"
FORMSET = {
    "lines-TOTAL_FORMS": "1",
    "lines-INITIAL_FORMS": "0",
    "lines-MIN_NUM_FORMS": "1",
    "lines-MAX_NUM_FORMS": "500",
}


@pytest.fixture
def bolt(shop: Shop, supplier: Supplier) -> Product:
    bolt = shop.product("BOLT")
    make.terms(supplier, bolt, "12.50")
    return bolt


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(actor.user, backend="suite.core.auth.CompanyBackend")
    return client


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(URL + address)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_buyer_walks_one_case_on_the_pages(shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    page = browser(buyer)
    page.post(f"{URL}requisitions/new/", {**FORMSET, "lines-0-product": bolt.pk, "lines-0-quantity": "20"})
    requisition = Requisition.objects.get()

    for act, data in (("submit", {}), ("approve", {"_go": "1", "note": "Fine"}), ("order", {})):
        told = page.post(f"{URL}requisitions/{requisition.pk}/act/{act}/", data, follow=True).content.decode()
    order = PurchaseOrder.objects.get()
    assert f'Order: <a href="{URL}orders/{order.pk}/">{order.number}</a>' in told
    page.post(f"{URL}orders/{order.pk}/act/place/")
    line = order.lines.get()
    page.post(f"{URL}orders/{order.pk}/receive/", {"received_on": str(order.date), f"quantity_{line.pk}": "20"})
    bill = {"date": str(order.date), f"quantity_{line.pk}": "20", f"unit_price_{line.pk}": "12.5", "tax_number": "A-7"}
    page.post(f"{URL}orders/{order.pk}/invoice/", bill)

    order.refresh_from_db()
    content = shown(page, f"orders/{order.pk}/")
    assert order.status == PurchaseOrder.Status.RECEIVED
    assert Invoice.objects.get().gross == Decimal("282.50")
    assert requisition.number in content  # the chain leads back
    assert "282.50" in shown(page, f"suppliers/{supplier.pk}/?tab=owed")
    assert shop.balance(bolt)[0] == 20


def test_who_asks_leaves_the_decision_to_a_colleague(bolt: Product, buyer: Actor, boss: Actor) -> None:
    page = browser(buyer)
    page.post(f"{URL}requisitions/new/", {**FORMSET, "lines-0-product": bolt.pk, "lines-0-quantity": "20"})
    requisition = Requisition.objects.get()
    page.post(f"{URL}requisitions/{requisition.pk}/act/submit/")
    approve = f"{URL}requisitions/{requisition.pk}/act/approve/"

    page.post(approve, {"_go": "1", "note": ""})
    refused = shown(page, f"requisitions/{requisition.pk}/")
    offered = shown(browser(boss), f"requisitions/{requisition.pk}/")

    requisition.refresh_from_db()
    assert requisition.status == Requisition.Status.SUBMITTED
    assert "somebody else" in refused
    assert f'action="{approve}"' not in refused
    assert f'action="{approve}"' in offered


def test_the_address_of_an_act_leads_to_its_record(shop: Shop, bolt: Product, buyer: Actor) -> None:
    page = browser(buyer)
    page.post(f"{URL}requisitions/new/", {**FORMSET, "lines-0-product": bolt.pk, "lines-0-quantity": "20"})
    record = f"{URL}requisitions/{Requisition.objects.get().pk}/"
    page.post(f"{record}act/submit/")
    approve = f"{record}act/approve/"

    approved = page.post(approve, {"_go": "1", "note": ""}, headers={"Referer": f"http://testserver{approve}"})
    again = page.post(
        approve, {"_go": "1", "note": ""}, headers={"Referer": f"http://testserver{approve}"}, follow=True
    )

    assert approved["Location"] == record
    assert again.redirect_chain[-1] == (record, 302)
    assert "does not wait" in again.content.decode()
    assert page.get(approve)["Location"] == record


def test_why_so_much_is_asked_for_stands_on_the_requisition(shop: Shop, bolt: Product, buyer: Actor) -> None:
    @service
    def confirmed(*, actor: Actor) -> Requisition:
        return request_supply(shop.reserve(shop.order((bolt, 7))).short, actor=actor)[0]

    requisition = confirmed(actor=shop.actor)

    content = shown(browser(buyer), f"requisitions/{requisition.pk}/")
    assert "7 short, 0 of it on the way; minimum 0, packs of 1" in content
    assert requisition.order_number in content


def test_a_supplier_is_named_for_what_nobody_offers(shop: Shop, supplier: Supplier, buyer: Actor) -> None:
    rare = shop.product("RARE", standard_cost=Decimal(5))
    page = browser(buyer)
    page.post(f"{URL}requisitions/new/", {**FORMSET, "lines-0-product": rare.pk, "lines-0-quantity": "2"})
    requisition = Requisition.objects.get()
    page.post(f"{URL}requisitions/{requisition.pk}/act/submit/")

    page.post(f"{URL}requisitions/{requisition.pk}/supplier/", {"supplier": supplier.pk})

    assert requisition.lines.get().supplier == supplier


def test_a_day_of_a_closed_month_is_refused_at_the_date(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    last_month = order.date.replace(day=1) - dt.timedelta(days=5)
    periods.close(period_ids=[shop.company_period(last_month).pk], actor=shop.actor)
    typed = {"received_on": str(last_month), f"quantity_{order.lines.get().pk}": "10"}

    answer = browser(buyer).post(f"{URL}orders/{order.pk}/receive/", typed)

    assert answer.status_code == 409
    assert "is closed: choose" in str(answer.context["form"].errors["received_on"])
    assert not GoodsReceipt.objects.exists()


def test_a_refused_quantity_stands_at_its_line_with_what_was_typed(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    line = order.lines.get()

    answer = browser(buyer).post(
        f"{URL}orders/{order.pk}/receive/", {"received_on": str(order.date), f"quantity_{line.pk}": "99"}
    )

    assert answer.status_code == 409
    assert "99 came, at most 10 can be accepted" in answer.content.decode()
    assert 'value="99"' in answer.content.decode()
    assert not GoodsReceipt.objects.exists()


def test_an_invoice_beyond_the_tolerance_is_refused_and_can_be_held(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    receive(order_ids=[order.pk], actor=buyer)
    line, page = order.lines.get(), browser(buyer)
    bill = {"date": str(order.date), f"quantity_{line.pk}": "10", f"unit_price_{line.pk}": "20"}

    refused = page.post(f"{URL}orders/{order.pk}/invoice/", bill)
    page.post(f"{URL}orders/{order.pk}/invoice/", {**bill, "hold": "on"})
    held = Invoice.objects.get()
    content = shown(page, f"orders/{order.pk}/")
    page.post(f"{URL}invoices/{held.pk}/book/", {"accept_difference": "1"})

    held.refresh_from_db()
    assert (refused.status_code, "billed at 20.00, ordered at 12.50" in refused.content.decode()) == (409, True)
    assert held.number in content
    assert held.status == Invoice.Status.ISSUED
    consent = [box for box in re.findall("<input[^>]*>", content) if "accept_difference" in box]
    assert consent
    assert all("data-consent" in box and "checked" not in box for box in consent)
    all_billed = f"All that came with {order.number} is invoiced"
    assert all_billed not in content
    assert all_billed in shown(page, f"orders/{order.pk}/")


def test_a_booked_invoice_is_taken_back_on_the_page_of_its_order_by_who_may(
    bolt: Product, supplier: Supplier, buyer: Actor, planner: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    receive(order_ids=[order.pk], actor=buyer)
    line, page = order.lines.get(), browser(buyer)
    page.post(f"{URL}orders/{order.pk}/invoice/", {"date": str(order.date), f"quantity_{line.pk}": "10"})
    invoice = Invoice.objects.get()
    address = f"{URL}invoices/{invoice.pk}/take-back/"

    offered = address in shown(page, f"orders/{order.pk}/"), address in shown(browser(planner), f"orders/{order.pk}/")
    page.post(address, {"reason": "Booked twice"})

    invoice.refresh_from_db()
    assert (offered, invoice.status) == ((True, False), Invoice.Status.VOID)
    assert address not in shown(page, f"orders/{order.pk}/")


def test_an_order_page_offers_what_came_without_an_order(shop: Shop, bolt: Product, buyer: Actor) -> None:
    of_shop = make.supplier(shop.company, party=shop.supplier)
    receipt = shop.buy((bolt, 10, "12.5"))
    order, page = placed(of_shop, (bolt, 10, "12.5"), actor=buyer), browser(buyer)
    address = f"{URL}orders/{order.pk}/adopt/{receipt.pk}/"

    offered = address in shown(page, f"orders/{order.pk}/")
    page.post(address)

    order.refresh_from_db()
    assert (offered, order.status) == (True, PurchaseOrder.Status.RECEIVED)
    assert address not in shown(page, f"orders/{order.pk}/")


def test_arrivals_show_who_waits(shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    sale = shop.order((bolt, 4))
    shop.reserve(sale)
    placed(supplier, (bolt, 10, "12.5"), actor=buyer)

    content = shown(browser(buyer), "arrivals/")

    assert sale.source.number in content
    assert shop.customer.label in content


def test_an_order_is_changed_on_its_sheet(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    page = browser(buyer)
    header = {"supplier": supplier.pk, "date": "2026-03-02", "expected_date": "2026-03-20"}
    line = {"lines-0-product": bolt.pk, "lines-0-quantity": "3", "lines-0-unit_price": "10"}
    page.post(f"{URL}orders/new/", {**FORMSET, **header, **line})
    order = PurchaseOrder.objects.get()

    page.post(
        f"{URL}orders/{order.pk}/edit/",
        {**FORMSET, **header, **line, "lines-0-id": order.lines.get().pk, "lines-0-quantity": "4", "version": 1},
    )

    order.refresh_from_db()
    assert (order.net, order.version, order.lines.count()) == (Decimal("40.00"), 2, 1)


def test_an_order_is_mailed_to_the_supplier(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    page = browser(buyer)

    paper = page.get(reverse("desk:paper", args=[order.kind(), order.pk]), {"language": "en"})
    page.post(f"{URL}orders/{order.pk}/send/", {"to": "zhou@example.com", "language": "en", "message": ""})
    jobs.run(Job.objects.get().pk)

    assert paper.content.startswith(b"%PDF")
    assert mail.outbox[0].to == ["zhou@example.com"]
    assert mail.outbox[0].attachments[0][0] == f"{order.number}.pdf"


def test_a_supplier_and_its_terms_are_entered(bolt: Product, buyer: Actor) -> None:
    page = browser(buyer)
    page.post(f"{URL}suppliers/new/", {"name": "东莞紧固件厂", "currency": "CNY", "lead_days": "12"})
    supplier = Supplier.objects.get(party__name="东莞紧固件厂")
    page.post(
        f"{URL}terms/new/",
        {"supplier": supplier.pk, "product": bolt.pk, "price": "11", "minimum": "", "pack": "", "priority": "5"},
    )
    page.post(f"{URL}suppliers/{supplier.pk}/edit/", {"name": "东莞厂", "currency": "CNY", "lead_days": "9"})

    supplier.refresh_from_db()
    assert (supplier.party.name, supplier.lead_days) == ("东莞厂", 9)
    assert supplier.items.get().price == 11


@pytest.mark.parametrize(
    "address",
    ["requisitions/", "orders/", "suppliers/", "terms/", "arrivals/", "requisitions/new/", "orders/new/", "terms/new/"],
)
def test_pages_open_for_a_buyer(bolt: Product, buyer: Actor, address: str) -> None:
    shown(browser(buyer), address)


def test_the_workbench_shows_buying_and_arrivals(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    page = browser(buyer)

    blocks: list[Any] = [page.get(f"/desk/workbench/{name}/") for name in ("buying", "arrivals")]

    assert [block.status_code for block in blocks] == [200, 200]
    assert "BOLT" in blocks[1].content.decode()


def test_the_admin_pages_open(shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor, admin: Actor) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    page = browser(admin)

    for address in (
        "erp_procurement/purchaseorder/",
        f"erp_procurement/purchaseorder/{order.pk}/change/",
        "erp_procurement/requisition/",
        "erp_procurement/supplier/",
        "erp_procurement/supplieritem/add/",
        "erp_procurement/purchasepolicy/",
        "automation/approvalrule/",
        "automation/approvalrule/add/",
        "automation/approval/",
    ):
        assert page.get(f"/admin/{address}", follow=True).status_code == 200, address


def test_goods_are_received_by_scanning_up_to_the_tolerance(
    shop: Shop, supplier: Supplier, buyer: Actor, warehouse: Actor
) -> None:
    bolt, nut = shop.product("BOLT", barcode="6901"), shop.product("NUT", barcode="6902")
    order = placed(supplier, (bolt, 100, "1"), (nut, 2, "1"), actor=buyer)
    clerk, outcomes = browser(warehouse), []
    state: dict[str, Any] = {}

    for code in (order.number, "90*6901", "15*6901", "6901", "6902", "nobody"):
        answer = clerk.post("/erp/inventory/scan/", {**state, "code": code})
        table = answer.context["table"]
        state = {"mode": table.mode, "paper": table.pk, "last": table.last}
        state |= {f"line_{line.pk}": str(counted) for line, counted in table.rows}
        outcomes.append(answer.context["outcome"])
    clerk.post("/erp/inventory/scan/", {**state, "finish": "1"})

    assert outcomes == ["good", "good", "good", "bad", "good", "bad"]
    assert list(order.lines.values_list("received", flat=True)) == [105, 1]
    order.refresh_from_db()
    assert order.status == PurchaseOrder.Status.ORDERED


def test_a_scan_receives_only_what_the_scanner_may_receive(
    shop: Shop, supplier: Supplier, buyer: Actor, warehouse: Actor
) -> None:
    order = placed(supplier, (shop.product("BOLT"), 1, "1"), actor=buyer)
    Grant.objects.filter(role__code="warehouse", code="erp_procurement.receive_purchaseorder").delete()

    answer = browser(warehouse).post("/erp/inventory/scan/", {"code": order.number})

    assert (answer.context["outcome"], answer.context["table"]) == ("bad", None)


def test_a_supplier_is_asked_for_only_where_a_line_has_none(shop: Shop, bolt: Product, buyer: Actor) -> None:
    for product, asks in ((bolt, False), (shop.product("NUT"), True)):
        wish = Wish(product_id=product.pk, quantity=Decimal(5))
        requisition = create_requisition(lines=[wish], actor=buyer)
        submit_requisitions(requisition_ids=[requisition.pk], actor=buyer)

        assert ("/supplier/" in shown(browser(buyer), f"requisitions/{requisition.pk}/")) is asks


def test_ordering_is_shut_with_the_reason_until_every_line_has_a_supplier(
    shop: Shop, bolt: Product, supplier: Supplier, buyer: Actor, boss: Actor
) -> None:
    asked = [
        create_requisition(lines=[Wish(product_id=product.pk, quantity=Decimal(5))], actor=buyer)
        for product in (bolt, shop.product("NUT"))
    ]
    submit_requisitions(requisition_ids=[each.pk for each in asked], actor=buyer)
    approve_requisitions(requisition_ids=[each.pk for each in asked], actor=boss)

    rows = ListState(RequisitionList(), buyer, {"view": "all"}).lines
    record = shown(browser(buyer), f"requisitions/{asked[1].pk}/")
    choose_supplier(lines=asked[1].lines.values_list("pk", flat=True), supplier=supplier, actor=buyer)
    later = shown(browser(buyer), f"requisitions/{asked[1].pk}/")

    order = f'action="{URL}requisitions/{asked[1].pk}/act/order/"'
    assert {row.pk: [act.name for act in row.acts] for row in rows} == {asked[0].pk: ["order"], asked[1].pk: []}
    assert order not in record
    assert asked[1].number + ", line 1: choose a supplier first" in record or "供应商" in record
    assert order in later


def test_decisions_of_others_are_shut_in_lists_and_on_records(bolt: Product, buyer: Actor, boss: Actor) -> None:
    requisition = create_requisition(lines=[Wish(product_id=bolt.pk, quantity=Decimal(5))], actor=buyer)
    submit_requisitions(requisition_ids=[requisition.pk], actor=buyer)

    [mine] = ListState(RequisitionList(), buyer, {"view": "all"}).lines
    [theirs] = ListState(RequisitionList(), boss, {"view": "all"}).lines

    assert {"approve", "reject"} <= set(mine.shut.split())
    assert not {"approve", "reject"} & set(theirs.shut.split())


def test_a_draft_order_is_decided_only_while_it_waits_and_submitted_only_once(
    bolt: Product, supplier: Supplier, buyer: Actor, boss: Actor
) -> None:
    order = create_order(supplier=supplier, lines=[LineInput(bolt.pk, Decimal(5), Decimal(10))], actor=buyer)
    act = f'action="{URL}orders/{order.pk}/act/'

    draft = shown(browser(boss), f"orders/{order.pk}/")
    submit_orders(order_ids=[order.pk], actor=buyer)
    waiting, mine = (shown(browser(who), f"orders/{order.pk}/") for who in (boss, buyer))

    assert f'{act}approve/"' not in draft
    assert f'{act}approve/"' in waiting
    assert f'{act}submit/"' not in mine


def test_a_placed_order_leads_on_to_receiving_and_is_cancelled_only_before_goods_come(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "10"), actor=buyer)
    cancel, back = f'action="{URL}orders/{order.pk}/act/cancel/"', f'href="{URL}orders/{order.pk}/return/"'
    page = browser(buyer)

    before = page.get(f"{URL}orders/{order.pk}/")
    receive(quantities={order.lines.get().pk: Decimal(4)}, actor=buyer)
    after = page.get(f"{URL}orders/{order.pk}/")

    assert [act.icon for act in before.context["page"].acts if act.primary] == ["package-import"]
    assert [cancel in page.text for page in (before, after)] == [True, False]
    assert [back in page.text for page in (before, after)] == [False, True]


def test_placing_is_offered_only_for_what_is_approved(bolt: Product, supplier: Supplier, buyer: Actor) -> None:
    lines = [LineInput(bolt.pk, Decimal(5), Decimal(10))]
    waiting, approved = (create_order(supplier=supplier, lines=lines, actor=buyer) for _n in range(2))
    submit_orders(order_ids=[approved.pk], actor=buyer)
    approve_orders(order_ids=[approved.pk], actor=buyer)

    page = ListState(PurchaseOrderList(), buyer, {"view": "all"})
    record = shown(browser(buyer), f"orders/{waiting.pk}/")

    assert {line.pk: [act.name for act in line.acts] for line in page.lines} == {waiting.pk: [], approved.pk: ["place"]}
    assert "are not approved: submit the order for approval" in record or "提交" in record


def test_a_failed_try_shows_the_consent_to_a_difference_empty_again(
    bolt: Product, supplier: Supplier, buyer: Actor
) -> None:
    order = placed(supplier, (bolt, 10, "12.5"), actor=buyer)
    receive(order_ids=[order.pk], actor=buyer)
    bill = {"date": "", f"quantity_{order.lines.get().pk}": "10", "accept_difference": "on"}

    answer = browser(buyer).post(f"{URL}orders/{order.pk}/invoice/", bill)

    (box,) = re.findall('<input[^>]*name="accept_difference"[^>]*>', answer.content.decode())
    assert answer.status_code == 400
    assert ("data-consent" in box, "checked" in box) == (True, False)


def test_only_what_fits_stands_out_on_a_record(bolt: Product, supplier: Supplier, buyer: Actor, admin: Actor) -> None:
    order = create_order(supplier=supplier, lines=[LineInput(bolt.pk, Decimal(10), Decimal(20000))], actor=buyer)
    asked = create_requisition(lines=[Wish(bolt.pk, Decimal(10), price=Decimal(20000))], actor=admin)

    def offered(acts: tuple[Act, ...], row: Any, actor: Actor) -> list[str]:
        found = buttons(acts, row, "procurement:order_act", actor=actor)
        return [str(act.label) for act in found if not act.in_menu]

    assert "Place the order" not in offered(ORDER_ACTS, order, buyer)
    assert offered(ORDER_ACTS, order, buyer)[0] == "Submit for approval"
    assert "Approve" not in offered(ORDER_ACTS, order, buyer)
    submit_requisitions(requisition_ids=[asked.pk], actor=admin)
    asked.refresh_from_db()
    assert "Approve" in offered(REQUISITION_ACTS, asked, buyer)
    approve_requisitions(requisition_ids=[asked.pk], actor=buyer)
    asked.refresh_from_db()
    assert asked.status == Requisition.Status.SUBMITTED  # the executive comes next
    assert "Approve" not in {
        str(act.label) for act in buttons(REQUISITION_ACTS, asked, "procurement:requisition_act", actor=buyer)
    }
