"""Own fields as an administrator makes them: names, keys, types, options, roles, order."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from suite.core.access import Actor
from suite.core.errors import BusinessError, Stale
from suite.desk.lists import ListState
from suite.desk.models import OwnField, OwnSection
from suite.desk.own import book, definitions, indexes, values
from suite.desk.services import todos
from suite.desk.views.todos import TaskList
from tests.desk.own.make import CUSTOMER, OPTIONS, ORDER, TASK, field
from tests.plans import plan


def task(actor, **given):
    row = todos.create(tasks=[todos.NewTask("Call")], actor=actor)[0]
    values.write(actor=actor, values={row: given}, new=True)
    return row


def refused(admin, kind=TASK, **given):
    with pytest.raises(ValidationError) as error:
        definitions.create(actor=admin, kind=kind, values={"name": "车牌", **given})
    return error.value.message_dict


def test_a_field_gets_its_key_from_its_name_in_either_language(admin):
    english = definitions.create(actor=admin, kind=CUSTOMER, values={"name": "车牌", "name_en": "Number plate"})
    spoken = definitions.create(actor=admin, kind=CUSTOMER, values={"name": "颜色"})

    assert (english.key, spoken.key) == ("number_plate", "yan_se")
    assert [each.label for each in book.of(CUSTOMER, admin.company_id)] == ["Number plate", "颜色"]


@pytest.mark.parametrize("key", ["title", "Status", "own", "contains", "a__b", "_a", "a_", "9a", "é", "a b", "a" * 41])
def test_keys_that_clash_or_cannot_be_written_are_refused(admin, key):
    assert "key" in refused(admin, key=key)


@pytest.mark.parametrize("name", ["Wheels", "WHEELS", " wheels ", "Ｗｈｅｅｌｓ", "轮子"])
def test_names_that_people_would_take_for_another_are_refused(admin, name):
    definitions.create(actor=admin, kind=TASK, values={"name": "轮子", "name_en": "Wheels"})

    assert refused(admin, name=name) == {"name": ["There is a field with this name already"]}
    assert "name_en" in refused(admin, name="其他", name_en=name)


@pytest.mark.parametrize("name", ["Status", "状态", "DUE"])
def test_names_of_the_houses_own_fields_are_refused(admin, name):
    assert refused(admin, name=name) == {"name": ["A field of the house is called so already"]}


def test_names_of_columns_and_sheets_of_the_record_are_refused_but_what_is_called_so_may_go_on(admin):
    old = field(admin.company, CUSTOMER, "text", key="other", name="别的")
    OwnField.objects.filter(pk=old.pk).update(name="名称")

    with pytest.raises(ValidationError):
        definitions.create(actor=admin, kind=CUSTOMER, values={"name": "名称"})
    definitions.change(actor=admin, field=old, values={"required": True})
    with pytest.raises(ValidationError):
        definitions.change(actor=admin, field=old, values={"name": "联系人：姓名", "name_en": "Legal representative"})


def test_all_that_is_wrong_is_said_at_once(admin):
    wrong = refused(admin, name="", key="id", type="choice", seen_by=["nobody"])

    assert set(wrong) == {"name", "key", "options", "seen_by"}


def test_a_kind_that_takes_no_own_fields_is_refused(admin):
    assert "kind" in refused(admin, kind="core.user")


def test_the_key_is_fixed_and_the_label_free(admin):
    row = field(admin.company, TASK)

    with pytest.raises(ValidationError):
        definitions.change(actor=admin, field=row, values={"key": "other"})
    definitions.change(actor=admin, field=row, values={"name": "新名"})

    assert OwnField.objects.get(pk=row.pk).name == "新名"


def test_a_change_over_an_older_copy_is_refused(admin):
    row = field(admin.company, TASK)
    definitions.change(actor=admin, field=row, values={"name": "甲"}, version=1)

    with pytest.raises(Stale):
        definitions.change(actor=admin, field=row, values={"name": "乙"}, version=1)


def test_a_type_changes_freely_until_there_are_values(admin):
    row = field(admin.company, TASK, "number", key="size")
    definitions.change(actor=admin, field=row, values={"type": "text"})
    task(admin, size="big")

    with pytest.raises(ValidationError) as error:
        definitions.change(actor=admin, field=row, values={"type": "date"})

    assert "cannot become" in error.value.message_dict["type"][0]


def test_a_choice_becomes_several_with_its_values(admin):
    row = field(admin.company, TASK, "choice", key="size")
    kept = task(admin, size="small")

    definitions.change(actor=admin, field=row, values={"type": "choices"})

    kept.refresh_from_db()
    assert kept.own == {"size": ["small"]}


def test_an_option_in_use_stays(admin):
    row = field(admin.company, TASK, "choice", key="size")
    task(admin, size="small")

    definitions.change(actor=admin, field=row, values={"options": [{**OPTIONS[0], "name": "很小"}]})
    with pytest.raises(ValidationError) as error:
        definitions.change(actor=admin, field=row, values={"options": [OPTIONS[1]]})

    assert "options" in error.value.message_dict


def test_a_field_with_values_is_archived_and_never_lost(admin):
    row = field(admin.company, TASK, key="size")
    kept = task(admin, size="big")

    with pytest.raises(BusinessError):
        definitions.remove(actor=admin, pks=[row.pk])
    definitions.archive(actor=admin, pks=[row.pk])
    assert book.of(TASK, admin.company_id) == []
    definitions.archive(actor=admin, pks=[row.pk], archived=False)

    kept.refresh_from_db()
    assert kept.own == {"size": "big"}
    assert [each.key for each in book.of(TASK, admin.company_id)] == ["size"]


def test_a_field_without_values_may_go(admin):
    row = field(admin.company, TASK)

    definitions.remove(actor=admin, pks=[row.pk])

    assert not OwnField.objects.filter(pk=row.pk).exists()


def test_fields_are_put_in_order_under_sections(admin):
    first, second = field(admin.company, TASK, key="one"), field(admin.company, TASK, key="two")
    section = definitions.save_section(actor=admin, kind=TASK, name="车辆", name_en="Vehicle")

    definitions.arrange(actor=admin, kind=TASK, layout=[(None, [second.pk]), (section.pk, [first.pk])])

    fields = book.of(TASK, admin.company_id)
    assert [each.key for each in fields] == ["two", "one"]
    assert getattr(fields[1].section, "label", "") == "Vehicle"
    definitions.remove_section(actor=admin, section=section)
    assert not OwnSection.objects.exists()
    assert len(book.of(TASK, admin.company_id)) == 2


def test_an_order_of_what_is_not_there_is_refused(admin):
    other = field(admin.company, ORDER)

    with pytest.raises(ValidationError):
        definitions.arrange(actor=admin, kind=TASK, layout=[(None, [other.pk])])


def indexes_of(row):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE %s", [f"desk\\_own\\_{row.pk}\\_%"])
        return [definition for (definition,) in cursor.fetchall()]


def test_an_index_over_the_values_follows_the_field(admin):
    row = definitions.create(actor=admin, kind=TASK, values={"name": "Size", "type": "number"})
    assert row.index == OwnField.Index.WAITING

    indexes.bring_in_line(using="default")

    row.refresh_from_db()
    assert row.index == OwnField.Index.READY
    assert [f"company_id = {admin.company_id}" in each for each in indexes_of(row)] == [True]

    definitions.archive(actor=admin, pks=[row.pk])
    indexes.bring_in_line(using="default")

    assert indexes_of(row) == []


@pytest.mark.parametrize(
    ("type", "params", "number"),
    [
        ("text", {"own.of_mine": "abc"}, 1), ("text", {"own.of_mine_is": "abc"}, 1),
        ("text", {"sort": "own.of_mine"}, 0),
        ("number", {"own.of_mine_min": "5"}, 0), ("number", {"sort": "-own.of_mine"}, 0),
        ("date", {"own.of_mine": "2026-11-22"}, 0), ("choice", {"own.of_mine": "small"}, 0),
        ("bool", {"own.of_mine": "yes"}, 0), ("number", {"own.of_mine_empty": "yes"}, 0),
    ],
)  # fmt: skip
def test_filters_and_sorting_go_by_the_index(admin, type, params, number):
    row = definitions.create(
        actor=admin, kind=TASK, values={"name": "Mine", "key": "of_mine", "type": type, "options": OPTIONS}
    )
    indexes.bring_in_line(using="default")
    if number:  # on an empty table one index is as good as the other
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX desk_own_{row.pk}_0")
    state = ListState(TaskList(), admin, params)

    by = [f"{sign}pk" for sign in ("-" if state.order.startswith("-") else "",)]
    told = plan(state.rows.order_by(state.order, *by) if "sort" in params else state.rows.order_by())

    assert f"desk_own_{row.pk}_{number}" in told, told


@pytest.mark.django_db(transaction=True)
def test_who_waits_to_build_does_not_stand_in_the_way_of_who_builds():
    def wait_and_build():
        indexes.bring_in_line(using="default")
        connection.close()

    with connection.cursor() as cursor, ThreadPoolExecutor() as pool:
        cursor.execute("SELECT pg_advisory_lock(%s)", [indexes.LOCK])
        waiting = pool.submit(wait_and_build)
        time.sleep(0.2)
        cursor.execute("CREATE INDEX CONCURRENTLY desk_slow_to_build ON desk_task (id)")
        cursor.execute("DROP INDEX desk_slow_to_build")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [indexes.LOCK])
        waiting.result()


def test_a_kind_has_at_most_twenty_indexes(admin):
    for number in range(indexes.MOST):
        definitions.create(actor=admin, kind=TASK, values={"name": f"N{number}", "type": "number"})

    late = definitions.create(actor=admin, kind=TASK, values={"name": "Late", "type": "number"})

    assert late.index == OwnField.Index.FULL
    assert not book.find(TASK, late.key, admin.company_id).filters


def test_another_company_has_fields_of_its_own(admin, outsider):
    field(admin.company, TASK, key="size")

    assert book.of(TASK, outsider.company_id) == []
    field(outsider.company, TASK, key="size")


def test_a_default_must_fit_its_field(admin):
    assert "default" in refused(admin, type="number", default="many")
    assert "default" in refused(admin, type="party", default=1)
    assert field(admin.company, TASK, "bool", default="yes").default is True


def test_the_house_may_define_fields_too(company):
    assert field(company, TASK).company_id == Actor.system(company).company_id
