from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.models import Customer
from crm.customers.services.customers import change_customer, transfer_customers
from crm.customers.services.tags import create_tag, tag_customers
from suite.automation.flows.nodes import acts
from suite.automation.models import FlowRun, FlowStep
from suite.automation.services import flows, runs, triggers
from suite.core import cached, clock, outbox
from suite.core.models import Company, Effect, Membership, OutboxEvent
from suite.desk.models import Notification, Task
from tests import make
from tests.automation.flows import NOTICE, TASK, asks, flow, graph, log, run_of, start, work


def deliver_again() -> None:
    """As if the worker had died after its work and before it was written down."""
    Effect.objects.all().delete()
    OutboxEvent.objects.update(done_at=None)
    work()


def test_a_flow_makes_its_task_once_however_often_the_event_comes(admin, rep):
    rule = flow(admin, graph(start("created"), TASK))

    customer = make.customer(rep, "华为")
    work()
    deliver_again()

    task = Task.objects.get(source=f"flow-{rule.pk}")
    assert (task.title, task.owner_id, task.subject_id) == ("Call 华为", rep.user_id, customer.pk)
    assert timedelta(days=1, hours=23) < task.due_at - clock.now() < timedelta(days=2)
    run = run_of(rule)
    assert (run.status, log(run)) == ("done", [("start", "started"), ("n1", "done")])
    assert run.steps.get(node="n1").input["title"] == "Call 华为"


def test_only_records_on_which_the_conditions_hold_come_into_a_flow(admin, rep):
    grades = {
        "match": "any",
        "groups": [{"params": {"grade": "A"}}, {"match": "none", "params": {"grade": "C", "stage": "prospect"}}],
    }
    rule = flow(admin, graph(start("created", when=grades), NOTICE))

    fits = make.customer(rep, "One", grade="A")
    make.customer(rep, "Two", grade="B")
    work()

    assert run_of(rule).object_id == fits.pk


def test_a_tag_and_no_order_in_ninety_days_every_morning(admin, rep, time_machine):
    tag = create_tag(name="VIP", actor=admin)
    when = {
        "match": "all",
        "groups": [{"params": {"tag": str(tag.pk)}}, {"match": "none", "params": {"last_order": "last_90_days"}}],
    }
    rule = flow(
        admin,
        graph(
            {"id": "start", "kind": "start", "params": {"on": "schedule", "every": "day", "at": "09:00"}, "when": when},
            TASK,
        ),
    )
    known = [make.customer(rep, name) for name in ("Old", "New", "Plain")]
    tag_customers(customers=[row.pk for row in known[:2]], tags=[tag], actor=admin)
    Customer.objects.filter(pk=known[1].pk).update(last_order_on=clock.today(admin.company))

    for _day in range(2):
        time_machine.move_to(clock.now() + timedelta(days=1), tick=False)
        triggers.look()
        triggers.look()
        runs.advance()

    assert [task.title for task in Task.objects.filter(source=f"flow-{rule.pk}")] == ["Call Old"]


def test_a_branch_parts_the_runs_and_a_wait_holds_them(admin, rep, time_machine):
    wait = {"kind": "wait", "params": {"number": 3, "unit": "hours"}}
    branch = {"kind": "branch", "when": asks(grade="A")}
    drawn = graph(
        start("created"),
        wait,
        branch,
        TASK,
        NOTICE,
        edges=[("start", "", "n1"), ("n1", "", "n2"), ("n2", "yes", "n3"), ("n2", "no", "n4")],
    )
    rule = flow(admin, drawn)
    good, other = make.customer(rep, "Good", grade="A"), make.customer(rep, "Other")

    work()
    assert not Task.objects.exists()
    time_machine.move_to(clock.now() + timedelta(hours=4), tick=False)
    work()

    assert log(run_of(rule, good)) == [("start", "started"), ("n1", "waits"), ("n2", "yes"), ("n3", "done")]
    assert log(run_of(rule, other)) == [("start", "started"), ("n1", "waits"), ("n2", "no"), ("n4", "done")]
    assert Task.objects.get().title == "Call Good"


