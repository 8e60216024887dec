import pytest

from suite.automation.models import Flow, FlowRun
from tests import make
from tests.automation.flows import CUSTOMER, NOTICE, TASK, flow, graph, run_of, start, work

URL = "/api/v1/automation/flows/"


def test_a_program_makes_a_flow_rehearses_it_and_switches_it_on(admin, rep):
    api = make.client(admin)
    make.customer(rep, "Before")

    made = api.post(URL, {"name": "Call them", "kind": CUSTOMER, "graph": graph(start("created"), TASK)}, format="json")
    address = f"{URL}{made.json()['id']}/"
    rehearsed = api.post(f"{address}rehearse/", {}, format="json").json()
    on = api.post(f"{address}switch-on/", {}, format="json")
    make.customer(rep, "After")
    work()
    logged = api.get("/api/v1/automation/flow-runs/", {"flow": made.json()["id"]}).json()["results"]
    off = api.post(f"{address}switch-off/", {}, format="json")

    assert (made.status_code, made.json()["status"], made.json()["current"]) == (201, "off", None)
    assert (rehearsed["records"], rehearsed["tasks"], rehearsed["loop"]) == (1, 1, "")
    assert (on.json()["status"], off.json()["status"]) == ("on", "off")
    assert [step["outcome"] for step in logged[0]["steps"]] == ["started", "done"]


def test_bad_input_is_refused_at_its_field_and_an_unready_flow_in_words(admin):
    api = make.client(admin)
    drawn = graph(start("created"), {"kind": "rocket"})

    shape = api.post(URL, {"name": "x", "kind": CUSTOMER, "graph": drawn}, format="json")
    kind = api.post(URL, {"name": "x", "kind": "core.user"}, format="json")
    bare = api.post(URL, {"name": "x", "kind": CUSTOMER}, format="json")
    on = api.post(f"{URL}{bare.json()['id']}/switch-on/", {}, format="json")

    assert (shape.status_code, list(shape.json()["fields"] if "fields" in shape.json() else shape.json())) != (201, [])
    assert shape.status_code == kind.status_code == 400
    assert (on.status_code, on.json()["code"]) == (409, "incomplete")


def test_a_change_over_an_older_copy_is_refused(admin):
    api = make.client(admin)
    rule = flow(admin, graph(start("created"), NOTICE), on=False)

    first = api.patch(f"{URL}{rule.pk}/", {"name": "New", "version": rule.version}, format="json")
    second = api.patch(f"{URL}{rule.pk}/", {"name": "Newer", "version": rule.version}, format="json")

    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 409, "stale")


def test_a_failed_run_is_tried_again_and_a_stuck_one_stopped(admin, rep):
    api = make.client(admin)
    rule = flow(admin, graph(start("created"), TASK))
    make.customer(admin.company, "Nobody's")
    work()
    run = run_of(rule)
    address = f"/api/v1/automation/flow-runs/{run.pk}/"

    again = api.post(f"{address}retry/", {}, format="json")
    work()
    stopped = api.post(f"{address}stop/", {}, format="json")

    assert (again.json()["status"], stopped.json()["status"]) == ("open", "stopped")
    assert FlowRun.objects.get(pk=run.pk).steps.filter(outcome="failed").count() == 2


@pytest.mark.parametrize("role", ["rep", "accountant"])
def test_others_do_not_reach_flows_and_managers_only_look(admin, role):
    rule = flow(admin, graph(start("created"), NOTICE), on=False)
    other, manager = (make.client(make.actor(admin.company, code)) for code in (role, "sales_manager"))

    assert other.get(URL).status_code == 403
    assert manager.get(f"{URL}{rule.pk}/").status_code == 200
    assert manager.post(f"{URL}{rule.pk}/switch-on/", {}, format="json").status_code == 403
    assert not Flow.objects.get(pk=rule.pk).is_on


def test_nobody_reaches_the_flows_of_another_company(admin, outsider):
    rule = flow(admin, graph(start("created"), NOTICE), on=False)

    assert make.client(outsider).get(f"{URL}{rule.pk}/").status_code == 404
