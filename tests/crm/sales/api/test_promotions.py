from rest_framework.test import APIClient

from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop

PROMOTIONS = "/api/v1/crm/sales/promotions/"


def test_a_promotion_prices_the_next_order_until_it_is_held(
    shop: Shop, lamp: Product, bo: APIClient, mei: APIClient
) -> None:
    given = {
        "code": "AUT", "name": "秋季促销", "name_en": "Autumn sale", "steps": [{"value": "10"}],
        "scopes": [{"product": lamp.pk}, {"party": shop.customer.pk}],
    }  # fmt: skip
    made = bo.post(PROMOTIONS, given, format="json")
    assert made.status_code == 201, made.json()
    page = f"{PROMOTIONS}{made.json()['id']}/"

    def sold() -> dict[str, object]:
        order = {"party": shop.customer.pk, "lines": [{"product": lamp.pk, "quantity": "2"}]}
        return mei.post("/api/v1/crm/sales/orders/", order, format="json").json()["lines"][0]

    first = sold()
    assert (first["unit_price"], first["promotion"]) == ("101.700000", made.json()["id"])
    assert first["promoted"] == [["秋季促销", "Autumn sale", "10"]]
    assert bo.post(f"{page}hold/", {"reason": "short"}, format="json").json()["status"] == "held"
    assert sold()["promotion"] is None
    assert bo.patch(page, {"steps": [{"value": "20"}]}, format="json").status_code == 409
    assert bo.patch(page, {"priority": 2, "version": 9}, format="json").status_code == 409
    assert bo.patch(page, {"priority": 2}, format="json").json()["priority"] == 2
    assert bo.post(PROMOTIONS, given, format="json").status_code == 400


def test_reps_read_promotions_and_marketers_write_them(shop: Shop, mei: APIClient) -> None:
    given = {"code": "A", "name": "A", "steps": [{"value": "10"}]}

    assert mei.get(PROMOTIONS).status_code == 200
    assert mei.post(PROMOTIONS, given, format="json").status_code == 403
    assert make.actor(shop.company, "marketer", username="ma").may("crm_sales.add_promotion")
