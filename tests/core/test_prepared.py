"""Queries that are compiled once."""

import pytest
from django.db.models import Prefetch

from suite.core.models import Company, Membership, User
from suite.core.prepared import Prepared
from suite.masterdata.models import Contact, Party
from tests import make

pytestmark = pytest.mark.django_db


def test_the_same_text_serves_other_values_and_any_number_of_keys(company, django_assert_num_queries):
    parties = [make.party(company, f"Party {n}") for n in range(3)]
    query = Prepared(lambda company, pks: Party.objects.of(company).filter(pk__any=pks).order_by("pk"))

    with django_assert_num_queries(3):
        all_three = query(company=company.pk, pks=[party.pk for party in parties])
        first = query(company=company.pk, pks={parties[0].pk})
        foreign = query(company=0, pks=[party.pk for party in parties])

    assert (all_three, first, foreign) == (parties, parties[:1], [])
    assert not first[0]._state.adding


def test_related_rows_are_read_along(company, django_assert_num_queries):
    user = make.user(company, "rep")
    query = Prepared(lambda user: Membership.objects.filter(user=user).select_related("company", "team"))

    with django_assert_num_queries(1):
        (membership,) = query(user=user.pk)
        assert (membership.company, membership.team) == (company, None)


def test_texts_and_switches_are_values_too(company):
    user = make.user(company, username="somebody")
    query = Prepared(lambda name: User.objects.filter(username=name, is_active=True))

    assert query(name="somebody") == [user]
    assert query(name="'; DROP TABLE") == []


def test_many_related_rows_are_fetched_along(company, django_assert_num_queries):
    party = make.party(company)
    query = Prepared(
        lambda pk: Party.objects.filter(pk=pk).prefetch_related(
            Prefetch("contacts", Contact.objects.filter(is_archived=False))
        )
    )
    Contact.objects.create(company=company, party=party, name="Li")
    Contact.objects.create(company=company, party=party, name="Wu", is_archived=True)
    query(pk=party.pk)

    with django_assert_num_queries(2):
        (found,) = query(pk=party.pk)
        assert [contact.name for contact in found.contacts.all()] == ["Li"]


def test_what_only_knows_its_key_is_read_when_it_is_asked_for(company):
    query = Prepared(lambda pk: Company.objects.filter(pk=pk).only("code"))

    assert query(pk=company.pk)[0].name == company.name
