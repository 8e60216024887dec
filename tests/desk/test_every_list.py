"""Every list of the house: the same statements for few rows and for many, as table, board and calendar."""

import re

import pytest
from django.db.models import Model

from suite.core.access import Actor
from suite.core.said import Said, in_each
from suite.desk.lists.boards import choices_of
from suite.desk.lists.calendars import dates_of
from suite.desk.lists.spec import ListSpec, spec_of
from suite.desk.lists.state import ListState


def every_list() -> list[ListSpec]:
    """All that have a page of their own."""
    spec_of("")  # whoever has a page is declared then
    specs = [found() for key, found in sorted(ListSpec.known.items()) if hasattr(found, "model")]
    return [spec for spec in specs if spec.address]


def test_what_a_list_names_for_boards_calendars_and_sums_is_there(rep):
    admin = Actor.system(rep.company)
    for spec in every_list():
        state = ListState(spec, admin, {})
        columns = {column.name for column in state.all_columns}

        assert [each.name for each in choices_of(state)] == [
            n for n in [f.name for f in state.filters] if n in spec.boards
        ]
        assert {each.name for each in dates_of(state)} == set(spec.calendars), spec.key
        assert {each.name for each in choices_of(state)} == set(spec.boards), spec.key
        assert not spec.total or spec.total in columns, spec.key


def indexed(model: type[Model]) -> set[str]:
    """The fields by which an index of all rows of a company is in order, or nearly: (company, status, date) is, too."""
    found = set()
    for each in model._meta.indexes:
        if each.condition is None:
            found.update(name.removeprefix("-") for name in each.fields[:3])
            found.update(re.findall(r"F\((\w+)\)", str(each.expressions)))
    return found


def test_lanes_and_days_are_found_by_an_index_and_not_among_all_rows(rep):
    missing = []
    for spec in every_list():
        state = ListState(spec, Actor.system(rep.company), {})
        paths = {path for by in dates_of(state) for path in by.paths} | {by.path for by in choices_of(state)}
        known = indexed(spec.model)
        missing += [f"{spec.key} {path}" for path in sorted(paths) if path.removesuffix("_id") not in known]

    assert missing == []


def test_an_act_leads_to_a_state_that_the_papers_can_come_to():
    wrong = [
        f"{spec.key}.{act.name} -> {act.to}"
        for spec in every_list()
        for act in spec.acts
        if act.to and not any(act.to in targets for targets in getattr(spec.model, "MOVES", {}).values())
    ]

    assert wrong == []


@pytest.mark.parametrize("show", ["table", "board", "calendar"])
def test_every_list_opens_in_every_way_it_offers_for_everybody_who_may_see_it(rep, client, show):
    from tests import make

    admin = make.actor(rep.company, "administrator")
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    for spec in every_list():
        state = ListState(spec, admin, {"show": show})
        if state.show == show:
            assert client.get(spec.address, {"show": show}).status_code == 200, spec.key


def test_a_list_is_called_by_each_in_their_own_language():
    alike = [spec.key for spec in every_list() if not isinstance(in_each(lambda spec=spec: spec.heading), Said)]

    assert alike == []
