"""Drafts in the house: one's own only, small, and gone when saved or given up."""

import json

import pytest
from django.core.cache import cache

from suite.core import clock
from suite.desk.models import Draft
from suite.desk.services import drafts

pytestmark = pytest.mark.django_db
FORM = "/crm/sales/orders/new/?party=3"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def keep(browse, values, address=FORM):
    return browse.post("/desk/drafts/", {"address": address, "values": json.dumps(values)})


def test_a_draft_is_kept_found_changed_and_discarded(rep, manager, browse, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        keep(browse, [["note", "Ring"]])
        keep(browse, [["note", "Ring twice"]])

    assert browse.get("/desk/drafts/", {"address": FORM}).json()["values"] == [["note", "Ring twice"]]
    assert drafts.addresses(rep) == [FORM]
    assert drafts.found(actor=manager, address=FORM) is None
    assert drafts.addresses(manager) == []
    with django_capture_on_commit_callbacks(execute=True):
        browse.post("/desk/drafts/", {"address": FORM})
    assert browse.get("/desk/drafts/", {"address": FORM}).json() == {}
    assert drafts.addresses(rep) == []


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("https://elsewhere/", "[]"),
        ("", "[]"),
        ("/" + "x" * 300, "[]"),
        ("/a\x00b/", "[]"),
        (FORM, "{"),
        (FORM, '{"a": 1}'),
        (FORM, json.dumps([["note", "\x00"]])),
        (FORM, json.dumps([["note", "x" * drafts.LARGEST]])),
        (FORM, "[NaN]"),
        (FORM, "[1e999]"),
        (FORM, "[" * 3000),
        (FORM, '[["note", "\\ud800"]]'),
    ],
)
def test_nonsense_is_no_draft(browse, address, values):
    answer = browse.post("/desk/drafts/", {"address": address, "values": values}, headers={"HX-Request": "true"})

    assert answer.status_code == 400
    assert not Draft.objects.exists()


def test_a_person_has_so_many_drafts_and_so_long(rep):
    for number in range(drafts.MOST + 2):
        drafts.keep(actor=rep, address=f"/form/{number}/", values=[])
    assert Draft.objects.count() == drafts.MOST
    assert not Draft.objects.filter(address="/form/0/").exists()

    with clock.at(clock.now() + drafts.KEPT * 2):
        assert drafts.clear_old() == drafts.MOST


def test_a_cache_that_is_down_costs_no_page(rep, monkeypatch):
    def down(*_args):
        raise ConnectionError

    monkeypatch.setattr(cache, "get_or_set", down)

    assert drafts.addresses(rep) == []
