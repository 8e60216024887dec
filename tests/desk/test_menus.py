"""People arrange their menu, administrators that of a role; what is hidden is not lost."""

import pytest

from suite.core.models import AuditRow, Role
from suite.desk import navigation
from suite.desk.context import Shell
from suite.desk.services import menus
from tests import make

pytestmark = pytest.mark.django_db
BACKEND = "suite.core.auth.CompanyBackend"


def keys(actor) -> list[str]:
    return [entry.key for entry in menus.menu(actor)]


def test_pages_stand_where_they_were_put_and_hidden_ones_are_still_found(rep, client, rf):
    before = keys(rep)
    order = ["sales:orders", *(key for key in before if key != "sales:orders")]

    menus.arrange(order=order, hidden=["desk:calendar"], actor=rep)

    assert keys(rep)[0] == "sales:orders"
    assert "desk:calendar" not in keys(rep)
    assert sorted([*keys(rep), "desk:calendar"]) == sorted(before)
    client.force_login(rep.user, BACKEND)
    assert "/desk/calendar/" in client.get("/desk/palette/?q=calendar").text


def test_the_workbench_stays_and_what_nobody_knows_is_dropped(rep):
    layout = menus.arrange(order=["nonsense", "workbench"], hidden=["workbench", "other"], actor=rep)

    assert (layout.order, layout.hidden) == (["workbench"], [])
    assert "workbench" in keys(rep)


def test_a_role_has_a_menu_until_somebody_arranges_their_own(company, admin, rep):
    role = Role.objects.get(company=company, code="rep")
    other = make.actor(company, "rep")

    menus.arrange(order=[], hidden=["desk:calendar"], actor=admin, role=role)
    menus.arrange(order=[], hidden=["desk:tasks"], actor=rep)

    assert "desk:calendar" not in keys(other)
    assert "desk:calendar" in keys(rep)
    assert "desk:tasks" not in keys(rep)
    menus.forget(actor=rep)
    assert "desk:calendar" not in keys(rep)
    menus.forget(actor=admin, role=role)
    assert "desk:calendar" in keys(rep)
    assert AuditRow.objects.filter(kind="desk.menulayout", action="deleted").count() == 2


def test_what_came_into_the_house_since_stands_at_the_end_of_its_section(rep):
    def selling() -> list[str]:
        section = next(each for each in navigation.sections(menus.menu(rep)) if each.label == "Selling")
        return [entry.key for entry in section.entries]

    before = selling()

    menus.arrange(order=["sales:orders"], hidden=[], actor=rep)

    assert before[0] != "sales:orders"
    assert selling() == ["sales:orders", *(key for key in before if key != "sales:orders")]


def test_a_warm_menu_costs_no_statement(rep, django_assert_num_queries):
    menus.arrange(order=["sales:orders"], hidden=[], actor=rep)
    menus.menu(rep)

    with django_assert_num_queries(0):
        menus.menu(rep)


def test_the_page_moves_keeps_and_goes_back(rep, client):
    client.force_login(rep.user, BACKEND)
    page = client.get("/desk/menu/")
    before = [entry.key for section in page.context["sections"] for entry in section.entries]

    moved = client.post("/desk/menu/", {"order": before, "shown": before, "up": "sales:orders"})
    after = [entry.key for section in moved.context["sections"] for entry in section.entries]

    assert after.index("sales:orders") == before.index("sales:orders") - 1
    assert keys(rep) == before
    assert client.post("/desk/menu/", {"order": after, "shown": after[:-1]}).status_code == 302
    assert keys(rep) == after[:-1]
    client.post("/desk/menu/", {"reset": "1"})
    assert keys(rep) == before


def test_sections_move_as_a_whole(rep, client):
    client.force_login(rep.user, BACKEND)
    before = [entry.key for entry in menus.menu(rep)]

    page = client.post("/desk/menu/", {"order": before, "shown": before, "section_down": "My work"})

    assert page.context["sections"][1].label == "My work"


def test_an_administrator_sees_the_menu_of_the_role_alone(company, admin, rep, client):
    role = Role.objects.get(company=company, code="rep")
    client.force_login(admin.user, BACKEND)

    page = client.get(f"/desk/roles/{role.pk}/menu/")

    shown = {entry.key for section in page.context["sections"] for entry in section.entries}
    assert shown == set(keys(rep))
    client.force_login(rep.user, BACKEND)
    assert client.get(f"/desk/roles/{role.pk}/menu/").status_code == 403


def test_the_frame_shows_the_arranged_menu(rep, rf):
    menus.arrange(order=["sales:orders"], hidden=["desk:calendar"], actor=rep)
    request = rf.get("/")
    request.actor, request.user = rep, rep.user

    assert [entry.key for entry in Shell(request).pages] == keys(rep)
