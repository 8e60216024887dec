import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from suite.automation import subjects
from suite.automation.flows import graphs
from suite.automation.models import Flow, FlowVersion
from suite.automation.services import flows
from suite.automation.services.webhooks import create_webhook
from suite.core import cached, signals
from suite.core.errors import BusinessError, Stale
from tests import make
from tests.automation.flows import CUSTOMER, NOTICE, TASK, asks, flow, graph, run_of, start, work


def test_a_version_in_force_is_never_changed_and_runs_end_on_theirs(admin, rep):
    rule = flow(admin, graph(start("created"), {"kind": "wait", "params": {"number": 0, "unit": "hours"}}, TASK))
    first = rule.current
    flows.change_flow(flow=rule, graph=graph(start("created"), NOTICE), actor=admin)
    assert flows.is_changed(Flow.objects.get(pk=rule.pk))

    second = flows.put_in_force(flow=rule, actor=admin)
    make.customer(rep, "One")
    work()

    assert (first.number, second.number) == (1, 2)
    assert run_of(rule).flow_version == second
    with pytest.raises(IntegrityError), transaction.atomic():
        FlowVersion.objects.filter(pk=first.pk).update(number=9)


def test_moving_a_step_on_the_drawing_makes_no_new_version(admin):
    rule = flow(admin, graph(start("created"), NOTICE))
    moved = rule.draft
    moved["nodes"][1]["x"] += 70

    flows.change_flow(flow=rule, graph=moved, actor=admin)

    assert not flows.is_changed(Flow.objects.get(pk=rule.pk))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda drawn: drawn.update(nodes="x"), "nodes and edges"),
        (lambda drawn: drawn["nodes"].append({"id": "n1", "kind": "notice"}), "same name"),
        (lambda drawn: drawn["nodes"].append({"id": "n2", "kind": "rocket"}), "no step of the kind rocket"),
        (lambda drawn: drawn["nodes"].append(["n2"]), "A step has a name"),
        (lambda drawn: drawn["nodes"].append({"id": "n2", "kind": "do.fly"}), "do.fly"),
        (lambda drawn: drawn["edges"].append({"from": "n1", "to": "n9"}), "An edge leads"),
        (lambda drawn: drawn["edges"].append({"from": "n1", "to": "n1", "exit": "maybe"}), "no exit maybe"),
        (lambda drawn: drawn["edges"].append({"from": "n1", "to": "n1", "exit": ["a"]}), "An edge leads"),
        (lambda drawn: drawn["nodes"][0].update(when=asks(weather="fine")), "no filter weather"),
        (lambda drawn: drawn["nodes"][0].update(when={"groups": [{"params": {"grade": 7}}]}), "takes a text"),
        (lambda drawn: drawn["nodes"][0].update(when=[1]), "Conditions are groups"),
        (lambda drawn: drawn["nodes"][0].update(x="left"), "two whole numbers"),
    ],
)
def test_what_is_no_graph_is_refused_in_words(admin, change, why):
    drawn = graph(start("created"), NOTICE)
    change(drawn)

    with pytest.raises(ValidationError) as caught:
        flows.create_flow(name="Bad", kind=CUSTOMER, graph=drawn, actor=admin)

    assert why in " ".join(caught.value.message_dict["graph"])


@pytest.mark.parametrize(
    ("drawn", "why"),
    [
        (graph(start("created")), "needs a step"),
        (graph(start("created"), NOTICE, TASK, edges=[("start", "", "n1")]), "No way leads"),
        (
            graph(start("created"), NOTICE, TASK, edges=[("start", "", "n1"), ("n1", "", "n2"), ("n2", "", "n1")]),
            "circle",
        ),
        (graph(start(), NOTICE), "When"),
        (
            graph(start("created"), {"kind": "branch"}, NOTICE, edges=[("start", "", "n1"), ("n1", "yes", "n2")]),
            "conditions",
        ),
        (graph(start("created"), {"kind": "notice", "params": {"who": "owner", "text": "Hello {moon}"}}), "{moon}"),
        (graph(start("created"), {"kind": "task", "params": {"who": "user", "user": 999999, "text": "x"}}), "Person"),
        (graph(start("created"), {"kind": "task", "params": {"who": "owner", "text": "x", "colour": "red"}}), "colour"),
        (graph(start("created", when=asks(owner="me")), NOTICE), "a rule is nobody"),
        (graph(start("created", when=asks(grade="Z")), NOTICE), "not understood"),
        (graph(start(on="date", date="next_step", number="many"), NOTICE), "So many"),
        (graph(start(on="date", date="last_order", number=3, unit="hours"), NOTICE), "no hours"),
    ],
)
def test_what_cannot_run_is_not_put_in_force(admin, drawn, why):
    rule = flows.create_flow(name="Unready", kind=CUSTOMER, graph=drawn, actor=admin)

    with pytest.raises(BusinessError, match=why.replace("{", r"\{")):
        flows.switch_on(flows=[rule.pk], actor=admin)

    assert not Flow.objects.get(pk=rule.pk).is_on


def test_a_save_over_an_older_copy_is_refused(admin):
    rule = flow(admin, graph(start("created"), NOTICE), on=False)
    flows.change_flow(flow=Flow.objects.get(pk=rule.pk), name="Newer", actor=admin)

    with pytest.raises(Stale):
        flows.change_flow(flow=rule, name="Mine", version=rule.version, actor=admin)


def test_what_comes_with_the_house_can_be_changed_but_not_removed(admin):
    shipped = Flow.objects.of(admin.company_id).get(code="overdue-task")

    with pytest.raises(BusinessError, match="comes with the house"):
        flows.remove_flows(flows=[shipped.pk], actor=admin)
    flows.switch_off(flows=[shipped.pk], actor=admin)

    assert Flow.objects.get(pk=shipped.pk).status == "off"


def test_every_flow_that_comes_with_the_house_could_be_put_in_force(admin):
    for row in Flow.objects.of(admin.company_id):
        assert flows.problems(row, admin) == {}, row.code


def test_an_upgrade_brings_the_flows_that_a_company_does_not_have_yet(admin):
    Flow.objects.of(admin.company_id).filter(code="overdue-task").delete()
    cached.forget(admin.company_id)
    before = set(Flow.objects.of(admin.company_id).values_list("code", flat=True))

    from django.apps import apps

    signals.complete_schema(apps.get_app_config("core"))
    signals.complete_schema(apps.get_app_config("core"))

    assert set(Flow.objects.of(admin.company_id).values_list("code", flat=True)) - before == {"overdue-task"}


def test_the_words_of_steps_cost_no_statement_each(admin, django_assert_num_queries):
    webhook = create_webhook(name="Sales group", url="https://example.com/hook", actor=admin)
    steps = [
        {"kind": "tell", "params": {"webhook": webhook.pk, "text": "Hello"}},
        {"kind": "notice", "params": {"who": "role", "role": "accountant", "text": "Hello"}},
        {"kind": "task", "params": {"who": "user", "user": admin.user_id, "text": "Hello"}},
    ]
    told = [graphs.text_of(step, subjects.subject(CUSTOMER), admin) for step in steps]

    with django_assert_num_queries(0):
        again = [graphs.text_of(step, subjects.subject(CUSTOMER), admin) for step in steps]

    assert again == told
    assert ["Sales group" in told[0], "Accountant" in told[1], admin.user.label in told[2]] == [True] * 3
