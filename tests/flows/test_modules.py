"""With any module switched off the chain of what remains works from end to end, and says what it does without."""

from decimal import Decimal

import pytest

from crm.sales import ports
from crm.sales.models import Order
from crm.sales.services.amending import amend_order
from crm.sales.services.confirming import cancel_orders, confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance import services as finance
from erp.inventory import services as inventory
from erp.inventory.models import Delivery, Demand
from erp.procurement import services as procurement
from erp.procurement.models import Requisition
from suite.core import invariants, modules
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk import navigation, workbench
from suite.masterdata.models import Product
from tests import make

D = Decimal
BACKEND = "suite.core.auth.CompanyBackend"


def off(company, *labels: str) -> None:
    for label in labels:
        modules.switch(label=label, on=False, actor=Actor.system(company))


def ordered(rep: Actor, product: Product, quantity: int, **line) -> Order:
    lines = [LineInput(product_id=product.pk, quantity=D(quantity), **line)]
    return create_order(party=make.customer(rep).party, lines=lines, actor=rep)


def all_is_well() -> bool:
    return all(finding.holds for finding in invariants.check())


def test_without_purchasing_the_sheet_of_an_order_offers_no_delivery_by_the_supplier(company, rep, client):
    client.force_login(rep.user, BACKEND)
    seen = [b"is_direct" in client.get("/crm/sales/orders/new/").content]
    off(company, "erp_procurement")

    seen.append(b"is_direct" in client.get("/crm/sales/orders/new/").content)

    assert seen == [True, False]


def test_without_purchasing_a_shortage_waits_for_goods_that_come_in_anyway(company, rep, warehouse):
    product = make.product(company, "PUMP", price=1130)
    make.stock(product, 3)
    off(company, "erp_procurement")
    order = ordered(rep, product, 10)

    confirm_orders(order_ids=[order.pk], actor=rep)

    assert not Requisition.objects.of(company.pk).exists()
    demand = Demand.objects.get(order_id=order.pk)
    assert (demand.reserved, demand.waiting) == (3, 7)
    assert not ports.fulfilment(order, rep).is_bought
    make.stock(product, 7)
    demand.refresh_from_db()
    assert demand.reserved == 10
    inventory.ship(list(Delivery.objects.filter(order_id=order.pk)), actor=warehouse)
    order.refresh_from_db()
    assert order.delivery == Order.Progress.DONE
    assert all_is_well()


def test_without_purchasing_orders_grow_and_are_cancelled_as_ever(company, rep):
    product = make.product(company, "PUMP", price=1130)
    off(company, "erp_procurement")
    order = ordered(rep, product, 2)
    confirm_orders(order_ids=[order.pk], actor=rep)
    line = order.lines.get()

    amend_order(order_id=order.pk, lines=[LineInput(id=line.pk, product_id=product.pk, quantity=D(5))], actor=rep)
    cancel_orders(order_ids=[order.pk], reason="changed their mind", actor=rep)

    assert not Requisition.objects.of(company.pk).exists()
    assert all_is_well()


def test_without_purchasing_no_supplier_delivers_to_a_customer(company, rep):
    product = make.product(company, "PUMP", price=1130)
    make.terms(make.supplier(company, "Pumps"), product, "10")
    off(company, "erp_procurement")
    order = ordered(rep, product, 1, is_direct=True)

    with pytest.raises(BusinessError) as told:
        confirm_orders(order_ids=[order.pk], actor=rep, all_or_nothing=True)

    (refusal,) = told.value.refusals
    assert (refusal.code, refusal.line, refusal.field) == ("purchasing_off", 0, "is_direct")
    assert "Purchasing is switched off" in str(refusal)


def test_the_page_of_an_order_says_that_nobody_buys(company, rep, client):
    product = make.product(company, "PUMP", price=1130)
    off(company, "erp_procurement")
    order = ordered(rep, product, 2)
    confirm_orders(order_ids=[order.pk], actor=rep)
    client.force_login(rep.user, BACKEND)

    text = client.get(f"/crm/sales/orders/{order.pk}/").text

    assert "2 wait for goods: purchasing is switched off" in text
    assert "/erp/procurement/" not in text


def test_switched_on_again_purchasing_asks_for_what_is_short_from_then_on(company, rep):
    product = make.product(company, "PUMP", price=1130)
    off(company, "erp_procurement")
    confirm_orders(order_ids=[ordered(rep, product, 2).pk], actor=rep)
    modules.switch(label="erp_procurement", on=True, actor=Actor.system(company))

    confirm_orders(order_ids=[ordered(rep, product, 3).pk], actor=rep)

    assert sum(row.lines.get().quantity for row in Requisition.objects.of(company.pk)) >= 3


def test_without_selling_goods_are_bought_and_received(company, buyer, warehouse):
    product = make.product(company, "PUMP")
    supplier = make.supplier(company, "Pumps")
    make.terms(supplier, product, "10")
    off(company, "crm_sales", "crm_customers")

    order = procurement.create_order(
        supplier=supplier, lines=[procurement.LineInput(product_id=product.pk, quantity=D(4))], actor=buyer
    )
    procurement.submit_orders(order_ids=[order.pk], actor=buyer)
    procurement.approve_orders(order_ids=[order.pk], actor=make.actor(company, "executive"))
    procurement.place_orders(order_ids=[order.pk], actor=buyer)
    procurement.receive(order_ids=[order.pk], actor=warehouse)

    assert inventory.availability([product.pk], company=company)[product.pk].free == 4
    assert all_is_well()


def test_with_everything_off_money_still_comes_in(company, house):
    party = make.party(company)
    off(company, *(module.label for module in modules.known()))

    (money,) = finance.receive([finance.MoneyInput(party_id=party.pk, amount=D(100))], actor=house)

    assert money.unapplied == 100
    assert all_is_well()


def test_without_customers_whoever_is_named_has_their_page_in_the_master_data(company, admin, client):
    party = make.party(company, "Harbour Trading")
    off(company, "crm_customers")
    client.force_login(admin.user, BACKEND)

    found = client.get("/desk/palette/?q=harbour").text

    assert f"/masterdata/parties/{party.pk}/" in found
    assert "/crm/" not in found
    assert client.get(f"/masterdata/parties/{party.pk}/").status_code == 200


def test_orders_of_before_go_on_when_selling_is_switched_off(company, rep, warehouse):
    product = make.product(company, "PUMP", price=1130)
    make.stock(product, 3)
    order = ordered(rep, product, 2)
    confirm_orders(order_ids=[order.pk], actor=rep)
    off(company, "crm_sales")

    inventory.ship(list(Delivery.objects.filter(order_id=order.pk)), actor=warehouse)

    order.refresh_from_db()
    assert order.delivery == Order.Progress.DONE
    assert not rep.may("crm_sales.view_order")
    assert all_is_well()


@pytest.mark.parametrize("label", [module.label for module in modules.known()])
def test_every_page_that_remains_in_the_menu_opens(label, company, admin, client):
    off(company, label)
    client.force_login(admin.user, BACKEND)
    admin = Actor(admin.user, company)

    pages = [entry.url for entry in navigation.pages(admin)]
    blocks = [f"/desk/workbench/{block.name}/" for block in workbench.blocks(admin)]
    wrong = [page for page in (*pages, *blocks) if client.get(page, follow=True).status_code != 200]

    assert wrong == []
