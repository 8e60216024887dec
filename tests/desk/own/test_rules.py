"""A field of the house that only some roles see, fill in, or must fill in: the same in every face of a record."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.customers.models import Customer
from crm.sales.models import Opportunity, Order
from crm.sales.services import opportunities
from crm.sales.services.orders import change_order
from erp.procurement.models import Supplier
from suite.core.errors import Stale
from suite.desk import search
from suite.desk.forms import ActorForm
from suite.desk.models import FieldRule
from suite.desk.own import kinds, rules, ruling
from suite.masterdata.models import Contact, Party, Product
from tests import make, sheets
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.sheets import typed
from tests.desk.own.make import CONTACT, CUSTOMER, ORDER, PRODUCT

PARTY, DEAL = "masterdata.party", "crm_sales.opportunity"
GRIDS = {f"{grid}-{name}": 0 for grid in ("contacts", "addresses") for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
BOSS = ["sales_manager"]


@pytest.fixture
def shop(db):
    return Shop()


def browse(actor):
    client = Client(headers={"accept-language": "en"})
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


@pytest.fixture
def mei(shop):
    return browse(shop.rep)


@pytest.fixture
def bo(shop):
    return browse(shop.manager)


def text(answer):
    return answer.content.decode()


def rule(shop, kind, field, **values):
    return ruling.rule(actor=shop.system, kind=kind, field=field, **values)


# Making rules


def test_what_no_record_can_be_without_is_never_hidden(shop):
    for kind in kinds():
        for field in rules.fields_of(kind.model):
            if rules.is_needed(field):
                with pytest.raises(ValidationError, match="cannot be hidden") as error:
                    rule(shop, kind.name, field.name, seen_by=BOSS)
                assert set(error.value.message_dict) == {"seen_by"}
            else:
                assert rule(shop, kind.name, field.name, seen_by=BOSS)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"seen_by": ["nobody"]}, "seen_by"),
        ({"required": True, "required_of": ["nobody"]}, "required_of"),
        ({"field": "gross", "seen_by": BOSS}, "field"),
        ({"field": "company", "seen_by": BOSS}, "field"),
        ({"kind": "core.user", "seen_by": BOSS}, "kind"),
        ({"field": "prices_include_tax", "required": True}, "required"),
    ],
)
def test_nonsense_is_refused_where_it_stands(shop, given, where):
    with pytest.raises(ValidationError) as error:
        ruling.rule(actor=shop.system, **{"kind": ORDER, "field": "note", **given})

    assert set(error.value.message_dict) == {where}


def test_a_rule_that_says_nothing_goes(shop):
    rule(shop, ORDER, "note", seen_by=BOSS, required_of=BOSS)
    assert FieldRule.objects.get().required_of == []
    with pytest.raises(Stale):
        rule(shop, ORDER, "note", seen_by=BOSS, version=7)

    assert rule(shop, ORDER, "note") is None
    assert not FieldRule.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_administrator_rules_on_the_page_of_the_layout(shop, language):
    admin = make.actor(shop.company, "administrator", language=language)
    client = Client(headers={"accept-language": language})
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    layout, address = reverse("desk:own_layout", args=[ORDER]), reverse("desk:field_rule", args=[ORDER, "note"])

    assert address in text(client.get(layout))
    saved = client.post(address, {"seen_by": BOSS, "required": "on", "version": 0})
    assert saved.url == layout
    said = text(client.get(layout))
    assert ("seen by Sales manager · required" if language == "en" else "仅") in said
    assert "checked" in text(client.get(address))
    party = reverse("desk:field_rule", args=[ORDER, "party"])
    assert ("cannot be hidden" if language == "en" else "不能隐藏") in text(client.get(party))
    assert client.post(party, {"seen_by": BOSS, "changed_by": BOSS, "version": 0}).status_code == 302
    assert FieldRule.objects.get(field="party").seen_by == []
    assert client.get(reverse("desk:field_rule", args=[ORDER, "gross"])).status_code == 404
    assert browse(shop.rep).get(address).status_code == 403


def test_the_api_lists_sets_and_deletes_rules_for_administrators(shop):
    address = "/api/v1/desk/field-rules/"
    client = make.client(make.actor(shop.company, "administrator"))

    made = client.post(address, {"kind": ORDER, "field": "note", "seen_by": BOSS}, format="json")
    again = client.post(address, {"kind": ORDER, "field": "note", "changed_by": BOSS}, format="json")

    assert (made.status_code, again.status_code) == (201, 200)
    (row,) = client.get(address, {"kind": ORDER}).json()["results"]
    assert (row["seen_by"], row["changed_by"], row["version"]) == ([], BOSS, 2)
    assert client.post(address, {"kind": ORDER, "field": "note"}, format="json").status_code == 400
    wrong = client.post(address, {"kind": ORDER, "field": "date", "seen_by": BOSS}, format="json")
    assert set(wrong.json()) == {"seen_by"}
    assert client.delete(f"{address}{row['id']}/").status_code == 204
    assert make.client(shop.rep).get(address).status_code == 403


# Hidden


def test_a_hidden_field_is_nowhere_for_a_role_that_may_not_see_it(shop, mei, bo):
    order = shop.order(line(shop.add_product("P1")), customer_reference="zebra-7")
    rule(shop, ORDER, "customer_reference", seen_by=BOSS)
    rule(shop, ORDER, "requested_date", seen_by=BOSS)
    page, edit, listed = (
        reverse("sales:order", args=[order.pk]), reverse("sales:order_edit", args=[order.pk]), reverse("sales:orders")
    )  # fmt: skip
    wide = f"{listed}?cols=customer_reference,requested_date"
    client = make.client(shop.rep)

    for where in (page, edit):
        assert "zebra-7" in text(bo.get(where)), where
        assert "zebra-7" not in text(mei.get(where)), where
    assert "customer_reference" not in text(mei.get(edit))
    for where in (wide, f"{listed}?sort=requested_date"):
        assert "Requested date" in text(bo.get(where))
        assert "Requested date" not in text(mei.get(where))
    export = b"".join(mei.get(wide, {"export": "csv", "cols": "requested_date"}).streaming_content).decode()
    assert "Requested date" not in export
    answer = client.get(f"/api/v1/crm/sales/orders/{order.pk}/").json()
    assert answer.keys() & {"customer_reference", "requested_date"} == set()
    assert answer["note"] == ""
    assert make.client(shop.manager).get(f"/api/v1/crm/sales/orders/{order.pk}/").json()["customer_reference"]
    refused = client.patch(f"/api/v1/crm/sales/orders/{order.pk}/", {"customer_reference": "x"}, format="json")
    assert (refused.status_code, set(refused.json())) == (400, {"customer_reference"})
    history = reverse("desk:history", args=[ORDER, order.pk])
    change_order(order_id=order.pk, actor=shop.manager, customer_reference="zebra-8")
    assert "zebra-8" in text(bo.get(history))
    assert "zebra-8" not in text(mei.get(history))


def test_a_save_by_one_who_does_not_see_a_field_leaves_it_as_it_is(shop, mei):
    product = shop.add_product("P1")
    order = shop.order(line(product), customer_reference="zebra", note="old")
    rule(shop, ORDER, "customer_reference", seen_by=BOSS)
    rule(shop, ORDER, "contact", seen_by=BOSS)
    given = typed(
        {"id": order.lines.get().pk, "product": product.pk, "quantity": 2}, party=shop.customer.pk, note="new",
        version=order.version, customer_reference="forged",
    )  # fmt: skip

    assert mei.post(reverse("sales:order_edit", args=[order.pk]), given).status_code == 302

    order.refresh_from_db()
    assert (order.note, order.customer_reference) == ("new", "zebra")


def test_api_filters_and_orderings_by_a_hidden_field_are_none(shop):
    rule(shop, CUSTOMER, "grade", seen_by=BOSS)
    client, address = make.client(shop.rep), "/api/v1/crm/customers/customers/"

    assert client.get(address, {"grade": "A"}).status_code == 400
    assert make.client(shop.manager).get(address, {"grade": "A"}).status_code == 200


def test_a_profile_goes_by_the_rules_of_the_party_it_is_on(shop, mei, bo):
    made = make.customer(shop.rep, "红星", phone="13800138000", next_step="zebra call")
    rule(shop, PARTY, "phone", seen_by=BOSS)
    rule(shop, CUSTOMER, "next_step", seen_by=BOSS)
    page, edit = reverse("customers:customer", args=[made.pk]), reverse("customers:edit", args=[made.pk])
    listed = reverse("customers:customers") + "?cols=phone,next_step"

    for where in (page, edit, listed):
        assert "zebra call" not in text(mei.get(where)), where
        assert "8000" not in text(mei.get(where)), where
        assert "8000" in text(bo.get(where)), where
    answer = make.client(shop.rep).get(f"/api/v1/crm/customers/customers/{made.pk}/").json()
    assert "8000" not in str(answer)
    assert "zebra" not in str(answer)
    hits = search.find(shop.rep, "红星")
    assert [hit.title for hit in hits] == ["红星"]
    assert "8000" not in hits[0].subtitle
    given = {"name": "红星", "kind": "organisation", "owner": shop.rep.user_id, "version": made.version, **GRIDS}
    edited = mei.post(edit, given)
    assert edited.status_code == 302
    made.refresh_from_db()
    assert (made.party.phone, made.next_step) == ("13800138000", "zebra call")
    asked = mei.post(reverse("customers:next_step", args=[made.pk]), {"next_step": "forged"})
    assert asked.status_code == 302
    made.refresh_from_db()
    assert made.next_step == "zebra call"


def test_words_of_a_hidden_field_do_not_find_its_record(shop):
    rule(shop, CONTACT, "phone", seen_by=BOSS)
    made = make.customer(shop.rep, "红星", contacts=[{"name": "李雷", "phone": "13912345678"}])

    assert Contact.objects.get(party=made.party).phone
    assert search.find(shop.rep, "李雷")
    assert not search.find(shop.rep, "13912345678")


def test_every_page_of_a_record_keeps_a_hidden_note(shop, mei, bo):
    """The note stands in facts, leads and forms; wherever a kind has one it must be gone."""
    product = shop.add_product("P1", note="zebra stripes")
    order = shop.order(line(product), note="zebra stripes")
    quotation = shop.quotation(line(product), note="zebra stripes")
    deal = make_deal(shop, note="zebra stripes")
    pages = {
        PRODUCT: reverse("masterdata:product", args=[product.pk]),
        ORDER: reverse("sales:order", args=[order.pk]),
        "crm_sales.quotation": reverse("sales:quotation", args=[quotation.pk]),
        DEAL: reverse("sales:opportunity", args=[deal.pk]),
    }
    for page in pages.values():
        assert "zebra stripes" in text(mei.get(page)), page

    for kind in pages:
        rule(shop, kind, "note", seen_by=BOSS)

    for page in pages.values():
        assert "zebra stripes" not in text(mei.get(page)), page
        assert "zebra stripes" in text(bo.get(page)), page


def make_deal(shop, **values):
    return opportunities.create_opportunity(name="大单", party_id=shop.customer.pk, actor=shop.rep, **values)


# Only read, and required


def test_a_read_only_field_is_shown_and_whatever_is_sent_for_it_is_left_out(shop, mei, bo):
    deal = make_deal(shop, amount=500)
    rule(shop, DEAL, "amount", changed_by=BOSS)
    edit, client = reverse("sales:opportunity_edit", args=[deal.pk]), make.client(shop.rep)
    given = {
        "name": "大单", "party": shop.customer.pk, "amount": "7", "forecast": "pipeline", "version": deal.version,
        "owner": shop.rep.user_id,
        "products-TOTAL_FORMS": 0, "products-INITIAL_FORMS": 0,
    }  # fmt: skip

    assert "500" in text(mei.get(edit))
    assert mei.post(edit, given).status_code == 302
    deal.refresh_from_db()
    assert deal.amount == 500
    refused = client.patch(f"/api/v1/crm/sales/opportunities/{deal.pk}/", {"amount": "7"}, format="json")
    assert refused.json() == {"amount": ["This field cannot be set"]}
    assert client.get(f"/api/v1/crm/sales/opportunities/{deal.pk}/").json()["amount"] == "500.00"
    column = {"edit": "amount", "pk": deal.pk}
    assert mei.get(reverse("sales:opportunities"), column).status_code == 404
    assert bo.post(edit, {**given, "version": deal.version}).status_code == 302
    deal.refresh_from_db()
    assert deal.amount == 7


def test_what_no_record_can_be_without_is_filled_in_once_and_only_read_then(shop, mei):
    rule(shop, DEAL, "name", changed_by=BOSS)
    client, address = make.client(shop.rep), "/api/v1/crm/sales/opportunities/"

    made = client.post(address, {"name": "大单", "party": shop.customer.pk}, format="json")

    assert made.status_code == 201, made.json()
    assert set(client.patch(f"{address}{made.json()['id']}/", {"name": "x"}, format="json").json()) == {"name"}


def test_a_required_field_is_asked_for_by_form_api_and_sheet(shop, mei):
    rule(shop, CUSTOMER, "source", required=True)
    rule(shop, PARTY, "industry", required=True, required_of=BOSS)
    given = {"name": "新客户", "kind": "organisation", **GRIDS}
    client, address = make.client(shop.rep), "/api/v1/crm/customers/customers/"

    page = mei.post(reverse("customers:new"), given)
    assert "This field is required." in text(page)
    assert text(page).count("This field is required.") <= 2  # at the field and on top, not for the other role's
    assert client.post(address, {"name": "新客户"}, format="json").json() == {"source": ["This field is required."]}
    assert not Customer.objects.filter(party__name="新客户").exists()
    boss = make.client(shop.manager).post(address, {"name": "新客户", "source": "fair"}, format="json")
    assert boss.json() == {"industry": ["This field is required."]}
    with pytest.raises(ValidationError, match="Source"):
        sheets.load(shop.rep, "customers", [{"name": "甲"}])
    rows = [{"name": "甲", "source": "fair"}, {"name": "乙", "source": ""}]
    job = sheets.load(shop.rep, "customers", rows)
    assert (job.result["made"], job.result["refusals"]) == (1, ["Line 3: Source is missing"])
    saved = client.post(address, {"name": "新客户", "source": "fair"}, format="json")
    assert saved.status_code == 201
    emptied = client.patch(f"{address}{saved.json()['id']}/", {"source": ""}, format="json")
    assert emptied.json() == {"source": ["This field is required."]}
    assert Customer.objects.get(pk=saved.json()["id"]).source == "fair"


def test_a_cell_cannot_be_emptied_that_must_be_filled(shop, mei):
    deal = make_deal(shop, next_step="call")
    rule(shop, DEAL, "next_step", required=True)
    address = reverse("sales:opportunities") + "?edit=next_step"

    refused = mei.post(address, {"edit": "next_step", "pk": deal.pk, "value": ""})

    deal.refresh_from_db()
    assert (refused.status_code, deal.next_step) == (400, "call")


def test_sheets_do_not_offer_what_may_not_be_filled_in(shop):
    rule(shop, CUSTOMER, "source", changed_by=BOSS)
    rule(shop, PARTY, "phone", seen_by=BOSS)

    job = sheets.load(shop.rep, "customers", [{"name": "甲", "source": "fair", "phone": "13800138000"}])

    made = Customer.objects.get(party__name="甲")
    assert job.result["made"] == 1
    assert (made.source, made.party.phone) == ("", "")


def test_the_admin_pages_keep_the_rules(shop):
    product = shop.add_product("P1", note="zebra", standard_cost="7.77")
    keeper = make.actor(shop.company, "buyer", "accountant")
    rule(shop, PRODUCT, "note", seen_by=BOSS)
    rule(shop, PRODUCT, "barcode", changed_by=BOSS)
    rule(shop, PRODUCT, "category", required=True)
    client, address = browse(keeper), reverse("admin:masterdata_product_change", args=[product.pk])

    page = text(client.get(address))

    assert "zebra" not in page
    assert 'name="note"' not in page
    given = {
        "name": "Renamed", "code": "P1", "kind": product.kind, "unit": product.unit_id, "tax": product.tax_id,
        "sale_price": "5", "floor_price": "0", "standard_cost": "0", "costing": product.costing,
        "shortage": product.shortage, "barcode": "forged", "units-TOTAL_FORMS": 0, "units-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert "This field is required" in text(client.post(address, given))
    saved = client.post(address, {**given, "category": "wheels"})
    assert saved.status_code == 302
    product.refresh_from_db()
    assert (product.name, product.note, product.barcode, product.category) == ("Renamed", "zebra", "", "wheels")


# What it costs, and who is meant


def test_the_house_and_a_superuser_see_and_owe_nothing(shop):
    rule(shop, ORDER, "note", seen_by=BOSS, required=True)

    assert rules.hidden(Order, shop.system) == set()
    assert rules.demanded(Order, shop.system) == set()
    assert rules.hidden(Order, shop.rep) == {"note"}
    assert rules.demanded(Order, shop.rep) == set()  # nobody is asked for what they do not see
    assert rules.demanded(Order, shop.manager) == {"note"}
    assert rules.hides(Opportunity, "party__phone", shop.rep) is False
    rule(shop, PARTY, "phone", seen_by=BOSS)
    assert rules.hides(Opportunity, "party__phone", shop.rep) is True
    assert rules.hides(Party, "phone", shop.manager) is False
    rule(shop, PARTY, "note", seen_by=BOSS)
    assert "note" not in rules.hidden(Supplier, shop.rep)  # a supplier has a note of its own
    assert "phone" in rules.hidden(Supplier, shop.rep)


def test_a_list_costs_as_many_statements_with_rules_as_without(shop, mei):
    shop.order(line(shop.add_product("P1")))
    address = reverse("sales:orders")

    def statements():
        mei.get(address)
        with CaptureQueriesContext(connection) as seen:
            mei.get(address)
        return len(seen)

    without = statements()
    rule(shop, ORDER, "note", seen_by=BOSS)
    rule(shop, PARTY, "phone", seen_by=BOSS)

    assert statements() == without


def test_every_form_of_a_kind_is_told_what_the_record_holds(shop):
    """A shut field keeps what the form shows of the record, sent or not."""
    rule(shop, ORDER, "note", changed_by=BOSS)
    order = shop.order(line(shop.add_product("P1")), note="kept")

    class Plain(ActorForm):
        model = Order

    form = Plain({}, actor=shop.rep, record=order)
    assert form.is_valid()
    assert Product.objects.exists()
