import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from crm.customers import timeline
from crm.customers.services import activities
from tests import make


@pytest.fixture
def customer(rep):
    return make.customer(rep)


def moments(*days):
    return [dt.datetime(2024, 1, day, tzinfo=dt.UTC) for day in days]


def log(rep, customer, *days, **values):
    return activities.log_activities(
        activities=[
            {"party": customer.party, "title": str(moment), "happened_at": moment, **values}
            for moment in moments(*days)
        ],
        actor=rep,
    )


def test_the_latest_stands_first_whatever_the_order_of_writing(rep, customer):
    log(rep, customer, 3, 1, 2)

    page = timeline.timeline_of(actor=rep, party_id=customer.party_id)

    assert [row.at.day for row in page.rows] == [3, 2, 1]
    assert page.next == ""


def test_pages_follow_each_other_without_gap_or_repeat_at_one_instant(rep, customer):
    rows = log(rep, customer, *[5] * 25)

    seen, after = [], ""
    while True:
        page = timeline.timeline_of(actor=rep, party_id=customer.party_id, after=after, size=4)
        seen += [row.pk for row in page.rows]
        if not (after := page.next):
            break

    assert seen == sorted((row.pk for row in rows), reverse=True)


def test_statements_do_not_grow_with_rows(rep, customer, django_assert_num_queries):
    log(rep, customer, *[5] * 25)
    assert rep.grants.scopes  # read before

    with django_assert_num_queries(2):  # the latest of all kinds, and those of the one kind on the page
        timeline.timeline_of(actor=rep, party_id=customer.party_id)


def test_rows_of_several_kinds_are_woven_together_across_pages(rep, customer, monkeypatch):
    monkeypatch.setattr(timeline, "_sources", {})
    for kind in ("call", "visit"):
        timeline.register(
            kind,
            kind,
            rows=lambda actor, party_id, kind=kind: activities.Activity.objects.filter(party=party_id, kind=kind),
            line=lambda row: timeline.Line(title=row.title),
            at="happened_at",
        )
    log(rep, customer, 1, 2, 2, 4, kind="call")
    log(rep, customer, 2, 2, 3, kind="visit")

    first = timeline.timeline_of(actor=rep, party_id=customer.party_id, size=3)
    second = timeline.timeline_of(actor=rep, party_id=customer.party_id, size=3, after=first.next)
    third = timeline.timeline_of(actor=rep, party_id=customer.party_id, size=3, after=second.next)

    days = [(row.at.day, row.kind) for page in (first, second, third) for row in page.rows]
    assert days == [
        (4, "call"), (3, "visit"), (2, "visit"), (2, "visit"), (2, "call"), (2, "call"), (1, "call"),
    ]  # fmt: skip


def test_a_timeline_can_be_narrowed_to_a_kind(rep, customer):
    log(rep, customer, 1)

    assert timeline.timeline_of(actor=rep, party_id=customer.party_id, kinds=["order"]).rows == []
    assert len(timeline.timeline_of(actor=rep, party_id=customer.party_id, kinds=["activity"]).rows) == 1


@pytest.mark.parametrize(
    "after", ["x", "2024-01-01~a", "2024-01-01T00:00:00~activity~1", "~~", "2024-01-01T00:00Z~a~-1"]
)
def test_an_address_no_page_gave_is_refused(rep, customer, after):
    with pytest.raises(ValidationError):
        timeline.timeline_of(actor=rep, party_id=customer.party_id, after=after)


def test_the_timeline_of_a_strangers_customer_is_empty(rep, company, customer):
    log(rep, customer, 1)

    assert timeline.timeline_of(actor=make.actor(company, "rep"), party_id=customer.party_id).rows == []
