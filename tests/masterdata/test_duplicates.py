"""Merging on the page and by the API: only those who may, only whom they see, and a clear word for everything else."""

import pytest
from django.urls import reverse

from suite.core import jobs
from suite.masterdata.models import Duplicate, Merging, Party
from tests import make

API = "/api/v1/masterdata/"
MERGE = "/masterdata/merge/"


@pytest.fixture
def pair(manager):
    names = ("宏远贸易有限公司", "上海宏远贸易有限公司")
    return [make.customer(manager, name, phone="13800138000").party for name in names]


def signed_in(client, actor):
    client.force_login(actor.user, "suite.core.auth.CompanyBackend")
    return client


def test_the_page_shows_what_would_happen_then_does_it_and_takes_it_back(client, manager, pair):
    first, second = pair
    signed_in(client, manager)

    shown = client.get(MERGE, {"party": [first.pk, second.pk]}).content.decode()
    done = client.post(
        MERGE, {"party": [first.pk, second.pk], "survivor": second.pk, "kept.party.name": first.pk, "merge": "1"}
    )

    assert "宏远贸易有限公司" in shown
    assert "What moves" in shown
    assert Party.objects.get(pk=second.pk).name == first.name
    assert done.url == reverse("customers:party", args=[second.pk])
    old = client.get(reverse("customers:customer", args=[first.customer.pk]))
    assert old.url == reverse("customers:party", args=[second.pk])
    client.post(reverse("masterdata:unmerge", args=[Merging.objects.get().pk]))
    assert not Party.objects.exclude(merged_into=None).exists()


def test_pairs_are_looked_for_by_a_job_listed_and_decided(client, manager, pair):
    signed_in(client, manager)

    client.post(reverse("masterdata:look"))
    jobs.run(jobs.waiting()[0])
    listed = client.get(reverse("masterdata:duplicates")).content.decode()
    row = Duplicate.objects.get()
    client.post(reverse("masterdata:duplicates"), {"act": "two", "pk": row.pk})

    assert (row.score > 90, row.is_exact) == (True, True)
    assert "same phone" in listed
    assert Duplicate.objects.get().status == Duplicate.Status.TWO


def test_a_rep_merges_nothing_and_a_manager_only_whom_he_sees(client, rep, manager, pair, company):
    stranger = make.customer(make.actor(company, "rep"), "Elsewhere").party
    api = make.client(manager)

    refused = signed_in(client, rep).get(MERGE)
    bad = api.post(f"{API}mergings/", {"survivor": pair[0].pk, "others": [stranger.pk]}, format="json")
    unseen = signed_in(client, manager).get(MERGE, {"party": [pair[0].pk, stranger.pk]})

    assert refused.status_code == 403
    assert (bad.status_code, list(bad.json())) == (400, ["others"])
    assert (unseen.status_code, "Elsewhere" in unseen.content.decode()) == (404, False)


def test_programs_preview_merge_ask_for_the_old_one_and_undo(manager, pair):
    first, second = pair
    api, given = make.client(manager), {"survivor": first.pk, "others": [second.pk]}

    preview = api.post(f"{API}mergings/preview/", given, format="json").json()
    itself = api.post(f"{API}mergings/", {"survivor": first.pk, "others": [first.pk]}, format="json")
    made = api.post(f"{API}mergings/", given, format="json")
    old = api.get(f"{API}parties/{second.pk}/").json()
    undone = api.post(f"{API}mergings/{made.json()['id']}/undo/")
    again = api.post(f"{API}mergings/{made.json()['id']}/undo/")

    names = {each["name"]: each["values"] for each in preview["choices"]}
    assert names["party.name"] == {str(first.pk): first.name, str(second.pk): second.name}
    assert (itself.status_code, itself.json()["code"]) == (409, "itself")
    assert (made.status_code, made.json()["merged"]) == (201, [second.pk])
    assert (old["merged_into"], old["is_archived"]) == (first.pk, True)
    assert (undone.status_code, again.status_code) == (200, 409)
