"""One field, every face: form, page, list, sheet, API, search; the same for a customer and an order."""

import base64
import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.customers.models import Customer
from crm.customers.services import customers
from crm.customers.services.customers import CustomerDraft
from crm.sales.models import Order
from crm.sales.services.orders import OrderDraft, create_orders
from suite.core import cached
from suite.desk.models import Attachment, OwnField
from suite.desk.own import book, definitions, values
from suite.masterdata.models import Contact, Product
from suite.masterdata.services import contacts
from suite.masterdata.services.parties import PartyDraft
from tests import make, sheets
from tests.crm.sales.shop import Shop, line
from tests.crm.sales.views.sheets import typed
from tests.desk.own.make import CONTACT, CUSTOMER, ORDER, PRODUCT, field

GRIDS = {f"{grid}-{name}": 0 for grid in ("contacts", "addresses") for name in ("TOTAL_FORMS", "INITIAL_FORMS")}


@pytest.fixture
def shop(db):
    return Shop()


@pytest.fixture
def mei(shop):
    return browse(shop.rep)


def browse(actor):
    client = Client(headers={"accept-language": "en"})
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def text(answer):
    return answer.content.decode()


@pytest.fixture(params=[CUSTOMER, CONTACT, ORDER])
def kind(request, shop):
    """All kinds go the same way: the kind, a list, the API, and something that makes a record of it."""
    product = shop.add_product("P1")

    def customer(**given):
        return make.customer(shop.rep, **given)

    def contact():
        return contacts.create_contact(party=shop.customer, name="李雷", actor=shop.rep)

    def order():
        return shop.order(line(product))

    return {
        CUSTOMER: (CUSTOMER, reverse("customers:customers"), "/api/v1/crm/customers/customers/", customer),
        CONTACT: (CONTACT, reverse("masterdata:contacts"), "/api/v1/masterdata/contacts/", contact),
        ORDER: (ORDER, reverse("sales:orders"), "/api/v1/crm/sales/orders/", order),
    }[request.param]


def body(shop, kind, **own):
    """What makes a record of a kind."""
    if kind == CUSTOMER:
        return {"name": "新客户", "own": own}
    if kind == CONTACT:
        return {"name": "韩梅梅", "party": shop.customer.pk, "own": own}
    product = Product.objects.get(code="P1").pk
    return {"party": shop.customer.pk, "lines": [{"product": product, "quantity": "1"}], "own": own}


def with_values(shop, make_row, *given):
    rows = []
    for each in given:
        rows.append(make_row())
        values.write(actor=shop.system, values={rows[-1]: each})
    return rows


# Lists


def test_a_list_shows_filters_and_sorts_by_it(shop, mei, kind):
    name, address, _api, make_row = kind
    field(shop.company, name, "number", key="size", name_en="Wheel size")
    field(shop.company, name, "choice", key="grade_of")
    with_values(shop, make_row, {"size": 30, "grade_of": "large"}, {"size": 4.5, "grade_of": "small"}, {})

    page = text(mei.get(address))
    assert "Wheel size" in page
    assert "4.5" in page
    assert page.count('name="own.size_min"') == 1
    up = text(mei.get(address, {"sort": "own.size"}))
    assert up.index(">4.5<") < up.index(">30<")
    few = text(mei.get(address, {"own.size_min": "10", "own.grade_of": "large"}))
    assert ">30<" in few
    assert ">4.5<" not in few
    assert ">30<" not in text(mei.get(address, {"own.size_empty": "yes"}))


