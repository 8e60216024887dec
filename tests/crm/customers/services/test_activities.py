import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from crm.customers.models import Activity
from crm.customers.services import activities
from suite.core import clock
from suite.core.models import AuditRow
from tests import make


@pytest.fixture
def customer(rep):
    return make.customer(rep, "Anna Ltd", contacts=[{"name": "Anna"}])


def test_a_call_is_kept_and_moves_the_last_contact(rep, customer):
    moment = clock.now() - dt.timedelta(hours=2)

    call = activities.log_activity(
        actor=rep,
        party=customer.party,
        contact=customer.party.contacts.get(),
        kind="call",
        text="Wants product B\nby Friday",
        happened_at=moment,
    )

    customer.refresh_from_db()
    assert (call.title, call.owner, call.team) == ("Wants product B", rep.user, customer.team)
    assert customer.last_touch_at == moment


def test_what_is_logged_late_does_not_hide_a_later_talk(rep, customer):
    now = clock.now()
    activities.log_activity(actor=rep, party=customer.party, kind="visit", happened_at=now)

    activities.log_activity(
        actor=rep, party=customer.party, kind="call", title="Spoke", happened_at=now - dt.timedelta(days=3)
    )

    customer.refresh_from_db()
    assert customer.last_touch_at == now


def test_a_note_is_no_contact(rep, customer):
    activities.log_activity(actor=rep, party=customer.party, kind="note", title="Moved house")

    customer.refresh_from_db()
    assert customer.last_touch_at is None


def test_many_activities_cost_as_many_statements_as_one(rep, customer, django_assert_num_queries):
    rows = [{"party": customer.party, "kind": "call", "title": f"Call {n}"} for n in range(40)]

    with django_assert_num_queries(6):  # begin, team, activities, last contact, trail, commit
        activities.log_activities(activities=rows, actor=rep)


def test_a_visit_without_words_is_called_a_visit(rep, customer):
    assert activities.log_activity(actor=rep, party=customer.party, kind="visit").title == "Visit"


@pytest.mark.parametrize("kind", ["call", "message", "mail", "note", "enquiry", "complaint"])
def test_of_a_talk_one_says_what_came_of_it(rep, customer, kind):
    with pytest.raises(ValidationError) as refused:
        activities.log_activity(actor=rep, party=customer.party, kind=kind)

    assert list(refused.value.message_dict) == ["text"]
    assert not Activity.objects.exists()


def test_somebody_elses_contact_is_refused(rep, customer):
    other = make.customer(rep, contacts=[{"name": "Bob"}])

    with pytest.raises(ValidationError, match="somebody else"):
        activities.log_activity(
            actor=rep, party=customer.party, kind="call", title="Spoke", contact=other.party.contacts.get()
        )


def test_a_correction_keeps_the_old_words(rep, customer):
    note = activities.log_activity(actor=rep, party=customer.party, kind="note", title="Wants A")

    activities.change_activity(activity=note, title="Wants B", actor=rep)

    assert AuditRow.objects.get(object_id=note.pk, action="changed").changes == {"title": ["Wants A", "Wants B"]}


def test_whoever_takes_over_a_customer_reads_what_was_logged_before(rep, company, customer):
    from crm.customers.services import customers

    activities.log_activity(actor=rep, party=customer.party, kind="note", title="Likes tea")
    colleague = make.actor(company, "rep")

    customers.transfer_customers(customers=[customer.pk], owner=colleague.user, actor=rep)

    assert Activity.objects.visible_to(colleague).get().title == "Likes tea"
