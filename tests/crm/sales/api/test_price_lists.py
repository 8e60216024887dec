from rest_framework.test import APIClient

from suite.core.access import Actor
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.make import client

LISTS = "/api/v1/crm/sales/price-lists/"


def test_a_price_list_prices_the_next_order(shop: Shop, lamp: Product, bo: APIClient) -> None:
    answer = bo.post(
        LISTS,
        {
            "name": "夏季",
            "items": [{"product": lamp.pk, "price": "99"}, {"product": lamp.pk, "price": "90", "min_quantity": 10}],
        },
        format="json",
    )

    assert answer.status_code == 201, answer.data
    assert shop.order(line(lamp, "10")).gross == 900

    bo.patch(f"{LISTS}{answer.data['id']}/", {"items": [{"product": lamp.pk, "price": "80"}]}, format="json")
    assert shop.order(line(lamp, "10")).gross == 800

    bo.post(f"{LISTS}{answer.data['id']}/archive/", {}, format="json")
    assert shop.order(line(lamp, "10")).gross == 1130


def test_a_price_given_twice_is_refused_at_its_line(shop: Shop, lamp: Product, bo: APIClient) -> None:
    twice = [{"product": lamp.pk, "price": "99"}, {"product": lamp.pk, "price": "98"}]

    answer = bo.post(LISTS, {"name": "x", "items": twice}, format="json")

    assert (answer.status_code, answer.data["code"], answer.data["refusals"][0]["line"]) == (409, "price_twice", 1)


def test_contradicting_fields_are_answered_at_the_field(shop: Shop, lamp: Product, bo: APIClient) -> None:
    both = bo.post(LISTS, {"name": "x", "tier": "gold", "party": shop.customer.pk}, format="json")
    dates = bo.post(LISTS, {"name": "x", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}, format="json")

    assert (both.status_code, list(both.data)) == (400, ["tier"])
    assert (dates.status_code, list(dates.data)) == (400, ["valid_to"])


def test_reps_read_price_lists_and_do_not_write_them(shop: Shop, lamp: Product, mei: APIClient) -> None:
    shop.add_prices("everybody", (lamp, "0", "99"))

    assert len(mei.get(LISTS).data["results"]) == 1
    assert mei.post(LISTS, {"name": "mine"}, format="json").status_code == 403
    assert client(Shop("globex").manager).get(LISTS).data["results"] == []


def test_the_list_of_one_customer_is_read_by_those_who_see_the_customer(shop: Shop, lamp: Product) -> None:
    shop.add_prices("everybody", (lamp, "0", "99"))
    mine = shop.add_prices("for 华为", (lamp, "0", "90"), party=shop.customer)
    theirs = shop.add_prices("for 小米", (lamp, "0", "80"), party=shop.add_customer("小米", owner=shop.other_rep))

    def names(by: Actor) -> list[str]:
        return [row["name"] for row in client(by).get(LISTS).data["results"]]

    assert sorted(names(shop.rep)) == ["everybody", "for 华为"]
    assert sorted(names(shop.other_rep)) == ["everybody", "for 小米"]
    assert client(shop.rep).get(f"{LISTS}{mine.pk}/").status_code == 200
    assert client(shop.rep).get(f"{LISTS}{theirs.pk}/").status_code == 404
    assert client(shop.manager).get(f"{LISTS}{theirs.pk}/").status_code == 404, "Tom is of no team of hers"
    assert client(make.actor(shop.company, "executive")).get(f"{LISTS}{theirs.pk}/").status_code == 200
