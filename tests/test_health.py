"""/livez asks nothing, /readyz asks for all that work needs."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from suite import health


def test_a_living_process_says_so_without_asking_the_database(
    db: None, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/livez")

    assert response.json()["status"] == "alive"


def test_a_server_with_everything_is_ready(db: None, client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert set(response.json().values()) == {"ready", "ok"}


def test_a_late_outbox_makes_it_unready(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "oldest_age", lambda: health.OLDEST_EVENT + 1)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["outbox"] == "late"


def test_what_went_wrong_stays_in_the_log(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise ConnectionError("amqp://name:password@broker")

    monkeypatch.setitem(health.QUESTIONS, "broker", fails)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["broker"] == "failed"
    assert "password" not in response.content.decode()
