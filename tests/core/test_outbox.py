"""Events leave after the commit, each is applied once, whatever is killed."""

import datetime as dt
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connection, connections

from suite.core import clock, outbox
from suite.core.acts import acting, current_act, service
from suite.core.models import AuditRow, Effect, OutboxEvent, Team
from tests import make


@pytest.fixture
def consumers(monkeypatch):
    """Nobody listens but those of the test."""
    monkeypatch.setattr(outbox, "_consumers", {})
    monkeypatch.setattr(outbox, "ring", lambda: None)
    return outbox


def announce(house, *keys, event="test.happened", row=None):
    with acting(house) as act:
        for key in keys:
            act.announce(event, row or house.company, {"key": key}, key=str(key))


def announce_of_many(house, count):
    """One event each of so many records."""
    teams = [make.team(house.company, f"Team {n}") for n in range(count)]
    with acting(house) as act:
        for team in teams:
            act.announce("test.happened", team, {"name": team.name})


@pytest.mark.django_db
def test_an_event_reaches_its_consumers_and_those_of_all_events_once(house, consumers):
    seen = []
    consumers.on("test.happened", lambda event, actor: seen.append(("one", event.payload["key"], actor.company)))
    consumers.on("*", lambda event, actor: seen.append(("all", event.payload["key"], actor.company)))
    announce(house, 1)

    assert outbox.relay() == 1
    assert outbox.relay() == 0
    assert seen == [("one", 1, house.company), ("all", 1, house.company)]
    assert Effect.objects.filter(dedupe_key__startswith="test.happened").count() == 1


@pytest.mark.django_db
def test_the_same_event_announced_twice_is_one(house, consumers):
    announce(house, 1)
    announce(house, 1)

    assert OutboxEvent.objects.filter(event="test.happened").count() == 1


@pytest.mark.django_db
def test_what_a_consumer_wrote_before_it_failed_is_undone_and_tried_again(house, consumers):
    calls = []

    def fail_once(event, actor):
        Team.objects.create(company=actor.company, name=f"try {len(calls)}")
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("not now")

    consumers.on("test.happened", fail_once)
    announce(house, 1)

    assert outbox.relay() == 0
    event = OutboxEvent.objects.get(event="test.happened")
    assert (event.attempts, event.error, Team.objects.count()) == (1, "RuntimeError: not now", 0)
    assert outbox.relay() == 0  # not due yet
    OutboxEvent.objects.update(next_try_at=clock.now())
    assert outbox.relay() == 1
    assert [team.name for team in Team.objects.all()] == ["try 1"]


@pytest.mark.django_db
def test_one_that_fails_holds_back_later_ones_of_its_record_only(house, consumers):
    seen = []

    def refuse_first(event, actor):
        if event.payload["key"] == 1:
            raise RuntimeError("never")
        seen.append(event.payload["key"])

    consumers.on("test.happened", refuse_first)
    other = make.team(house.company, "Other")
    announce(house, 1, 2)
    announce(house, 3, row=other)

    outbox.relay()

    assert seen == [3]


@pytest.mark.django_db
def test_events_of_a_record_come_in_their_order_though_one_batch_holds_one(house, consumers):
    seen = []
    consumers.on("test.happened", lambda event, actor: seen.append(event.payload["key"]))
    announce(house, *range(7))

    outbox.relay(limit=1)

    assert seen == list(range(7))


@pytest.mark.django_db
def test_an_event_is_given_up_and_can_be_tried_again_by_hand(admin, house, consumers):
    def refuse(event, actor):
        raise RuntimeError("never")

    consumers.on("test.happened", refuse)
    announce(house, 1)
    for _ in range(outbox.GIVE_UP_AFTER):
        OutboxEvent.objects.filter(event="test.happened").update(next_try_at=clock.now())
        outbox.relay()
    dead = OutboxEvent.objects.get(event="test.happened")
    consumers._consumers.clear()

    assert dead.dead_at is not None
    assert outbox.relay() == 0
    assert outbox.retry(events=[dead], actor=admin, reason="the mail server is back") == 1
    assert outbox.relay() == 1
    assert AuditRow.objects.get(action="retried").reason == "the mail server is back"


@pytest.mark.django_db
def test_the_trail_of_a_consumer_is_written_with_its_effect(house, consumers):
    @service
    def note(*, actor):
        current_act().audit(actor.company, "noted")

    consumers.on("test.happened", lambda event, actor: note(actor=actor))
    announce(house, 1)

    outbox.relay()

    assert AuditRow.objects.filter(action="noted").count() == 1


@pytest.mark.django_db
def test_the_oldest_waiting_event_is_known(house, consumers):
    assert outbox.oldest_age() == 0
    announce(house, 1)
    OutboxEvent.objects.update(written_at=clock.now() - dt.timedelta(seconds=100))

    assert 90 < outbox.oldest_age() < 200


@pytest.mark.django_db
def test_events_applied_long_ago_are_forgotten_with_their_effects(house, consumers):
    announce(house, 1, 2)
    outbox.relay()
    OutboxEvent.objects.filter(payload__key=1).update(done_at=clock.now() - dt.timedelta(days=91))

    assert outbox.forget(clock.now() - dt.timedelta(days=90)) == 1
    assert OutboxEvent.objects.filter(event="test.happened").count() == 1
    assert Effect.objects.filter(dedupe_key__startswith="test.happened").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_relays_at_once_apply_each_event_once(house, consumers):
    announce_of_many(house, 60)
    consumers.on("test.happened", lambda event, actor: Team.objects.create(company=actor.company, name=f"x{event.pk}"))

    def relay(_number):
        try:
            return outbox.relay(limit=7)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(relay, range(2)))

    assert sum(done) == 60
    assert Team.objects.filter(name__startswith="x").count() == 60


DIES = """
import os, signal, django
django.setup()
from suite.core import outbox
from suite.core.models import Team
outbox._consumers.clear()
def consume(event, actor):
    Team.objects.create(company=actor.company, name=f"x{event.pk}")
    if Team.objects.filter(name__startswith="x").count() == 50:
        os.kill(os.getpid(), signal.SIGKILL)
outbox.on("test.happened", consume)
outbox.relay(limit=20)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(house, consumers):
    announce_of_many(house, 200)
    here = connection.settings_dict
    login = f"{quote(here['USER'])}:{quote(here['PASSWORD'])}@{here['HOST']}:{here['PORT']}"
    env = os.environ | {"DATABASE_URL": f"postgresql://{login}/{here['NAME']}"}
    env |= {"DATABASE_OWNER_URL": env["DATABASE_URL"], "DJANGO_SETTINGS_MODULE": "suite.settings"}

    killed = subprocess.run([sys.executable, "-c", DIES], env=env, capture_output=True, timeout=60, check=False)
    after_the_kill = Team.objects.filter(name__startswith="x").count()
    consumers.on("test.happened", lambda event, actor: Team.objects.create(company=actor.company, name=f"x{event.pk}"))
    outbox.relay()

    assert killed.returncode == -9, killed.stderr
    assert after_the_kill == 40
    assert Team.objects.filter(name__startswith="x").count() == Effect.objects.count() == 200
