import datetime as dt

import pytest

from crm.customers.models import Customer
from crm.retention import services
from crm.retention.models import ChurnAlert
from tests import make

ALERTS = "/api/v1/crm/retention/churn-alerts/"


@pytest.fixture
def alert(rep, house):
    customer = make.customer(rep, "Anna Ltd")
    Customer.objects.filter(pk=customer.pk).update(stage="active", last_order_on=dt.date(2020, 1, 1))
    services.raise_churn_alerts(actor=house)
    return ChurnAlert.objects.get()


def test_open_alerts_are_listed_with_whom_they_concern(alert, rep):
    rows = make.client(rep).get(ALERTS, {"is_open": "true"}).json()["results"]

    assert [(row["name"], row["owner"], row["last_order_on"]) for row in rows] == [
        ("Anna Ltd", rep.user.pk, "2020-01-01")
    ]


def test_a_colleagues_alerts_are_not_listed(alert, company):
    assert make.client(make.actor(company, "rep")).get(ALERTS).json()["results"] == []


def test_an_alert_is_put_away(alert, rep):
    body = make.client(rep).post(f"{ALERTS}{alert.pk}/close/", {"reason": "Called"}, format="json").json()

    assert body["closed_at"]
    assert make.client(rep).get(ALERTS, {"is_open": "true"}).json()["results"] == []
