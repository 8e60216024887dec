import pytest
from django.utils import translation

from suite.core.access import Actor
from suite.core.said import again
from suite.desk import choices, search
from suite.desk.models import SearchEntry, Task
from suite.desk.services import saved_views, todos
from suite.desk.services.todos import NewTask
from suite.desk.views.search import hits
from tests import make


@pytest.fixture
def entries(rep: Actor) -> None:
    names = ["华为技术有限公司", "深圳腾达科技", "Northwind Traders", "张伟 13800138000", "SO000123 第一单"]
    todos.create(tasks=[NewTask(name) for name in names], actor=rep)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("华为", "华为技术有限公司"),
        ("腾", "深圳腾达科技"),
        ("hw", "华为技术有限公司"),
        ("huawei", "华为技术有限公司"),
        ("huaweijishu", "华为技术有限公司"),
        ("tengda", "深圳腾达科技"),
        ("north", "Northwind Traders"),
        ("TRADERS", "Northwind Traders"),
        ("8000", "张伟 13800138000"),
        ("zhangwei 138", "张伟 13800138000"),
        ("123", "SO000123 第一单"),
        ("ｈｕａｗｅｉ", "华为技术有限公司"),
    ],
)
def test_a_record_is_found_by(rep, entries, q, found):
    assert [hit.title for hit in search.find(rep, q)] == [found]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("SO001001", ["SO001001"]),
        ("so001002", ["SO001002"]),
        ("SO00100", ["SO001001", "SO001002"]),
        ("SO1001", []),
    ],
)
def test_the_number_of_a_paper_finds_that_paper_only(rep, q, found):
    todos.create(tasks=[NewTask("SO001001"), NewTask("SO001002")], actor=rep)

    assert sorted(hit.title for hit in search.find(rep, q)) == found


@pytest.mark.parametrize("q", ["为华", "xyz", "", "  ", "%", "'\"\\", "為" * 300])
def test_nothing_is_found_by(rep, entries, q):
    assert search.find(rep, q) == []


def test_nobody_finds_what_he_may_not_see(rep, entries, other_company):
    assert search.find(make.actor(rep.company, "rep"), "华为") == []
    assert search.find(make.actor(other_company, "administrator"), "华为") == []


def test_the_table_can_be_made_anew(rep, entries):
    before = sorted(SearchEntry.objects.values_list("title", "tokens"))
    SearchEntry.objects.all().delete()

    assert search.rebuild() == len(before) >= 5
    assert sorted(SearchEntry.objects.values_list("title", "tokens")) == before


@pytest.mark.parametrize(("language", "words"), [("en", "new task"), ("zh-hans", "新建待办"), ("en", ">new t")])
def test_an_act_is_found_with_its_verb(rep, language, words):
    with translation.override(language):
        found = hits(rep, words, limit=12)

    assert "/desk/tasks/new/" in [hit.url for hit in found]


def test_the_palette_lists_records_pages_and_acts(rep, entries, browse):
    words = browse.get("/desk/palette/", {"q": "hw"}, headers={"HX-Request": "true"}).content.decode()
    acts = browse.get("/desk/palette/", {"q": ">task"}, headers={"HX-Request": "true"}).content.decode()
    pages = browse.get("/desk/palette/", {"q": "calen"}, headers={"HX-Request": "true"}).content.decode()

    assert "华为技术有限公司" in words
    assert "/desk/tasks/new/" in acts
    assert "/desk/calendar/" in pages


@pytest.mark.parametrize(
    ("q", "found"), [("", [0, 1]), ("conf", [0]), (">quxiao", [1]), ("＞qx", [1]), ("#conf", []), ("zzz", [])]
)
def test_the_palette_has_the_acts_of_the_page_it_stands_on(browse, q, found):
    answer = browse.get("/desk/palette/", {"q": q, "here": ["Confirm", "取消订单"]}, headers={"HX-Request": "true"})

    assert [hit.here for hit in answer.context["hits"] if hit.here is not None] == found


def test_what_a_page_offers_is_shown_as_text(browse):
    answer = browse.get("/desk/palette/", {"here": "<img src=x>"}, headers={"HX-Request": "true"}).content.decode()

    assert "&lt;img src=x&gt;" in answer
    assert "<img" not in answer


def test_an_at_sign_asks_for_people_only(rep, entries):
    make.customer(rep, "华为技术", contacts=[{"name": "张伟", "phone": "13800138000"}])
    todos.create(tasks=[NewTask("张伟回电")], actor=rep)

    assert [hit.title for hit in hits(rep, "@张伟", limit=12)] == ["张伟", "华为技术"]
    assert [hit.title for hit in hits(rep, "＠ zhangwei", limit=12)] == ["张伟", "华为技术"]
    assert len(hits(rep, "张伟", limit=12)) == 4


def test_a_task_that_is_closed_says_so_in_the_results(rep, entries):
    done, given_up = todos.create(tasks=[NewTask("Paint the door"), NewTask("Paint the roof")], actor=rep)
    todos.complete(pks=[done.pk], actor=rep)
    todos.cancel(pks=[given_up.pk], actor=rep)

    assert {hit.title: hit.hint for hit in hits(rep, "paint", limit=12)} == {
        "Paint the door": "Done",
        "Paint the roof": "Cancelled",
    }
    todos.reopen(pks=[done.pk], actor=rep)
    assert [hit.hint for hit in hits(rep, "paint the door", limit=12)] == [""]


