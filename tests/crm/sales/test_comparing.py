from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.sales.models import Quotation
from crm.sales.services.comparing import compare, versions_of
from crm.sales.services.quotations import change_quotation, revise_quotation, send_quotation
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.conftest import signed_in


def two_versions(shop: Shop, lamp: Product, cable: Product, plug: Product) -> tuple[Quotation, Quotation]:
    """Lamps cheaper, the cable taken out, a plug added, ten more lamps left as they are."""
    first = shop.quotation(line(lamp, "3", "100"), line(cable, "5", "10"), line(lamp, "10", "90"))
    send_quotation(quotation_id=first.pk, actor=shop.rep, by_mail=False)
    second = revise_quotation(quotation_id=first.pk, actor=shop.rep)
    change_quotation(
        quotation_id=second.pk, note="free delivery", actor=shop.rep,
        lines=[line(lamp, "10", "90"), line(lamp, "4", "95"), line(plug, "2", "7")],
    )  # fmt: skip
    return Quotation.objects.get(pk=first.pk), Quotation.objects.get(pk=second.pk)


def test_lines_are_matched_by_product_and_say_what_differs(shop: Shop, lamp: Product) -> None:
    cable, plug = shop.add_product("CABLE"), shop.add_product("PLUG")
    first, second = two_versions(shop, lamp, cable, plug)

    with CaptureQueriesContext(connection) as captured:
        found = compare(second, first)

    assert (found.before, found.after) == (first, second)
    told = [(pair.line.product.code, pair.state, sorted(pair.differs), pair.change) for pair in found.pairs]
    assert told == [
        ("LAMP", "same", [], 0),
        ("CABLE", "removed", [], Decimal(-50)),
        ("LAMP", "changed", ["quantity", "unit_price"], Decimal(80)),
        ("PLUG", "added", [], Decimal(14)),
    ]
    assert sum(pair.change for pair in found.pairs) == second.gross - first.gross
    assert {"note", "gross", "net", "tax_amount"} <= {term.name for term in found.terms if term.differs}
    assert len(captured) <= 3


def test_page_and_api_show_versions_side_by_side_to_who_sees_them(shop: Shop, lamp: Product) -> None:
    cable, plug = shop.add_product("CABLE"), shop.add_product("PLUG")
    first, second = two_versions(shop, lamp, cable, plug)
    mei: Client = signed_in(shop.rep)

    page = mei.get(f"/crm/sales/quotations/{second.pk}/compare/").content.decode()
    alone = mei.get(f"/crm/sales/quotations/{shop.quotation(line(lamp)).pk}/compare/").content.decode()
    api, tom = make.client(shop.rep), make.client(shop.other_rep)
    address = f"/api/v1/crm/sales/quotations/{first.pk}/compare/{second.pk}/"

    assert all(text in page for text in ("free delivery", "Taken out", "Added", str(second), "95"))
    assert "only this version" in alone
    assert (
        f"/crm/sales/quotations/{second.pk}/compare/" in mei.get(f"/crm/sales/quotations/{second.pk}/").content.decode()
    )
    answer = api.get(address)
    assert [row["state"] for row in answer.data["lines"]] == ["same", "removed", "changed", "added"]
    assert answer.data["lines"][2]["after"]["unit_price"] == "95.000000"
    assert api.get(address.replace(f"/{second.pk}/", "/0/")).status_code == 404
    assert tom.get(address).status_code == 404
    assert signed_in(shop.other_rep).get(f"/crm/sales/quotations/{second.pk}/compare/").status_code == 404
    assert versions_of(first, shop.rep) == [second, first]
