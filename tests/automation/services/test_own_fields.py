"""Flows that begin with own fields, speak of them and fill them in."""

import datetime as dt

from django.utils import translation

from crm.customers.services.customers import change_customer
from suite.automation.flows import graphs
from suite.automation.models import Flow, FlowRun
from suite.automation.services import flows, rehearsal, runs, triggers
from suite.core import clock
from suite.core.acts import acting
from suite.desk.models import Task
from suite.desk.own import values
from tests import make
from tests.automation.flows import CUSTOMER, asks, flow, graph, run_of, start, work
from tests.desk.own.make import field

SAY = {"kind": "task", "params": {"who": "owner", "text": "{own.size}: {party}"}}


def test_a_change_of_an_own_field_is_a_change_and_starts_a_flow_once(admin, rep):
    field(admin.company, CUSTOMER, "choice", key="size")
    customer = make.customer(rep, "One")
    first = start("changed", fields_changed=["own.size"], again="each", when=asks(**{"own.size": "large"}))
    rule = flow(admin, graph(first, SAY))

    values.write(actor=rep, values={customer: {"size": "large"}})
    with acting(rep):
        changed = change_customer(customer=customer, grade="A", actor=rep)
        values.write(actor=rep, values={changed: {"size": None}})
    with acting(rep):
        values.write(actor=rep, values={change_customer(customer=changed, grade="B", actor=rep): {"size": "large"}})
    change_customer(customer=customer, grade="C", actor=rep)
    work()

    assert FlowRun.objects.filter(flow=rule).count() == 3  # once for each change of the field
    with translation.override("en"):
        assert {str(task.title) for task in Task.objects.filter(source__startswith="flow")} == {"Large: One"}


def test_an_own_date_is_reached(admin, rep, time_machine):
    field(admin.company, CUSTOMER, "date", key="ends")
    first = {"on": "date", "date": "own.ends", "number": 30, "unit": "days", "side": "before"}
    wait = {"kind": "wait", "params": {"number": 1, "unit": "days", "date": "own.ends"}}
    rule = flow(
        admin,
        graph(
            {"id": "start", "kind": "start", "params": first},
            wait,
            SAY | {"params": {**SAY["params"], "text": "{own.ends}", "date": "own.ends", "number": 2, "unit": "days"}},
        ),
    )
    ends = clock.today(admin.company) + dt.timedelta(days=31)
    due, later, _never = (make.customer(rep, name) for name in ("Due", "Later", "Never"))
    values.write(actor=rep, values={due: {"ends": ends}, later: {"ends": ends + dt.timedelta(days=5)}})

    time_machine.move_to(clock.now() + dt.timedelta(days=1, hours=1), tick=False)
    triggers.look()
    runs.advance()

    run = run_of(rule)
    assert (run.object_id, run.due_at) == (due.pk, clock.day_starts(admin.company, ends + dt.timedelta(days=1)))


def test_a_flow_fills_in_own_fields_and_is_told_when_that_would_start_it_again(admin, rep):
    field(admin.company, CUSTOMER, "choice", key="size")
    field(admin.company, CUSTOMER, "bool", key="big")
    field(admin.company, CUSTOMER, "party", key="sent_by")
    friend = make.customer(rep, "Friend").party
    fill = {"kind": "own", "params": {"own.size": "large", "own.big": "false", "own.sent_by": friend.pk}}
    rule = flow(admin, graph(start("created"), fill))
    customer = make.customer(rep, "One")

    work()

    customer.refresh_from_db()
    assert customer.own == {"size": "large", "big": False, "sent_by": friend.pk}
    subject = flows.subject_of(rule)
    with translation.override("en"):
        assert graphs.text_of({"id": "n1", **fill}, subject, admin) == (
            "Fill in own fields (Field size: Large, Field big: No, Field sent_by: Friend)"
        )
    again = flow(
        admin, graph(start("changed", again="each"), {"kind": "own", "params": {"own.size": "small"}}), on=False
    )
    assert rehearsal.rehearse(flow=Flow.objects.get(pk=again.pk), actor=admin).loop
