import pytest
from django.db import connection
from django.db.models import Max

from crm.customers.services.customers import change_customer
from suite.automation.models import FlowRun
from suite.automation.services import flows, rehearsal, runs
from suite.core import outbox
from suite.core.errors import BusinessError
from suite.core.models import Effect, OutboxEvent
from suite.desk.services import todos
from tests import make
from tests.automation.flows import NOTICE, TASK, asks, flow, graph, start, work


def checksums() -> dict[str, str]:
    """What stands in every table."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(string_agg(md5(row::text), '' ORDER BY row::text)) FROM \"{table}\" AS row")
            found[table] = cursor.fetchone()[0]
    return found


def numbers() -> list[tuple[str, int]]:
    """Where the numbers of papers stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE sequencename LIKE 'suite\\_number%'")
        return sorted(cursor.fetchall())


def replay() -> None:
    Effect.objects.all().delete()
    OutboxEvent.objects.update(done_at=None)
    work()


def test_a_rehearsal_says_what_would_have_happened_and_leaves_no_trace(admin, rep):
    made = [make.customer(rep, f"C{number}", grade="A" if number % 2 else "B") for number in range(6)]
    outbox.relay()
    rule = flow(admin, graph(start("created", when=asks(grade="A")), TASK, NOTICE), on=False)
    before, counted = checksums(), numbers()

    found = rehearsal.rehearse(flow=rule, actor=admin)

    assert (checksums(), numbers()) == (before, counted)
    assert found.objects == [row.pk for row in made if row.grade == "A"]
    assert (found.tasks, found.notices, found.mails, found.messages) == (3, 3, 0, 0)
    assert [sum(outcomes.values()) for _step, outcomes in found.steps] == [3, 3, 3]
    assert not found.loop


def test_what_others_make_during_a_rehearsal_is_not_counted(admin, rep, monkeypatch):
    make.customer(rep, "C1", grade="A")
    outbox.relay()
    rule = flow(admin, graph(start("created", when=asks(grade="A")), TASK, NOTICE), on=False)
    play = runs.play

    def play_beside_others(*args, **options):
        todos.create(tasks=[todos.NewTask(title="Ring back", owner_id=rep.user_id)], actor=admin)
        return play(*args, **options)

    monkeypatch.setattr(runs, "play", play_beside_others)

    found = rehearsal.rehearse(flow=rule, actor=admin)

    assert (found.tasks, found.notices) == (1, 1)


def test_what_was_rehearsed_is_what_happens(admin, rep):
    for number in range(6):
        make.customer(rep, f"C{number}", grade="A" if number % 2 else "B")
    outbox.relay()
    rule = flow(admin, graph(start("created", when=asks(grade="A")), TASK), on=False)
    predicted = rehearsal.rehearse(flow=rule, actor=admin).objects

    flows.switch_on(flows=[rule.pk], actor=admin)
    replay()

    assert sorted(FlowRun.objects.filter(flow=rule).values_list("object_id", flat=True)) == predicted


def test_a_flow_that_starts_itself_is_found_and_not_switched_on(admin, rep, manager):
    customer = make.customer(rep, "One")
    change_customer(customer=customer, grade="A", actor=rep)
    give = {"kind": "do.transfer", "params": {"owner": manager.user_id}}
    rule = flow(admin, graph(start("changed"), give), on=False)

    assert "starts itself" in rehearsal.rehearse(flow=rule, actor=admin).loop
    with pytest.raises(BusinessError, match="starts itself"):
        flows.switch_on(flows=[rule.pk], actor=admin)
    customer.refresh_from_db()
    assert customer.owner_id == rep.user_id


def test_a_rehearsal_passes_over_waiting_and_counts_failures(admin, rep):
    make.customer(admin.company, "Nobody's")
    make.customer(rep, "Somebody's")
    wait = {"kind": "wait", "params": {"number": 30, "unit": "days"}}
    rule = flow(admin, graph(start("created"), wait, TASK), on=False)

    found = rehearsal.rehearse(flow=rule, actor=admin)

    assert (found.tasks, [count for _why, count in found.failures]) == (1, [1])


def test_dates_of_the_last_ninety_days_are_rehearsed_too(admin, rep):
    from datetime import timedelta

    from suite.core import clock

    moment = clock.now()
    for days in (10, 80, 200):
        make.customer(rep, f"{days}", next_step="Call", next_step_at=moment - timedelta(days=days))
    rule = flow(
        admin, graph({"id": "start", "kind": "start", "params": {"on": "date", "date": "next_step"}}, NOTICE), on=False
    )

    assert rehearsal.rehearse(flow=rule, actor=admin).records == 2


def test_what_an_act_of_many_records_makes_is_taken_back_inside_another_act(admin, rep):
    """A program may ask for a rehearsal under an idempotency key, within whose transaction it then runs."""
    make.customer(rep, "One")
    rule = flow(admin, graph(start("created"), TASK), on=False)
    last = OutboxEvent.objects.aggregate(last=Max("pk"))["last"]
    api = make.client(admin)

    answer = api.post(f"/api/v1/automation/flows/{rule.pk}/rehearse/", {}, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert (answer.status_code, answer.json()["tasks"], answer.json()["records"]) == (200, 1, 1)
    assert OutboxEvent.objects.aggregate(last=Max("pk"))["last"] == last
    assert not FlowRun.objects.exists()
