import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.models import Commitment
from crm.customers.services import commitments
from crm.sales.services import keeping, quotations
from crm.sales.services.pricing import LineInput
from suite.core import clock
from suite.core.models import AuditRow, DocumentLink, OutboxEvent
from suite.desk.models import Notification, Task
from tests import make

URL = "/api/v1/crm/customers/commitments/"


def api(actor, method, path, data=None):
    """A call of the API in somebody's name."""
    return getattr(make.client(actor), method.lower())(path, data, format="json")


@pytest.fixture
def customer(rep):
    return make.customer(rep, "上海宏远电子有限公司", contacts=[{"name": "王伟"}])


@pytest.fixture
def lamp(company):
    return make.product(company, "LAMP-01", name="水晶吊灯", name_en="Crystal pendant", floor_price=Decimal(80))


def propose(actor, text, **more):
    answer = api(actor, "POST", f"{URL}propose/", {"text": text, "day": "2026-11-18", **more})
    assert answer.status_code == 200, answer.json()
    return answer.json()["proposals"]


def terms(proposal) -> dict:
    """What `accept` takes of a proposal."""
    return {name: value for name, value in proposal.items() if name not in ("end", "asked", "what", "concerns")}


def test_a_pasted_text_becomes_proposals_with_its_customer_person_product_and_sentence(rep, customer, lamp):
    (found,) = propose(rep, "宏远电子的王伟要货。\n我们周五前发100个吊灯，每个85元。", party=customer.party_id)

    assert (found["kind"], found["due_on"], found["by_them"], found["asked"]) == ("deliver", "2026-11-20", False, False)
    assert (found["product"], found["unit"], Decimal(found["quantity"]), Decimal(found["price"])) == (
        lamp.pk, "pcs", 100, 85,
    )  # fmt: skip
    assert found["sentence"] == "我们周五前发100个吊灯，每个85元。"
    assert Commitment.objects.count() == 0


def test_the_customer_is_found_in_the_text_among_those_the_reader_sees(rep, customer, manager, company):
    other = make.actor(company, "rep")

    text = "上海宏远电子有限公司需要报价。请明天把报价单发给我们。"

    assert {row["party"] for row in propose(rep, text)} == {customer.party_id}
    assert {row["party"] for row in propose(other, text)} == {None}


def test_accepting_writes_commitment_and_task_once(rep, customer, lamp):
    (found,) = propose(rep, "明天把吊灯的报价单发给您。", party=customer.party_id)

    answer = api(rep, "POST", f"{URL}accept/", {"commitments": [terms(found)]})

    (told,) = answer.json()["commitments"]
    task = Task.objects.get(pk=told["task"])
    assert answer.status_code == 201
    assert (told["kind"], told["document"], told["status"], told["origin"]) == ("document", "quote", "open", "rule")
    assert (task.owner_id, task.subject_id, task.note) == (rep.user.pk, customer.pk, found["sentence"])
    assert clock.day_of(rep.company, task.due_at) == dt.date(2026, 11, 19)
    assert str(task.title) == "Send: Quotation · Crystal pendant"
    assert AuditRow.objects.filter(object_id=told["id"], kind="crm_customers.commitment", action="accepted").exists()
    again = api(rep, "POST", f"{URL}accept/", {"commitments": [terms(found)]})
    assert (again.status_code, again.json()["code"]) == (409, "accepted")


def test_what_cannot_be_promised_is_said_beside_the_proposal(rep, customer, lamp, company):
    make.stock(lamp, 60)

    (found,) = propose(rep, "You will get 100 crystal pendants by Friday at 70 each.", party=customer.party_id)

    said = {each["code"]: each["detail"] for each in found["concerns"]}
    assert set(said) == {"short", "below_floor"}
    assert "60 are free" in said["short"]
    (fits,) = propose(rep, "You will get 50 crystal pendants by Friday at 90 each.", party=customer.party_id)
    assert fits["concerns"] == []


