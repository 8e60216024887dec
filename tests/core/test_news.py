"""Who changed and who edits what, for pages that stand open."""

import pytest
from django.core.cache import cache

from suite.core import news
from suite.core.acts import acting
from tests import make

pytestmark = pytest.mark.django_db
PARTY = "masterdata.party"


def test_what_an_act_wrote_of_is_known_after_the_commit_and_not_before(rep, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as told:
        party = make.party(rep.company)
        assert news.last_change(rep.company_id, (PARTY, party.pk)) is None
    for tell in told:
        tell()

    record = news.last_change(rep.company_id, (PARTY, party.pk))
    assert record is not None
    assert news.last_change(rep.company_id, (PARTY, 0)) == record
    assert news.last_change(rep.company_id + 1, (PARTY, party.pk)) is None


def test_of_very_many_records_only_their_lists_learn(company, django_capture_on_commit_callbacks):
    many = [("a.b", number) for number in range(1, news.AT_MOST + 2)]
    with django_capture_on_commit_callbacks(execute=True):
        news.changed(company.pk, 7, many)

    assert news.last_change(company.pk, ("a.b", 1)) is None
    assert news.last_change(company.pk, ("a.b", 0))[1] == 7


def test_who_edits_is_there_until_no_sign_comes_any_more(company, time_machine):
    time_machine.move_to("2026-11-22 10:00:00Z", tick=False)
    news.editing(company.pk, ("a.b", 1), 7)
    time_machine.shift(8)
    news.editing(company.pk, ("a.b", 1), 8)

    assert list(news.editors(company.pk, ("a.b", 1), but=8)) == [7]
    time_machine.shift(8)
    assert list(news.editors(company.pk, ("a.b", 1), but=0)) == [8]
    assert news.editors(company.pk, ("a.b", 2), but=0) == {}


def test_a_cache_that_is_down_costs_no_act(rep, monkeypatch, django_capture_on_commit_callbacks):
    def down(*_args):
        raise ConnectionError

    monkeypatch.setattr(cache, "set_many", down)
    monkeypatch.setattr(cache, "get", down)

    with django_capture_on_commit_callbacks(execute=True), acting(rep):
        news.changed(rep.company_id, rep.user_id, [("a.b", 1)])
    assert news.last_change(rep.company_id, ("a.b", 1)) is None
