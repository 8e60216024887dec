"""Paging, filters, orderings."""

import pytest
from django.db.models import F

from suite.core.models import Team
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api.teams")]
TEAMS = "/api/v1/core/teams/"


@pytest.fixture
def api(admin, rep):
    Team.objects.bulk_create(
        Team(company=admin.company, name=f"Team {n // 2}", name_en=str(n), manager=(None, admin.user, rep.user)[n % 3])
        if n % 2
        else Team(company=admin.company, name=f"team {n}", manager=None)
        for n in range(11)
    )
    return make.client(admin)


def walk(api, address, towards="next"):
    """All pages from an address on, in the order in which they are met."""
    while address:
        page = api.get(address).data
        yield page
        address = page[towards]


@pytest.mark.parametrize("ordering", ["name", "-name", "manager__username", "-manager__username", "id", "-id"])
def test_every_offered_ordering_pages_through_all_rows_once_and_back(api, ordering):
    forth = list(walk(api, f"{TEAMS}?ordering={ordering}&page_size=3"))
    back = list(walk(api, forth[-1]["previous"], "previous"))

    rows = [row["id"] for page in forth for row in page["results"]]
    assert sorted(rows) == sorted(Team.objects.values_list("pk", flat=True))
    sign, name = "-" * ordering.startswith("-"), F(ordering.removeprefix("-"))
    blank_last = name.desc(nulls_last=True) if sign else name.asc()
    assert rows == list(Team.objects.order_by(blank_last, f"{sign}pk").values_list("pk", flat=True))
    assert [page["results"] for page in reversed(back)] == [page["results"] for page in forth[:-1]]
    assert forth[0]["previous"] is back[-1]["previous"] is None


def test_rows_that_come_and_go_do_not_shift_the_next_page(api, admin):
    first = api.get(f"{TEAMS}?ordering=name&page_size=3").data
    Team.objects.filter(pk=first["results"][0]["id"]).delete()
    make.team(admin.company, "A new first")

    second = api.get(first["next"]).data

    assert second["results"][0]["id"] == Team.objects.order_by("name", "pk")[3].pk


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "ordering=company",
        "ordering=manager__password",
        "ordering=%3F",
        "page_size=0",
        "page_size=201",
        "page_size=٣",
        "cursor=nonsense",
        "cursor=WyJuYW1lIixmYWxzZSxudWxsLDFd",
        "name__regex=.",
        "name=%00",
        "manager=x",
        "manager=1_0",
        "id=1_0",
        "id=%201",
        "id=1e3",
        "id=1.5",
        "id__gte=-9e99",
        "manager=99999999999999999999999",
        "manager__password__startswith=a",
    ],
)
def test_what_is_not_offered_is_refused_at_the_key(api, query):
    answer = api.get(f"{TEAMS}?{query}")

    assert answer.status_code == 400
    assert list(answer.data) == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("name=Team 0", 1),
        ("name__icontains=team", 11),
        ("id=99999999999999999999", 0),
        ("id__gte=-99999999999999999999", 12),
    ],
)
def test_declared_filters_narrow_the_list(api, query, count):
    answer = api.get(f"{TEAMS}?{query}")

    assert len(answer.data["results"]) == count


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "There is no such record to choose"), ("zh-hans", "没有这条可选的记录")]
)
def test_a_filter_by_somebody_of_another_company_is_refused_as_unknown(api, outsider, language, sentence):
    answer = api.get(f"{TEAMS}?manager={outsider.user.pk}", headers={"Accept-Language": language})

    assert (answer.status_code, answer.json()) == (400, {"manager": [sentence]})


def test_a_record_takes_no_filters(api):
    pk = Team.objects.first().pk

    assert api.get(f"{TEAMS}{pk}/?name=x").status_code == 400