def test_proposing_takes_as_many_statements_for_many_sentences_as_for_one(rep, customer, lamp):
    one, many = "明天发10个吊灯。", "明天发10个吊灯。\n" * 40
    counts = []
    client = make.client(rep)
    for text in (one, one, many):
        with CaptureQueriesContext(connection) as told:
            client.post(f"{URL}propose/", {"text": text, "party": customer.party_id}, format="json")
        counts.append(len(told))

    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": "x" * 100_001}, "text"),
        ({}, "text"),
        ({"text": "明天发货", "party": 10**9}, "party"),
        ({"text": "明天发货", "day": "soon"}, "day"),
    ],
)
def test_bad_input_is_refused_at_its_field(rep, sent, field):
    answer = api(rep, "POST", f"{URL}propose/", sent)

    assert (answer.status_code, field in answer.json()) == (400, True), answer.json()


def test_accepting_names_what_is_missing_or_belongs_to_others(rep, customer, outsider):
    stranger = make.customer(outsider, "Elsewhere")

    without_paper = api(
        rep, "POST", f"{URL}accept/", {"commitments": [{"party": customer.party_id, "kind": "document"}]}
    )
    foreign = api(rep, "POST", f"{URL}accept/", {"commitments": [{"party": stranger.party_id, "kind": "call"}]})

    assert (without_paper.status_code, "document" in str(without_paper.json())) == (400, True)
    assert (foreign.status_code, "party" in str(foreign.json())) == (400, True)
    assert Commitment.objects.count() == 0


@pytest.fixture
def promised(rep, customer):
    """A call promised for yesterday."""
    yesterday = clock.today(rep.company) - dt.timedelta(days=1)
    values = {"party": customer.party, "deed": "call", "due_on": yesterday, "sentence": "I call you."}
    return commitments.accept(commitments=[values], actor=rep)[0]


def test_what_is_past_its_day_is_broken_once_and_its_owner_told(promised, rep, house):
    assert [commitments.break_overdue(actor=house) for _time in range(2)] == [1, 0]

    promised.refresh_from_db()
    assert promised.status == "broken"
    assert Notification.objects.filter(user=rep.user, kind="commitment").count() == 1


def test_keeping_finishes_the_task_and_reopening_opens_it(promised, rep):
    kept = api(rep, "POST", f"{URL}{promised.pk}/keep/", {}).json()
    promised.task.refresh_from_db()
    assert (kept["status"], promised.task.status) == ("kept", "done")

    api(rep, "POST", f"{URL}{promised.pk}/reopen/", {})
    promised.task.refresh_from_db()
    assert promised.task.status == "open"


def test_another_day_moves_the_task(promised, rep):
    answer = api(rep, "PATCH", f"{URL}{promised.pk}/", {"due_on": "2027-01-15", "version": 1})

    promised.task.refresh_from_db()
    assert answer.status_code == 200, answer.json()
    assert clock.day_of(rep.company, promised.task.due_at) == dt.date(2027, 1, 15)


def test_commitments_are_seen_by_who_looks_after_them(promised, rep, manager, company, outsider):
    other = make.actor(company, "rep")

    def seen(actor):
        return [row["id"] for row in api(actor, "GET", URL).json()["results"]]

    assert seen(rep) == seen(manager) == [promised.pk]
    assert seen(other) == seen(outsider) == []
    assert api(other, "POST", f"{URL}{promised.pk}/keep/", {}).status_code == 404


TEXT = "/crm/customers/text/"


@pytest.fixture
def desk(client, rep):
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    return client


def posted(page) -> dict:
    """What the browser sends of the page as it stands."""
    lines = page.context["lines"]
    fields = {bound.html_name: bound.value() for form in (page.context["form"], *lines) for bound in form}
    sent = {name: getattr(value, "pk", value) for name, value in fields.items() if value not in (None, "", False)}
    return sent | {"lines-TOTAL_FORMS": len(lines.forms), "lines-INITIAL_FORMS": len(lines.forms)}