@pytest.mark.parametrize("sign", ["", "-"])
def test_sorting_goes_on_over_the_pages_and_ends_with_what_is_blank(shop, mei, kind, sign):
    name, address, api, make_row = kind
    field(shop.company, name, "number", key="size")
    sizes = ["0.5", "1", "2.5", "10"][:: -1 if sign else 1]
    with_values(shop, make_row, {}, *({"size": size} for size in (2.5, 10, 1, 0.5)), {}, {})
    client, pages, page = make.client(shop.rep), [], f"{api}?ordering={sign}own.size&page_size=2"

    while page:
        pages.append(client.get(page).json())
        page = pages[-1]["next"]

    seen = [[row["own"].get("size") for row in each["results"]] for each in pages]
    flat = [size for each in seen for size in each]
    assert flat == [*sizes, *[None] * (len(flat) - 4)]
    assert len(flat) == len(type_rows(name))
    back, page = [], pages[-1]["previous"]
    while page:
        answer = client.get(page).json()
        back.append([row["own"].get("size") for row in answer["results"]])
        page = answer["previous"]
    assert back[::-1] == seen[:-1]
    shown = text(mei.get(address, {"sort": f"{sign}own.size"}))
    assert [shown.index(f">{size}<") for size in sizes] == sorted(shown.index(f">{size}<") for size in sizes)
    exported = b"".join(
        mei.get(address, {"sort": f"{sign}own.size", "export": "csv", "cols": "own.size"}).streaming_content
    )
    assert [size for line in exported.decode().splitlines() for size in sizes if line.endswith(f",{size}")] == sizes


@pytest.mark.parametrize("type", ["text", "number", "money", "date", "bool", "choice", "choices", "product"])
def test_every_type_filters(shop, kind, type):
    name, _address, api, make_row = kind
    row = field(shop.company, name, type, key="of_mine")
    product = shop.add_product("P9").pk
    value, query = {
        "text": ("Abc 12", {"own.of_mine": "aBc"}),
        "number": (5, {"own.of_mine_min": "4.9", "own.of_mine_max": "5"}),
        "money": ("5.50", {"own.of_mine": "5.5"}),
        "date": ("2026-02-01", {"own.of_mine_min": "2026-01-31"}),
        "bool": (True, {"own.of_mine": "yes"}),
        "choice": ("small", {"own.of_mine": "small,large"}),
        "choices": (["small", "large"], {"own.of_mine": "large"}),
        "product": (product, {"own.of_mine": product}),
    }[type]
    (mine,) = with_values(shop, make_row, {row.key: value})
    make_row()
    client = make.client(shop.rep)

    assert [each["id"] for each in client.get(api, query).json()["results"]] == [mine.pk]
    without = client.get(api, {"own.of_mine_empty": "yes"}).json()["results"]
    assert mine.pk not in [each["id"] for each in without]
    assert without


def test_a_field_without_an_index_is_not_sorted_by_and_the_administrator_reads_why(shop, mei, kind):
    name, address, api, _make_row = kind
    row = field(shop.company, name, "number", key="size", name_en="Wheel size")
    OwnField.objects.filter(pk=row.pk).update(index=OwnField.Index.FULL)
    cached.forget(shop.company.pk)

    assert "sort=own.size" not in text(mei.get(address))
    assert "own.size_min" not in text(mei.get(address))
    assert 'name="own.size"' in text(mei.get(address))  # whether there is anything
    assert make.client(shop.rep).get(api, {"ordering": "own.size"}).status_code == 400
    told = text(browse(make.actor(shop.company, "administrator")).get("/desk/own-fields/"))
    assert "No: the kind has as many indexes as it may have" in told


def test_statements_are_as_many_with_own_fields_as_without_and_for_any_number_of_rows(shop, mei, kind):
    name, address, _api, _make_row = kind
    types = ("text", "number", "money", "date", "bool", "choice", "choices")
    given = {"a_text": "x", "a_number": 1, "a_choice": "small"}

    def more(number):
        if name == CUSTOMER:
            customers.create_customers(drafts=[CustomerDraft(PartyDraft({"name": "甲"}))] * number, actor=shop.rep)
        elif name == CONTACT:
            people = [{"name": f"张{place}"} for place in range(number)]
            customers.create_customer(name="甲", contacts=people, allow_duplicate=True, actor=shop.rep)
        else:
            draft = OrderDraft(party_id=shop.customer.pk, lines=[line(Product.objects.get(code="P1"))])
            create_orders([draft] * number, actor=shop.rep)

    more(10)
    few = statements(mei, address)
    for type in types:
        field(shop.company, name, type)
    values.write(actor=shop.system, values=dict.fromkeys(type_rows(name), given))
    assert statements(mei, address) == few <= 12
    more(990)
    values.write(actor=shop.system, values=dict.fromkeys(type_rows(name), given))
    many = [statements(mei, f"{address}?{query}") for query in ("", "sort=own.a_number", "own.a_choice=small")]
    definitions.archive(actor=shop.system, pks=OwnField.objects.values_list("pk", flat=True))

    assert many == [statements(mei, address)] * 3
    assert max(many) <= 12