def test_a_run_that_waits_for_something_goes_on_when_it_happens_or_in_the_end(admin, rep, time_machine):
    until = {"kind": "until", "params": {"number": 2, "unit": "days"}, "when": asks(grade="A")}
    drawn = graph(
        start("created"),
        TASK,
        until,
        {"kind": "close", "params": {"how": "done"}},
        edges=[("start", "", "n1"), ("n1", "", "n2"), ("n2", "yes", "n3")],
    )
    rule = flow(admin, drawn)
    first, second = make.customer(rep, "First"), make.customer(rep, "Second")
    work()

    change_customer(customer=first, grade="A", actor=rep)
    work()
    time_machine.move_to(clock.now() + timedelta(days=3), tick=False)
    work()

    assert [task.status for task in Task.objects.order_by("pk")] == ["done", "open"]
    assert log(run_of(rule, first))[-2:] == [("n2", "yes"), ("n3", "done")]
    assert log(run_of(rule, second))[-2:] == [("n2", "waits"), ("n2", "no")]


def test_a_date_is_reached_once_and_what_was_long_past_is_no_news(admin, rep, time_machine):
    given = {"on": "date", "date": "next_step", "number": 2, "unit": "hours"}
    rule = flow(admin, graph({"id": "start", "kind": "start", "params": given}, NOTICE))
    moment = clock.now()
    soon = make.customer(rep, "Soon", next_step="Call", next_step_at=moment + timedelta(hours=1))
    make.customer(rep, "Past", next_step="Call", next_step_at=moment - timedelta(days=30))

    for hours in (2, 2, 24):
        time_machine.move_to(clock.now() + timedelta(hours=hours), tick=False)
        triggers.look()
        runs.advance()

    assert run_of(rule).object_id == soon.pk
    assert Notification.objects.filter(kind="flow").count() == 1


def test_a_change_starts_a_flow_only_when_it_is_of_the_fields_named(admin, rep):
    rule = flow(admin, graph(start("changed", fields_changed=["grade"], again="each"), NOTICE))
    customer = make.customer(rep, "One")

    change_customer(customer=customer, tier="gold", actor=rep)
    work()
    assert not FlowRun.objects.filter(flow=rule).exists()

    for grade in ("A", "B"):
        customer = change_customer(customer=customer, grade=grade, actor=rep)
    work()
    assert FlowRun.objects.filter(flow=rule, status="done").count() == 2


def test_history_starts_nothing(admin, rep):
    rule = flow(admin, graph(start("created"), NOTICE))

    with clock.at(clock.now() - timedelta(days=3)):
        make.customer(rep, "Old")
    work()

    assert not FlowRun.objects.filter(flow=rule).exists()


def test_what_a_flow_does_itself_does_not_start_it_again(admin, rep, manager):
    give = {"kind": "do.transfer", "params": {"owner": manager.user_id}}
    rule = flow(admin, graph(start("created", "changed", again="each"), give))
    customer = make.customer(rep, "One")

    work()

    assert Customer.objects.get(pk=customer.pk).owner_id == manager.user_id
    done, stopped = FlowRun.objects.filter(flow=rule).order_by("pk")
    assert (done.status, stopped.status) == ("done", "stopped")
    assert "would start it again" in stopped.error
    assert Notification.objects.filter(kind="alert", user=admin.user).count() == 1


def test_two_flows_that_start_each_other_come_to_an_end(admin, rep, manager):
    for name, owner in (("There", manager), ("Back", rep)):
        give = {"kind": "do.transfer", "params": {"owner": owner.user_id}}
        flow(admin, graph(start("changed", again="each"), give), name=name)
    customer = make.customer(rep, "One")

    change_customer(customer=customer, grade="A", actor=rep)
    work()

    assert FlowRun.objects.filter(status="stopped").exists()
    assert FlowRun.objects.count() < 8


def test_a_refusal_of_one_record_is_its_own_and_can_be_tried_again(admin, rep):
    rule = flow(admin, graph(start("created"), TASK))
    good = make.customer(rep, "Good")
    nobodys = make.customer(admin.company, "Nobody's")

    work()
    stuck = run_of(rule, nobodys)
    assert (run_of(rule, good).status, stuck.status) == ("done", "failed")
    assert "looks after the record" in stuck.error

    transfer_customers(customers=[nobodys.pk], owner=rep.user, actor=admin)
    runs.retry(runs=[stuck.pk], actor=admin)
    work()
    assert run_of(rule, nobodys).status == "done"
    assert Task.objects.filter(source=f"flow-{rule.pk}").count() == 2


def test_a_flow_for_somebody_who_left_says_so_instead_of_doing_nothing(admin, rep, manager):
    told = {"kind": "task", "params": {"who": "user", "user": manager.user_id, "text": "Call"}}
    rule = flow(admin, graph(start("created"), told))
    Membership.objects.filter(user=manager.user).delete()

    make.customer(rep, "One")
    work()

    run = run_of(rule)
    assert run.status == "failed"
    assert run.error
    assert flows.problems(rule, admin)