def test_the_page_proposes_takes_corrections_and_accepts_one_and_then_the_rest(desk, rep, customer, lamp):
    text = "明天把吊灯的报价单发给您。我们周五前发100个吊灯。"
    page = desk.post(TEXT, {"text": text, "party": customer.party_id, "day": "2026-11-18", "read": "1"})
    assert [line["deed"].value() for line in page.context["lines"]] == ["document", "deliver"]
    assert "are free" in page.content.decode()

    page = desk.post(TEXT, {**posted(page), "lines-1-quantity": "40", "accept": "lines-1"})
    desk.post(TEXT, {**posted(page), "accept": "all"})

    rows = {row.deed: row for row in Commitment.objects.select_related("task")}
    assert (rows["deliver"].quantity, rows["document"].document) == (40, "quote")
    assert all(row.task.subject_id == customer.pk and row.origin == "rule" for row in rows.values())


def test_the_page_says_what_is_wrong_and_keeps_the_text(desk, customer):
    page = desk.post(TEXT, {"text": "明天给您回电话。", "read": "1"})
    refused = desk.post(TEXT, {**posted(page), "lines-0-due_on": "soon", "accept": "all"})

    assert refused.status_code == 400
    assert {"party"} <= set(refused.context["form"].errors)
    assert "due_on" in refused.context["lines"].errors[0]
    assert "明天给您回电话。" in refused.content.decode()
    assert desk.post(TEXT, {"text": "", "read": "1"}).status_code == 400


def test_markup_in_a_text_is_shown_as_text(desk, customer):
    page = desk.post(TEXT, {"text": "<script>alert(1)</script> I will call you tomorrow.", "read": "1"})

    assert "<script>alert(1)" not in page.content.decode()
    assert "I will call you tomorrow" in page.content.decode()


def test_a_logged_text_that_promises_leads_to_its_tasks(desk, customer):
    url = f"/crm/customers/{customer.pk}/log/"

    answer = desk.post(url, {"kind": "call", "text": "王总要一份产品目录，明天寄给他。"})

    page = desk.get(answer["Location"]).content.decode()
    activity = customer.party.activities.get()
    assert f"{TEXT}?activity={activity.pk}" in page
    assert "产品目录" in desk.get(f"{TEXT}?activity={activity.pk}").content.decode()


def test_list_page_timeline_and_search_show_a_commitment(desk, promised, customer):
    listed = desk.get("/crm/customers/commitments/").content.decode()
    shown = desk.get(f"/crm/customers/commitments/{promised.pk}/").content.decode()
    story = desk.get(f"/crm/customers/{customer.pk}/").content.decode()

    assert all("I call you." in page for page in (shown, story))
    assert "宏远" in listed
    edited = {"deed": "deliver", "quantity": "5", "unit": "pcs", "due_on": "2027-01-15"}
    assert desk.get(f"/crm/customers/commitments/{promised.pk}/edit/").status_code == 200
    assert desk.post(f"/crm/customers/commitments/{promised.pk}/edit/", edited).status_code == 302
    promised.refresh_from_db()
    assert (promised.quantity, promised.unit_id) == (5, "pcs")
    assert desk.post(f"/crm/customers/commitments/{promised.pk}/keep/").status_code == 302
    promised.refresh_from_db()
    assert promised.status == "kept"


def test_a_sent_quotation_keeps_the_promise_of_one(rep, house, customer, lamp):
    values = {"party": customer.party, "deed": "document", "document": "quote", "product": lamp}
    (row,) = commitments.accept(commitments=[values], actor=rep)
    lines = [LineInput(lamp.pk, Decimal(1))]
    quotation = quotations.create_quotation(party=customer.party, lines=lines, actor=rep)
    event = OutboxEvent(company=rep.company, event="crm.sales.quotation.sent", object_id=quotation.pk)

    keeping.quotations_sent([event], house)

    row.refresh_from_db()
    assert row.status == "kept"
    assert DocumentLink.objects.filter(from_id=row.pk, to_id=quotation.pk, relation="kept").exists()
