"""Warehouse and purchasing in a real browser: nothing is cut off on a small screen, nothing lies under the bar."""

from decimal import Decimal

import pytest

from erp.procurement import services as procurement
from erp.procurement.services import Wish
from tests import browser as real
from tests import make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def admin():
    return make.actor(make.company("acme"), "administrator")


def test_the_lines_of_a_requisition_fit_a_laptop(chromium, live_server, admin):
    product = make.product(admin.company, name="Cut-resistant gloves with long cuffs", name_en="Cut-resistant gloves")
    make.terms(make.supplier(admin.company, "Nantong Anhu Safety Products Co., Ltd."), product, 17, pack=5, minimum=20)
    requisition = procurement.create_requisition(lines=[Wish(product.pk, Decimal(1300))], actor=admin)

    with real.page(chromium, live_server.url, admin.user) as page:
        page.goto(f"/erp/procurement/requisitions/{requisition.pk}/")
        wrap = page.locator(".list-wrap").first

        assert wrap.evaluate("box => box.scrollWidth <= box.clientWidth")
        assert page.locator("td.first").first.evaluate("cell => cell.clientWidth") >= 140


def test_the_foot_of_the_list_of_warehouses_stands_above_the_bar(chromium, live_server, admin):
    with real.page(chromium, live_server.url, admin.user, phone=True) as page:
        page.goto("/admin/erp_inventory/warehouse/")
        foot = page.locator("#page").evaluate("box => box.getBoundingClientRect().bottom")

        assert foot <= page.locator(".bottom").evaluate("bar => bar.getBoundingClientRect().top") + 1