def test_a_condition_that_means_nothing_any_more_stops_the_run_in_words(admin, rep):
    tag = create_tag(name="VIP", actor=admin)
    rule = flow(admin, graph(start("created", when=asks(tag=str(tag.pk))), NOTICE))
    tag.delete()

    make.customer(rep, "One")
    work()

    assert (run_of(rule).status, "not understood" in run_of(rule).error) == ("failed", True)


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_behind(admin, rep, monkeypatch):
    rule = flow(admin, graph(start("created"), TASK, NOTICE))
    make.customer(rep, "One")
    outbox.relay()

    class Killed(BaseException):
        pass

    def dies(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(runs.bulk, "update", dies)
        with pytest.raises(Killed):
            runs.advance()
    assert not Task.objects.exists()

    work()
    assert Task.objects.count() == 1
    assert log(run_of(rule)) == [("start", "started"), ("n1", "done"), ("n2", "done")]


def test_a_fault_of_one_record_does_not_stop_the_others(admin, rep, monkeypatch):
    rule = flow(admin, graph(start("created"), TASK))
    made = [make.customer(rep, f"C{number}") for number in range(5)]
    write = acts.filled

    def broken(text, rows, subject):
        return 1 / 0 if made[2].pk in {row.pk for row in rows} else write(text, rows, subject)

    monkeypatch.setattr(acts, "filled", broken)

    work()

    assert run_of(rule, made[2]).error.startswith("ZeroDivisionError")
    assert FlowRun.objects.filter(flow=rule, status="done").count() == 4


def test_a_node_takes_the_same_statements_for_many_records(admin, rep, django_assert_max_num_queries):
    rule = flow(admin, graph(start("created"), TASK, NOTICE))
    counts = []
    for number in (1, 2, 40):  # the first reads what is settled
        for each in range(number):
            make.customer(rep, f"C{number}-{each}")
        outbox.relay()
        with django_assert_max_num_queries(120) as seen:
            runs.advance()
        counts.append(len(seen))

    assert FlowStep.objects.filter(run__flow=rule).count() == 43 * 3
    assert counts[1] == counts[2]


def test_a_flow_that_is_off_starts_nothing_and_what_waits_goes_on_later(admin, rep, time_machine):
    rule = flow(admin, graph(start("created"), {"kind": "wait", "params": {"number": 1, "unit": "hours"}}, TASK))
    make.customer(rep, "One")
    work()
    flows.switch_off(flows=[rule.pk], actor=admin)
    make.customer(rep, "Two")
    time_machine.move_to(clock.now() + timedelta(hours=2), tick=False)
    work()
    assert not Task.objects.exists()

    flows.switch_on(flows=[rule.pk], actor=admin)
    work()
    assert [task.title for task in Task.objects.all()] == ["Call One"]


def test_a_module_that_is_switched_off_takes_its_flows_along(admin, rep):
    rule = flow(admin, graph(start("created"), TASK))
    before = make.customer(rep, "One")
    outbox.relay()

    Company.objects.filter(pk=admin.company_id).update(modules_off=["crm_customers"])
    cached.forget(admin.company_id)
    make.customer(rep, "Two")
    work()
    assert not Task.objects.exists()

    Company.objects.filter(pk=admin.company_id).update(modules_off=[])
    FlowRun.objects.update(due_at=clock.now())
    work()
    assert run_of(rule).object_id == before.pk
    assert Task.objects.count() == 1


def test_a_flow_hands_over_tags_and_sets_fields_of_many_customers_in_as_many_statements(admin, rep, manager):
    tag = create_tag(name="VIP", actor=admin)
    nodes = [
        {"kind": "do.transfer", "params": {"owner": manager.user_id}},
        {"kind": "do.tag", "params": {"tags": [tag.pk]}},
        {"kind": "do.set", "params": {"grade": "A", "source": "fair"}},
    ]
    flow(admin, graph(start("created"), *nodes))
    counts = []
    for number in (2, 20):
        made = [make.customer(rep, f"C{number}-{each}").pk for each in range(number)]
        outbox.relay()
        with CaptureQueriesContext(connection) as seen:
            runs.advance()
        counts.append(len(seen))

    rows = Customer.objects.filter(pk__in=made)
    assert set(rows.values_list("owner", "grade", "source", "tags")) == {(manager.user_id, "A", "fair", tag.pk)}
    assert counts[0] == counts[1]