def type_rows(name):
    return list({CUSTOMER: Customer, CONTACT: Contact, ORDER: Order}[name].objects.all())


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_an_export_holds_real_figures(shop, mei, kind):
    name, address, _api, make_row = kind
    field(shop.company, name, "money", key="size", name_en="Wheel size")
    field(shop.company, name, "choices", key="sorts", name_en="=SUM(A1)")
    with_values(shop, make_row, {"size": "1234.5", "sorts": ["small", "large"]})

    answer = mei.get(address, {"export": "csv"})
    head, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))

    mine = next(row for row in rows if row[head.index("Wheel size")])
    assert Decimal(mine[head.index("Wheel size")]) == Decimal("1234.5")
    assert mine[head.index("'=SUM(A1)")] == "Small, Large"


# The API


def test_the_api_writes_and_reads_it_with_errors_at_its_name(shop, kind):
    name, _address, api, _make_row = kind
    field(shop.company, name, "number", key="size", required=True)
    field(shop.company, name, "text", key="plate")
    client = make.client(shop.rep)

    assert client.post(api, body(shop, name, plate="A"), format="json").json() == {
        "own.size": ["This field is required."]
    }
    wrong = client.post(api, body(shop, name, size="many", wheels=4, plate="a\x00"), format="json")
    assert wrong.status_code == 400
    assert set(wrong.json()) == {"own.size", "own.wheels", "own.plate"}
    made = client.post(api, body(shop, name, size="4.50", plate="A"), format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["own"] == {"size": "4.5", "plate": "A"}
    address = f"{api}{made.json()['id']}/"
    changed = client.patch(address, {"own": {"plate": None}}, format="json")
    assert changed.json()["own"] == {"size": "4.5"}
    assert client.patch(address, {"own": {"size": None}}, format="json").status_code == 400
    assert client.patch(address, {"own": ["size"]}, format="json").status_code == 400
    assert client.get(address).json()["own"] == {"size": "4.5"}
    assert client.get(api, {"own.nothing": "1"}).status_code == 400
    assert set(client.get(api, {"own.size_min": "many"}).json()) == {"own.size_min"}


def test_nothing_of_a_refused_record_is_written(shop, kind):
    name, _address, api, _make_row = kind
    field(shop.company, name, "number", key="size")
    before = len(type_rows(name))

    assert make.client(shop.rep).post(api, body(shop, name, size="x"), format="json").status_code == 400

    assert len(type_rows(name)) == before


def test_the_description_of_the_api_names_the_fields_of_the_company_to_who_is_known(shop, kind):
    name, _address, api, _make_row = kind
    field(shop.company, name, "number", key="size")
    field(shop.company, name, "choice", key="grade_of")
    field(shop.company, name, key="secret", seen_by=["sales_manager"])

    schema = browse(shop.rep).get("/api/schema/?format=json").json()
    names = {each["name"] for each in schema["paths"][api]["get"]["parameters"]}
    assert {"own.size", "own.size_min", "own.size_max", "own.grade_of", "own.grade_of_not"} <= names
    assert not any("secret" in each for each in names)
    ordering = next(each for each in schema["paths"][api]["get"]["parameters"] if each["name"] == "ordering")
    assert "-own.size" in ordering["schema"]["enum"]
    answers = schema["paths"][api]["post"]["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
    own = schema["components"]["schemas"][answers.rpartition("/")[2]]["properties"]["own"]
    assert set(own["properties"]) == {"size", "grade_of"}
    assert own["properties"]["grade_of"]["enum"] == ["small", "large"]
    assert '"grade_of"' in str(schema["paths"][api]["post"]["requestBody"]).replace("'", '"')
    stranger = Client().get("/api/schema/?format=json").json()
    assert "grade_of" not in str(stranger)


# Rights


def test_a_hidden_field_is_nowhere_for_a_role_that_may_not_see_it(shop, mei, kind):
    name, address, api, make_row = kind
    field(shop.company, name, key="secret", name_en="Secret thing", seen_by=["sales_manager"])
    (row,) = with_values(shop, make_row, {"secret": "zebra"})
    bo, client = browse(shop.manager), make.client(shop.rep)
    page, edit = (
        reverse(each, args=[row.pk])
        for each in {
            CUSTOMER: ("customers:customer", "customers:edit"),
            CONTACT: ("masterdata:contact", "masterdata:contact_edit"),
            ORDER: ("sales:order", "sales:order_edit"),
        }[name]
    )

    for where in (address, page, edit):
        assert "Secret thing" in text(bo.get(where)), where
        assert "Secret thing" not in text(mei.get(where)), where
    assert "zebra" in b"".join(bo.get(address, {"export": "csv"}).streaming_content).decode()
    assert "zebra" not in b"".join(mei.get(address, {"export": "csv"}).streaming_content).decode()
    assert client.get(f"{api}{row.pk}/").json()["own"] == {}
    assert make.client(shop.manager).get(f"{api}{row.pk}/").json()["own"] == {"secret": "zebra"}
    assert client.get(api, {"own.secret": "zebra"}).status_code == 400
    assert client.get(api, {"ordering": "own.secret"}).status_code == 400
    assert client.patch(f"{api}{row.pk}/", {"own": {"secret": "x"}}, format="json").status_code == 400
    assert "zebra" not in text(mei.get(reverse("desk:history", args=[name, row.pk])))
    assert "zebra" in text(bo.get(reverse("desk:history", args=[name, row.pk])))
    assert client.get("/api/v1/desk/own-fields/").json()["results"] == []


def test_the_file_of_a_hidden_field_is_hidden_too(shop, mei):
    field(shop.company, CUSTOMER, "file", key="secret", seen_by=["sales_manager"])
    made = make.customer(shop.rep)
    values.write(actor=shop.manager, values={made: {"secret": SimpleUploadedFile("zebra.pdf", b"%PDF-1.7")}})
    files, bo = reverse("desk:attachments", args=[CUSTOMER, made.pk]), browse(shop.manager)
    address = reverse("desk:attachment", args=[Attachment.objects.get().pk])

    assert "zebra.pdf" in text(bo.get(files))
    assert bo.get(address).status_code == 200
    assert "zebra.pdf" not in text(mei.get(files))
    assert mei.get(address).status_code == 404


def test_a_file_comes_by_the_api_with_its_record(shop, kind):
    name, _address, api, _make_row = kind
    field(shop.company, name, "file", key="paper", required=True)
    client = make.client(shop.rep)
    paper = {"name": "offer.pdf", "content": base64.b64encode(b"%PDF-1.7 paper").decode()}

    made = client.post(api, body(shop, name, paper=paper), format="json").json()
    again = client.patch(f"{api}{made['id']}/", {"own": {"paper": made["own"]["paper"]}}, format="json")
    wrong = [
        client.patch(f"{api}{made['id']}/", {"own": {"paper": each}}, format="json")
        for each in (paper | {"content": "%"}, paper | {"name": "a.html"}, {"name": "offer.pdf"}, 999_999)
    ]

    kept = Attachment.objects.get()
    assert (made["own"]["paper"], kept.name, kept.file.read()) == (kept.pk, "offer.pdf", b"%PDF-1.7 paper")
    assert again.status_code == 200
    assert [answer.status_code for answer in wrong] == [400] * 4
    assert all("own.paper" in answer.json() for answer in wrong)


def test_the_trail_of_the_api_tells_nothing_of_a_hidden_field(shop):
    field(shop.company, CUSTOMER, key="secret", seen_by=["sales_manager"])
    made = make.customer(shop.rep)
    values.write(actor=shop.manager, values={made: {"secret": "zebra"}})
    auditor = make.client(make.actor(shop.company, "administrator"))

    rows = auditor.get("/api/v1/core/audit-rows/", {"kind": CUSTOMER, "object_id": made.pk}).json()["results"]

    assert rows
    assert "zebra" not in str(rows)


# Forms


def customer_form(version="", **own):
    return {
        "name": "新客户", "kind": "organisation", "version": version, **GRIDS,
        **{f"own.{key}": value for key, value in own.items()},
    }  # fmt: skip


def test_a_customer_is_entered_with_own_fields_of_every_type(shop, mei):
    for type in OwnField.Type.values:
        field(shop.company, CUSTOMER, type)
    product = shop.add_product("P9")

    page = text(mei.get(reverse("customers:new")))
    assert all(f'name="own.a_{type}"' in page for type in OwnField.Type.values if type != "party")
    answer = mei.post(
        reverse("customers:new"),
        customer_form(
            a_text="x", a_long="a\nb", a_number="１.5", a_money="2", a_date="2026-11-22", a_bool="false",
            a_choice="small", a_choices=["small", "large"], a_party=shop.customer.pk, a_product=product.pk,
            a_file=SimpleUploadedFile("offer.pdf", b"%PDF-1.7"),
        ),
    )  # fmt: skip

    assert answer.status_code == 302, text(answer)
    made = Customer.objects.get(party__name="新客户")
    assert made.own == {
        "a_text": "x", "a_long": "a\nb", "a_number": 1.5, "a_money": 2, "a_date": "2026-11-22", "a_bool": False,
        "a_choice": "small", "a_choices": ["small", "large"], "a_party": shop.customer.pk, "a_product": product.pk,
        "a_file": Attachment.objects.get().pk,
    }  # fmt: skip
    shown = text(mei.get(answer["Location"]))
    assert "Small, Large" in shown
    assert "offer.pdf" in shown
    listed = text(mei.get(reverse("customers:customers")))
    assert "华为" in listed
    again = text(mei.get(reverse("customers:edit", args=[made.pk])))
    assert 'value="1.5"' in again
    kept = mei.post(reverse("customers:edit", args=[made.pk]), customer_form(a_text="y", version=made.version))
    assert kept.status_code == 302
    made.refresh_from_db()
    assert made.own == {"a_text": "y", "a_file": Attachment.objects.get().pk}


def test_bad_input_stands_at_its_field_and_nothing_is_lost(shop, mei):
    field(shop.company, CUSTOMER, "number", key="size", required=True)
    field(shop.company, CUSTOMER, key="plate")

    answer = mei.post(reverse("customers:new"), customer_form(size="many", plate="x" * 10_000))

    page = text(answer)
    assert answer.status_code in (400, 409)
    assert 'id="id_own.size_error"' in page
    assert 'id="id_own.plate_error"' in page
    assert 'value="many"' in page
    assert 'value="新客户"' in page
    assert not Customer.objects.filter(party__name="新客户").exists()


def test_an_order_is_written_with_own_fields(shop, mei):
    field(shop.company, ORDER, "date", key="wedding", required=True)
    product = shop.add_product("P1")
    lines = {"product": product.pk, "quantity": "1"}
    new = reverse("sales:order_new")

    refused = mei.post(new, typed(lines, party=shop.customer.pk))
    assert "This field is required." in text(refused)
    saved = mei.post(new, typed(lines, party=shop.customer.pk, **{"own.wedding": "2027-05-01"}))

    assert saved.status_code == 302, text(saved)
    order = Order.objects.get()
    assert order.own == {"wedding": "2027-05-01"}
    assert "2027-05-01" in text(mei.get(saved["Location"]))


def test_two_who_write_one_customer_see_the_others_value(shop, mei):
    field(shop.company, CUSTOMER, key="plate")
    made = make.customer(shop.rep, "新客户")
    values.write(actor=shop.rep, values={made: {"plate": "theirs"}})

    answer = mei.post(reverse("customers:edit", args=[made.pk]), customer_form(plate="mine", version=1))

    assert answer.status_code == 409
    assert "Meanwhile: theirs" in text(answer)


def test_the_values_of_a_confirmed_order_are_filled_in_on_a_page_of_their_own(shop, mei):
    field(shop.company, ORDER, key="plate")
    order = shop.order(line(shop.add_product("P1")))
    page = reverse("desk:own_values", args=[ORDER, order.pk])

    assert page in text(mei.get(reverse("sales:order", args=[order.pk])))
    assert mei.post(page, {"own.plate": "A1", "version": order.version}).status_code == 302
    assert "Meanwhile: A1" in text(mei.post(page, {"own.plate": "A2", "version": order.version}))

    order.refresh_from_db()
    assert order.own == {"plate": "A1"}
    assert browse(shop.other_rep).get(page).status_code == 404


def test_a_list_says_how_many_lack_a_required_field(shop, mei, kind):
    name, address, _api, make_row = kind
    make_row()
    field(shop.company, name, key="plate", name_en="Plate", required=True)

    blank = reverse("desk:own_blank", args=[name])
    assert blank in text(mei.get(address))
    told = text(mei.get(blank))
    assert "without “Plate”" in told
    assert f"{address}?own.plate_empty=yes" in told
    administrator = browse(make.actor(shop.company, "administrator"))
    assert f'<a href="{address}?own.plate_empty=yes">' in text(administrator.get("/desk/own-fields/"))


# Sheets


def test_customers_come_in_with_own_fields_and_go_back_as_they_were(shop):
    field(shop.company, CUSTOMER, "number", key="size", name="尺寸", required=True)
    field(shop.company, CUSTOMER, "choices", key="sorts")
    field(shop.company, CUSTOMER, "product", key="favourite")
    shop.add_product("P1")
    rows = [
        {"name": "甲", "external_ref": "1", "own.size": "1,234.5", "own.sorts": "小、Large", "own.favourite": "P1"},
        {"name": "乙", "external_ref": "2", "own.size": "many"},
        {"name": "丙", "external_ref": "3", "own.size": ""},
        {"name": "丁", "external_ref": "4", "own.size": "7", "own.sorts": "huge"},
        {"name": "戊", "external_ref": "5", "own.size": "0.12345678"},
    ]

    job = sheets.load(shop.rep, "customers", rows, key="external_ref")

    assert (job.result["made"], job.result["refused"]) == (1, 4), job.result
    made = Customer.objects.get(party__name="甲")
    assert made.own == {"size": 1234.5, "sorts": ["small", "large"], "favourite": Product.objects.get(code="P1").pk}
    again = sheets.load(
        shop.rep, "customers", [{"name": "甲", "external_ref": "1", "own.size": "8"}], key="external_ref"
    )
    made.refresh_from_db()
    assert made.own["size"] == 8
    sheets.undo(shop.rep, again)
    made.refresh_from_db()
    assert made.own["size"] == 1234.5
    sheets.undo(shop.rep, job)
    assert not Customer.objects.filter(pk=made.pk).exists()


def test_orders_and_products_come_in_with_own_fields(shop):
    field(shop.company, ORDER, key="plate")
    field(shop.company, PRODUCT, "bool", key="fragile", default="no")
    shop.add_product("P1")
    rows = [{"external_ref": "A", "party": shop.customer.name, "product": "P1", "quantity": "2", "own.plate": "x"}]

    assert sheets.load(shop.rep, "orders", rows).result["made"] == 1
    buyer = make.actor(shop.company, "buyer")
    sheets.load(buyer, "products", [{"code": "N1", "name": "新", "own.fragile": "是"}, {"code": "N2", "name": "又"}])

    assert Order.objects.get().own == {"plate": "x"}
    assert Product.objects.get(code="N1").own == {"fragile": True}
    assert Product.objects.get(code="N2").own == {"fragile": False}


def test_a_column_is_recognised_by_the_name_of_the_field(shop, mei):
    field(shop.company, CUSTOMER, key="plate", name="车牌", name_en="Plate")

    sample = mei.get("/desk/imports/customers/sample/").content.decode()

    assert "Plate" in sample


# The admin pages and the rest of the kinds


def test_a_product_is_written_in_the_admin_pages_with_own_fields(shop):
    for type in OwnField.Type.values:
        field(shop.company, PRODUCT, type, required=type == "number")
    product = shop.add_product("P1")
    client = browse(make.actor(shop.company, "administrator"))
    page = reverse("admin:masterdata_product_change", args=[product.pk])
    form = {
        "code": "P1", "name": "Product P1", "kind": "stocked", "unit": "pcs", "tax": product.tax_id,
        "sale_price": "113", "costing": "average", "shortage": "backorder", "standard_cost": "0",
        "units-TOTAL_FORMS": 0, "units-INITIAL_FORMS": 0,
    }  # fmt: skip

    assert all(f'name="own.a_{type}"' in text(client.get(page)) for type in OwnField.Type.values)
    refused = client.post(page, {**form, "own.a_number": "x", "own.a_party": "nobody"})
    assert {"own.a_number", "own.a_party"} == set(refused.context["adminform"].form.errors)
    assert "Nothing with this name can be picked" in text(refused)
    code = shop.customer.code
    saved = client.post(page, {**form, "own.a_number": "3", "own.a_party": code, "own.a_choices": ["small"]})

    assert saved.status_code == 302, text(saved)
    product.refresh_from_db()
    assert product.own == {"a_number": 3, "a_party": shop.customer.pk, "a_choices": ["small"]}
    assert code in text(client.get(page))
    assert "Small" in text(client.get(reverse("masterdata:product", args=[product.pk])))


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("desk.task", "/desk/tasks/"), ("masterdata.party", "/admin/masterdata/party/"),
        ("masterdata.product", "/masterdata/products/"), ("crm_sales.quotation", "/crm/sales/quotations/"),
        ("erp_procurement.purchaseorder", "/erp/procurement/orders/"),
        ("erp_procurement.requisition", "/erp/procurement/requisitions/"),
        ("erp_inventory.delivery", "/admin/erp_inventory/delivery/"),
        ("erp_inventory.goodsreceipt", "/admin/erp_inventory/goodsreceipt/"),
        ("erp_inventory.stockadjustment", "/admin/erp_inventory/stockadjustment/"),
        ("erp_finance.invoice", "/admin/erp_finance/invoice/"), ("erp_finance.voucher", "/admin/erp_finance/voucher/"),
    ],
)  # fmt: skip
def test_every_kind_has_it_in_its_list(company, admin, kind, page):
    field(company, kind, "number", key="size", name_en="Wheel size")

    answer = browse(admin).get(page, {"sort": "own.size", "own.size_min": "1"})

    assert answer.status_code == 200, page
    assert "Wheel size" in text(answer)
    assert book.seen(kind, admin)


def test_a_contact_is_written_with_own_fields_on_its_page(shop, mei):
    field(shop.company, CONTACT, "number", required=True, name_en="Shoe size")
    page = f"{reverse('masterdata:contact_new')}?party={shop.customer.pk}"
    body = {"party": shop.customer.pk, "name": "李雷"}

    refused = mei.post(page, body)
    saved = mei.post(page, {**body, "own.a_number": "42"}, follow=True)

    assert (refused.status_code, saved.status_code) == (400, 200)
    assert "Shoe size" in text(mei.get(page))
    assert "42" in text(saved)
    there = shop.customer.contacts.get(name="李雷")
    edit = reverse("masterdata:contact_edit", args=[there.pk])
    mei.post(
        edit, {"name": "李雷", "title": "采购", "is_primary": "on", "own.a_number": "43", "version": there.version}
    )
    there.refresh_from_db()
    assert (there.title, there.own) == ("采购", {"a_number": 43})
    answer = mei.post(reverse("masterdata:contact_archive", args=[there.pk]), {"archived": "1"}, follow=True)
    assert "Bring back" in text(answer)
