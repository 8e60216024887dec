from django.test import Client

from crm.sales.models import Promotion
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop, line

NEW = "/crm/sales/promotions/new/"


def sheet(lamp: Product, **more: str) -> dict[str, str]:
    return {
        "code": "AUT", "name": "秋季促销", "name_en": "Autumn sale", "kind": "percent", "currency_id": "CNY",
        "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "steps-0-min_quantity": "", "steps-0-value": "10",
        "scopes-TOTAL_FORMS": "1", "scopes-INITIAL_FORMS": "0", "scopes-0-product": str(lamp.pk), **more,
    }  # fmt: skip


def test_a_promotion_is_written_shown_held_and_told_at_the_lines(
    shop: Shop, lamp: Product, mei: Client, bo: Client
) -> None:
    Product.objects.filter(pk=lamp.pk).update(standard_cost=60, floor_price=80)
    assert mei.post(NEW, sheet(lamp)).status_code == 403
    refused = bo.post(NEW, sheet(lamp, **{"steps-0-value": "101"}))
    assert refused.status_code == 409
    assert b"between 0 and 100 percent" in refused.content
    assert bo.post(NEW, sheet(lamp)).status_code == 302

    row = Promotion.objects.get()
    assert row.scopes.get().product == lamp
    order = shop.order(line(lamp))
    for address in (f"/crm/sales/orders/{order.pk}/", f"/crm/sales/quotations/{shop.quotation(line(lamp)).pk}/"):
        assert "Autumn sale −10 %" in mei.get(address).content.decode()
        assert "margin 33.3" in bo.get(address).content.decode()  # (90 − 60) of 90
        assert "margin" not in mei.get(address).content.decode()
    page = f"/crm/sales/promotions/{row.pk}/"
    assert "−10" in mei.get(page).content.decode()
    assert bo.get(f"{page}edit/").status_code == mei.get(f"{page}history/").status_code == 200
    assert mei.post(f"{page}hold/").status_code == 403
    bo.post(f"{page}hold/", {"reason": "short"})
    row.refresh_from_db()
    assert row.status == "held"
    assert "Autumn sale" in mei.get("/crm/sales/promotions/?status=held").content.decode()


def test_while_one_types_the_promotion_and_for_managers_the_margin_are_told(
    shop: Shop, lamp: Product, mei: Client, bo: Client
) -> None:
    Product.objects.filter(pk=lamp.pk).update(standard_cost=60, floor_price=80)
    bo.post(NEW, sheet(lamp))
    typed = {
        "party": shop.customer.pk, "prices_include_tax": "on", "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0",
        "lines-0-product": lamp.pk, "lines-0-quantity": "2",
    }  # fmt: skip

    for_rep, for_manager = (each.post("/crm/sales/orders/reckon/", typed).content.decode() for each in (mei, bo))

    assert "Autumn sale −10 %" in for_rep
    assert "margin 33.3" not in for_rep
    assert "margin 33.3" in for_manager
    assert "floor" in for_manager