def test_a_picker_offers_codes_that_begin_with_the_words_before_names(admin):
    for code, name in (("A1", "10 mm drill"), ("B2", "Drill 10 mm"), ("1002", "Hammer"), ("10", "Saw")):
        make.product(admin.company, code, name=name)

    found = choices.kind("product").find(admin, "10")

    assert [product.code for product in found] == ["10", "1002", "A1", "B2"]


def test_a_party_is_called_by_its_english_name_where_english_is_read(company, rep):
    make.customer(rep, "华为", name_en="Huawei")

    (found,) = [each for each in search.find(rep, "huawei") if each.kind == "masterdata.party"]

    assert found.title == "Huawei"
    with translation.override("zh-hans"):
        assert again(found.title) == "华为"


def test_saved_views_are_found_by_those_to_whom_they_are_offered(rep, manager, warehouse):
    given = {"list_key": "suite.desk.views.todos.TaskList", "params": {"status": "open"}}
    mine = saved_views.save(actor=manager, name="Calls of the week", audience="mine", **given)
    shared = saved_views.save(actor=manager, name="Calls of everybody", audience="all", **given)

    found = {actor.user.username: [hit.url for hit in hits(actor, "calls", limit=9)] for actor in (manager, rep)}

    assert found["manager"] == [f"/desk/tasks/?view={shared.pk}", f"/desk/tasks/?view={mine.pk}"]
    assert found["rep"] == [f"/desk/tasks/?view={shared.pk}"]


def test_a_saved_view_of_a_list_that_is_closed_to_somebody_is_not_found(admin, warehouse):
    key = "crm.sales.lists.OrderList"
    saved_views.save(actor=admin, list_key=key, name="Late ones", params={"late": "yes"}, audience="all")

    assert [hit.title for hit in hits(admin, "late ones", limit=9)] == ["Late ones"]
    assert hits(warehouse, "late ones", limit=9) == []


@pytest.mark.parametrize(
    ("language", "words", "url"),
    [
        ("en", "新建待办", "/desk/tasks/new/"),
        ("en", "日历", "/desk/calendar/"),
        ("zh-hans", "new task", "/desk/tasks/new/"),
        ("zh-hans", "calendar", "/desk/calendar/"),
    ],
)
def test_acts_and_pages_are_found_in_the_language_one_does_not_read(rep, language, words, url):
    with translation.override(language):
        assert url in [hit.url for hit in hits(rep, words, limit=12)]


def test_who_is_meant_comes_first_though_the_name_is_shown_in_another_language(rep):
    party = make.customer(rep, "恒泰建筑", name_en="Qingdao Construction")
    todos.create(tasks=[NewTask(f"回访 {number}", subject=party) for number in range(3)], actor=rep)

    assert [search.find(rep, q, limit=2)[0].kind for q in ("恒泰", "htjz")] == ["masterdata.party"] * 2


def test_among_thousands_that_are_found_the_latest_come_first_and_few_are_all_found(rep, monkeypatch):
    todos.create(tasks=[NewTask(f"腾达 {n}") for n in range(6)] + [NewTask("长城")] * 4, actor=rep)
    monkeypatch.setattr(search, "LATEST", 6)

    assert sorted(hit.title for hit in search.find(rep, "腾达")) == [f"腾达 {n}" for n in range(6)]
    assert sorted(hit.title for hit in search.find(rep, "腾达", limit=2)) == ["腾达 4", "腾达 5"]
    monkeypatch.setattr(search, "FEW", 2)
    found = [hit.title for hit in search.find(rep, "腾达", limit=3)]
    assert len(found) == 3
    assert {"腾达 4", "腾达 5"} < set(found)


@pytest.mark.parametrize("few", [1, 5000])
def test_a_list_shows_all_that_words_find_be_they_few_or_many(rep, other_company, monkeypatch, few):
    for actor in (rep, make.actor(other_company, "rep")):
        todos.create(tasks=[NewTask(f"腾达 {n}") for n in range(3)] + [NewTask("长城")], actor=actor)
    monkeypatch.setattr(search, "FEW", few)

    found = Task.objects.visible_to(rep).filter(search.matching(rep, "desk.task", "腾达"))

    assert {row.title for row in found} == {f"腾达 {n}" for n in range(3)}


def test_looking_for_words_takes_one_statement_whatever_is_found(rep, entries, django_assert_num_queries):
    search.find(rep, "华为")  # what the reader may do is known then

    for q in ("华为", "hw 138", "zzzz"):
        with django_assert_num_queries(1):
            search.find(rep, q)


@pytest.mark.parametrize(
    ("language", "words", "url"),
    [
        ("en", "late orders", "/crm/sales/orders/?view=late"),
        ("zh-hans", "late orders", "/crm/sales/orders/?view=late"),
        ("en", "逾期", "/desk/tasks/?view=overdue"),
    ],
)
def test_the_views_that_come_with_a_list_are_found_in_both_languages(rep, warehouse, language, words, url):
    with translation.override(language):
        assert url in [hit.url for hit in hits(rep, words, limit=12)]
        assert not [hit for hit in hits(warehouse, words, limit=12) if hit.url.startswith("/crm/")]


@pytest.mark.parametrize(
    ("q", "pressed"),
    [
        ("dark", "theme:dark"), (">深色", "theme:dark"), ("chinese", "language:zh-hans"), ("中文", "language:zh-hans"),
        ("roomy", "density:roomy"), ("keyboard", "help:"), ("@dark", ""), ("zebra", ""),
    ],
)  # fmt: skip
def test_looks_languages_and_keys_are_in_the_palette(browse, q, pressed):
    answer = browse.get("/desk/palette/", {"q": q}, headers={"HX-Request": "true"})

    found = [hit.press for hit in answer.context["hits"] if hit.press]
    assert found == [pressed] * bool(pressed)
