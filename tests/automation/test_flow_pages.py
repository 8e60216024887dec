import json

import pytest
from django.test import Client

from suite.automation.models import Flow
from suite.automation.services import flows
from tests import make
from tests.automation.flows import CUSTOMER, NOTICE, TASK, asks, flow, graph, run_of, start, work


@pytest.fixture
def browser(admin):
    return signed_in(admin)


def signed_in(actor):
    client = Client()
    client.force_login(actor.user, backend="suite.core.auth.CompanyBackend")
    return client


def test_a_flow_is_made_step_by_step_without_a_script(browser, admin, rep):
    made = browser.post("/automation/flows/new/", {"name": "Call the good ones", "kind": CUSTOMER})
    row = Flow.objects.get(name="Call the good ones")
    page = f"/automation/flows/{row.pk}/"
    assert made.url == f"{page}steps/start/"

    when = {"match": "all", "g0-match": "all", "g0-grade": ["A", "B"], "g1-match": "none", "g1-stage": "lost"}
    browser.post(
        f"{page}steps/start/", {"on": "event", "events": "crm.customers.customer.created", "again": "once", **when}
    )
    added = browser.post(f"{page}steps/", {"kind": "task", "behind": "start", "exit": ""})
    bad = browser.post(added.url, {"text": "Call {moon}", "who": "user"})
    typed = {"text": "Call {party}", "who": "owner", "number": "2", "unit": "days", "date": "", "note": ""}
    browser.post(added.url, typed)
    listed = browser.get(page).content.decode()
    on = browser.post(f"{page}on/", follow=True)
    make.customer(rep, "华为", grade="A")
    work()

    assert bad.status_code == 400
    assert "There is no word {moon} here" in bad.content.decode()
    assert "Say who" in bad.content.decode()
    assert "Customer: Created" in listed
    assert "Grade: A, B" in listed
    assert "Call {party}" in listed
    assert "Switched on" in on.content.decode()
    assert run_of(Flow.objects.get(pk=row.pk)).status == "done"


def test_every_page_of_a_flow_answers(browser, admin, rep):
    branch = {"kind": "branch", "when": asks(grade="A")}
    edges = [("start", "", "n1"), ("n1", "yes", "n2"), ("n1", "no", "n3")]
    rule = flow(admin, graph(start("created"), branch, TASK, NOTICE, edges=edges))
    make.customer(rep, "华为")
    make.customer(admin.company, "Nobody's", grade="A")
    work()
    stuck = rule.runs.get(status="failed")
    page = f"/automation/flows/{rule.pk}/"

    parts = ("", "drawing/", "rehearsal/", "versions/", "runs/", "edit/", "steps/start/", "steps/n1/")
    more = ("?view=on", f"{rule.pk}/steps/n2/?from=drawing")
    logs = ("", "?status=failed&export=csv", f"{stuck.pk}/")
    addresses = [f"{page}{part}" for part in parts] + [f"/automation/flows/{part}" for part in more]
    for address in addresses + [f"/automation/flow-runs/{part}" for part in logs]:
        assert browser.get(address).status_code == 200, address
    again = browser.post(f"/automation/flow-runs/{stuck.pk}/retry/", follow=True)
    assert "tried again" in again.content.decode()


def test_the_drawing_and_the_list_change_the_same_draft(browser, admin):
    rule = flow(admin, graph(start("created"), NOTICE))
    drawn = rule.draft
    drawn["nodes"].append({"id": "n2", "kind": "wait", "params": {}, "x": 5, "y": 5})
    drawn["edges"].append({"from": "n1", "exit": "", "to": "n2"})
    address = f"/automation/flows/{rule.pk}/graph/"

    def save(body):
        return browser.post(address, json.dumps(body), content_type="application/json")

    kept = save({"graph": drawn, "version": rule.version})
    stale = save({"graph": drawn, "version": rule.version})
    nonsense = [save(body).status_code for body in ([], {"graph": {}}, {"graph": {"nodes": 1}, "version": 2})]

    assert kept.status_code == 200
    assert kept.json()["told"]["n2"]["problems"]
    assert "Wait" in browser.get(f"/automation/flows/{rule.pk}/").content.decode()
    assert (stale.status_code, nonsense) == (409, [400, 400, 409])


def test_a_step_is_taken_out_and_a_draft_discarded(browser, admin):
    rule = flow(admin, graph(start("created"), NOTICE, TASK))
    page = f"/automation/flows/{rule.pk}/"

    browser.post(f"{page}steps/n1/remove/")
    assert [node["id"] for node in Flow.objects.get(pk=rule.pk).draft["nodes"]] == ["start", "n2"]
    assert "Look at" in browser.get(f"{page}versions/").content.decode()

    browser.post(f"{page}discard/")
    assert not flows.is_changed(Flow.objects.get(pk=rule.pk))


def test_a_text_of_the_house_stays_for_all_languages_until_somebody_changes_it(browser, admin):
    shipped = Flow.objects.of(admin.company_id).get(code="overdue-task")
    address = f"/automation/flows/{shipped.pk}/steps/n1/"
    typed = {"who": "manager", "text": "Overdue in your team: {title} ({owner})", "urgent": "on"}

    browser.post(address, typed)
    shipped.refresh_from_db()
    assert set(shipped.draft["nodes"][1]["params"]["text"]) == {"en", "zh-hans"}
    assert not flows.is_changed(shipped)

    browser.post(address, {**typed, "text": "Late: {title}"})
    shipped.refresh_from_db()
    assert shipped.draft["nodes"][1]["params"]["text"] == "Late: {title}"


def test_a_manager_looks_and_changes_nothing(admin, manager):
    rule = flow(admin, graph(start("created"), NOTICE), on=False)
    looking = signed_in(manager)

    page = looking.get(f"/automation/flows/{rule.pk}/")
    assert page.status_code == 200
    assert "Switch on" not in page.content.decode()
    assert looking.post(f"/automation/flows/{rule.pk}/on/").status_code in (403, 404)
    assert looking.get(f"/automation/flows/{rule.pk}/steps/n1/").status_code == 403
