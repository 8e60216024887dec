import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.customers.models import Activity, Customer, Tag, TagRule
from crm.customers.services import activities
from suite.core import clock
from suite.desk.services import todos
from suite.masterdata.models import Party
from tests import make

GRIDS = {
    "contacts-TOTAL_FORMS": 0,
    "contacts-INITIAL_FORMS": 0,
    "addresses-TOTAL_FORMS": 0,
    "addresses-INITIAL_FORMS": 0,
}


def browse(actor):
    """The pages as somebody sees them, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def page_of(customer, name="customer", **more):
    return reverse(f"customers:{name}", args=[customer.pk], **more)


def text(answer):
    return answer.content.decode()


def test_the_list_shows_own_customers_and_finds_them_in_chinese_and_pinyin(rep, company):
    make.customer(rep, "华为技术", contacts=[{"name": "张伟", "phone": "13800138000"}])
    make.customer(make.actor(company, "rep"), "Theirs")
    client = browse(rep)

    assert "Theirs" not in text(client.get("/crm/customers/"))
    for words in ("华为", "hw", "huawei", "张伟", "0138"):
        assert "华为技术" in text(client.get("/crm/customers/", {"q": words})), words
    assert "华为技术" not in text(client.get("/crm/customers/", {"q": "中兴"}))


def test_a_list_costs_the_same_for_any_number_of_rows(rep):
    client, counts = browse(rep), []
    for count in (3, 12):
        for _ in range(count):
            make.customer(rep, region_id="310115")
        client.get("/crm/customers/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/crm/customers/")
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12


def test_a_customer_is_entered_with_contacts_and_addresses(rep):
    answer = browse(rep).post(
        "/crm/customers/new/",
        {
            **GRIDS,
            "name": "上海宏远",
            "kind": "organisation",
            "phone": "138-0013 8000",
            "contacts-TOTAL_FORMS": 2,
            "contacts-0-name": "张伟",
            "contacts-0-preferences": "Tea",
            "contacts-1-name": "李娜",
            "contacts-1-is_primary": "on",
            "addresses-TOTAL_FORMS": 1,
            "addresses-0-kind": "shipping",
            "addresses-0-detail": "世纪大道100号",
            "addresses-0-region": "310115",
        },
    )

    customer = Customer.objects.get()
    assert answer.url == page_of(customer)
    assert (customer.party.phone, customer.owner) == ("13800138000", rep.user)
    assert customer.party.contacts.get(is_primary=True).name == "李娜"
    assert customer.party.addresses.get().one_line == "上海市 浦东新区 世纪大道100号"


def test_what_was_typed_stays_when_something_is_wrong(rep):
    answer = browse(rep).post("/crm/customers/new/", {**GRIDS, "name": "Kept", "kind": "organisation", "phone": "none"})

    assert answer.status_code == 409
    assert 'value="Kept"' in text(answer)
    assert "This is not a phone number" in text(answer)


def test_an_exact_duplicate_is_shown_and_needs_a_tick(rep, company):
    make.customer(make.actor(company, "rep", name="Mei"), "First", phone="13800138000")
    client, typed = browse(rep), {**GRIDS, "name": "Second", "kind": "organisation", "phone": "138 0013 8000"}

    hint = client.get("/crm/customers/alike/", {"phone": "138 0013 8000"})
    refused = client.post("/crm/customers/new/", typed)
    allowed = client.post("/crm/customers/new/", {**typed, "allow_duplicate": "on"})

    assert "First" in text(hint)
    assert "Mei" in text(hint)
    assert 'name="allow_duplicate"' in text(refused)
    assert allowed.status_code == 302


def test_half_a_phone_finds_nobody(rep):
    make.customer(rep, "First", phone="13800138000")

    assert "First" not in text(browse(rep).get("/crm/customers/alike/", {"phone": "1380"}))


def test_an_edit_keeps_the_contacts_it_shows(rep):
    customer = make.customer(rep, "Anna Ltd", contacts=[{"name": "Anna"}, {"name": "Bob"}])
    anna, bob = customer.party.contacts.order_by("id")

    browse(rep).post(
        page_of(customer, "edit"),
        {
            **GRIDS,
            "name": "Anna & Co",
            "kind": "organisation",
            "version": 1,
            "contacts-TOTAL_FORMS": 2,
            "contacts-0-id": anna.pk,
            "contacts-0-name": "Anna",
            "contacts-0-is_primary": "on",
            "contacts-1-id": bob.pk,
            "contacts-1-name": "Bob",
            "contacts-1-DELETE": "on",
        },
    )

    assert Party.objects.get().name == "Anna & Co"
    assert [row.name for row in customer.party.contacts.filter(is_archived=False)] == ["Anna"]


def test_an_edit_over_an_older_copy_shows_both_and_keeps_what_was_typed(rep):
    customer = make.customer(rep, "Acme")
    mine = {**GRIDS, "name": "Acme", "kind": "organisation", "owner": rep.user.pk, "version": customer.version}
    client = browse(rep)
    client.post(page_of(customer, "edit"), {**mine, "phone": "13900139000"})

    refused = client.post(page_of(customer, "edit"), {**mine, "email": "new@example.com"})

    assert refused.status_code == 409
    assert "Meanwhile: 13900139000" in text(refused)
    assert 'value="new@example.com"' in text(refused)
    assert Party.objects.get(pk=customer.party_id).email == ""
    assert f'name="version" value="{Customer.objects.get(pk=customer.pk).version}"' in text(refused)


def test_who_may_not_is_told_who_can_grant_it(rep, admin):
    answer = browse(rep).get("/erp/procurement/orders/")

    assert answer.status_code == 403
    assert str(admin.user) in text(answer)


def test_what_is_not_there_says_so_to_people_and_to_programs(rep):
    client = browse(rep)

    assert "This is not here" in text(client.get("/crm/customers/987654/"))
    assert client.get("/api/v1/nothing/").json() == {"detail": "There is nothing at this address"}


def test_the_page_shows_facts_next_step_contacts_and_timeline(rep):
    customer = make.customer(
        rep, "Anna Ltd", phone="13800138000", next_step="Send a quotation", contacts=[{"name": "Anna"}]
    )
    activities.log_activity(actor=rep, party=customer.party, kind="complaint", title="Box was open")

    shown = text(browse(rep).get(page_of(customer)))

    orders = reverse("insight:party_orders", args=[customer.party_id])
    for words in ("138 0013 8000", "Send a quotation", "Box was open", "Anna", orders):
        assert words in shown, words


def test_the_page_costs_the_same_for_any_number_of_happenings(rep):
    customer, client, counts = make.customer(rep), browse(rep), []
    for count in (2, 20):
        for n in range(count):
            activities.log_activity(actor=rep, party=customer.party, kind="call", title=f"Call {n}")
        client.get(page_of(customer))
        with CaptureQueriesContext(connection) as seen:
            client.get(page_of(customer))
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 25


def test_a_visit_is_logged_in_two_clicks(rep):
    customer = make.customer(rep)

    answer = browse(rep).post(page_of(customer, "log"), {"kind": "visit"})

    visit = Activity.objects.get()
    assert answer.status_code == 302
    assert (visit.kind, visit.title, visit.owner) == ("visit", "Visit", rep.user)


def test_a_call_without_a_word_is_asked_for_one_at_the_field(rep):
    answer = browse(rep).post(page_of(make.customer(rep), "log"), {"kind": "call", "place": "Hall 3"})

    assert answer.status_code == 409
    assert "Say in a few words what came of it" in text(answer)
    assert 'id="id_text_error"' in text(answer)
    assert "Hall 3" in text(answer)


def test_a_call_may_say_what_comes_next(rep):
    customer = make.customer(rep)
    friday = clock.now().replace(microsecond=0, second=0) + dt.timedelta(days=3)

    browse(rep).post(
        page_of(customer, "log"),
        {
            "kind": "call",
            "text": "Wants B",
            "next_step": "Quote B",
            "next_step_at": friday.astimezone().strftime("%Y-%m-%dT%H:%M"),
        },
    )

    customer.refresh_from_db()
    assert customer.next_step == "Quote B"
    assert customer.next_step_at


def test_a_time_without_a_next_step_is_asked_for_and_not_dropped(rep):
    customer = make.customer(rep, next_step="Send a quotation")
    client, when = browse(rep), {"next_step": "", "next_step_at": "2026-12-01T10:00"}

    logged = client.post(page_of(customer, "log"), {"kind": "visit", **when})
    entered = client.post("/crm/customers/new/", {**GRIDS, "name": "Anna Ltd", "kind": "organisation", **when})
    planned = client.post(page_of(customer, "next_step"), when, follow=True)

    assert "Say what is to be done then" in text(logged)
    assert "Say what is to be done then" in text(entered)
    assert "Say what is to be done then" in text(planned)
    assert not Activity.objects.exists()
    customer.refresh_from_db()
    assert customer.next_step == "Send a quotation"


def test_a_finished_next_step_moves_to_the_timeline(rep):
    customer = make.customer(rep, next_step="Send a quotation")

    browse(rep).post(page_of(customer, "next_step"), {"done": "1"})

    customer.refresh_from_db()
    assert customer.next_step == ""
    assert Activity.objects.get().title == "Send a quotation"


def test_a_finished_task_stands_on_the_timeline(rep):
    customer = make.customer(rep)
    task = todos.create(tasks=[todos.NewTask("Thank and ask", subject=customer)], actor=rep)[0]
    todos.complete(pks=[task.pk], actor=rep)

    assert "Thank and ask" in text(browse(rep).get(page_of(customer)))


def test_a_party_leads_to_its_customer(rep):
    customer = make.customer(rep)

    assert browse(rep).get(reverse("customers:party", args=[customer.party_id])).url == page_of(customer)


def test_a_supplier_leads_to_its_file(buyer, company):
    party = make.party(company, "Maker", contacts=[{"name": "Mo"}])

    assert "Mo" in text(browse(buyer).get(reverse("customers:party", args=[party.pk]), follow=True))


def test_customers_are_handed_over_from_the_list(manager, rep):
    customer = make.customer(rep)

    browse(manager).post(
        "/crm/customers/", {"act": "transfer", "pk": customer.pk, "_go": "1", "owner": manager.user.pk, "reason": "x"}
    )

    customer.refresh_from_db()
    assert customer.owner == manager.user


def test_an_archived_customer_is_marked_and_comes_back(rep):
    customer = make.customer(rep)
    client = browse(rep)

    client.post(page_of(customer, "archive"), {"archived": "1"})
    assert "Archived" in text(client.get(page_of(customer)))

    client.post(page_of(customer, "archive"), {"archived": ""})
    assert not Party.objects.get().is_archived


@pytest.mark.parametrize("name", ["customer", "edit", "history", "tasks", "log"])
def test_a_colleagues_customer_has_no_pages(rep, company, name):
    customer = make.customer(make.actor(company, "rep"))

    assert browse(rep).get(page_of(customer, name)).status_code == 404


@pytest.mark.parametrize("after", ["x", "2024~~"])
def test_a_forged_place_on_the_timeline_does_not_exist(rep, after):
    assert browse(rep).get(page_of(make.customer(rep), "history"), {"after": after}).status_code == 404


def test_user_text_stays_text(rep):
    customer = make.customer(rep, "<script>alert(1)</script>")
    activities.log_activity(actor=rep, party=customer.party, kind="note", title="<img src=x onerror=alert(1)>")

    shown = text(browse(rep).get(page_of(customer)))

    assert "<script>alert(1)" not in shown
    assert "<img src=x" not in shown


def test_the_next_step_with_a_customer_stands_in_the_calendar_at_its_time(rep, company, manager):
    soon = clock.now() + dt.timedelta(days=1)
    mine = make.customer(rep, "华为技术", next_step="Show the new lamps", next_step_at=soon)
    make.customer(rep, "Late", next_step="Ring back", next_step_at=clock.now() - dt.timedelta(days=3))
    make.customer(make.actor(company, "rep"), "Theirs", next_step="Not mine", next_step_at=soon)

    for kind in ("agenda", "month"):
        page = text(browse(rep).get("/desk/calendar/", {"kind": kind, "date": soon.date().isoformat()}))
        assert "Show the new lamps" in page
        assert page_of(mine) in page
        assert "Not mine" not in page
    assert "Ring back" in text(browse(rep).get("/desk/calendar/"))
    assert "Show the new lamps" not in text(browse(manager).get("/desk/calendar/"))
    assert "Show the new lamps" in text(browse(manager).get("/desk/calendar/?owner=team"))


def test_a_newcomer_is_told_what_to_do_first(rep):
    client = browse(rep)
    pages = [text(client.get(path)) for path in ("/crm/customers/?view=mine", "/desk/workbench/follow-ups/")]
    for page in pages:
        assert "No customers yet. Enter the first one, or import a file." in page
        assert "/crm/customers/new/" in page
    assert "/desk/imports/customers/" in pages[0]

    make.customer(rep)

    assert "Nothing matches these filters" in text(client.get("/crm/customers/?stage=lost"))
    assert "Nothing planned" in text(client.get("/desk/workbench/follow-ups/"))


def test_who_leads_others_is_not_told_to_enter_the_first_customer(rep, manager):
    make.customer(rep)

    assert "Nothing planned" in text(browse(manager).get("/desk/workbench/follow-ups/"))


def test_a_next_step_without_a_date_has_its_place(rep):
    make.customer(rep, "华为技术", next_step="Send the new prices")
    make.customer(rep, "Nothing to do")
    client = browse(rep)

    assert "Send the new prices" in text(client.get("/desk/calendar/"))
    assert "Send the new prices" in text(client.get("/desk/workbench/follow-ups/"))
    undated = text(client.get("/crm/customers/?view=undated"))
    assert "Send the new prices" in undated
    assert "Nothing to do" not in undated


def test_tags_are_asked_for_where_there_are_some(rep, company):
    TagRule.objects.of(company.pk).delete()
    Tag.objects.of(company.pk).delete()
    assert "id_tags" not in text(browse(rep).get("/crm/customers/new/"))

    Tag.objects.create(company=company, name="VIP")

    assert "id_tags" in text(browse(rep).get("/crm/customers/new/"))
