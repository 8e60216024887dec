"""Values of own fields: judged once, whoever brings them; seen by those who may."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from suite.core.errors import BusinessError
from suite.core.models import AuditRow, OutboxEvent
from suite.desk import audit, search
from suite.desk.models import Attachment
from suite.desk.own import types, values
from suite.desk.own.book import find
from suite.desk.services import todos
from suite.masterdata.services.parties import change_party
from tests import make
from tests.desk.own.make import CUSTOMER, PRODUCT, TASK, field


@pytest.fixture
def task(rep):
    return todos.create(tasks=[todos.NewTask("Call")], actor=rep)[0]


def kept(actor, row, **given):
    values.write(actor=actor, values={row: given})
    row.refresh_from_db()
    return row.own


def refused(actor, row, **given):
    with pytest.raises(ValidationError) as error:
        values.write(actor=actor, values={row: given})
    return error.value.message_dict


@pytest.mark.parametrize(
    ("type", "value", "json", "read"),
    [
        ("text", " 沪A·12345\t", "沪A·12345", "沪A·12345"),
        ("long", "one\r\ntwo", "one\ntwo", "one\ntwo"),
        ("number", "１２.５", 12.5, Decimal("12.5")),
        ("number", 7, 7, Decimal(7)),
        ("money", Decimal("9999999999999.99"), 9999999999999.99, Decimal("9999999999999.99")),
        ("date", "2026-11-22", "2026-11-22", dt.date(2026, 11, 22)),
        ("date", dt.date(2026, 11, 22), "2026-11-22", dt.date(2026, 11, 22)),
        ("bool", False, False, False),
        ("choice", "Large", "large", "large"),
        ("choice", "小", "small", "small"),
        ("choices", ["large", "small"], ["small", "large"], ["small", "large"]),
        ("choices", "大、小", ["small", "large"], ["small", "large"]),
    ],
)
def test_every_type_is_kept_as_json_and_read_as_what_it_is(rep, task, type, value, json, read):
    row = field(rep.company, TASK, type)

    assert kept(rep, task, **{row.key: value}) == {row.key: json}
    assert types.read(find(TASK, row.key, rep.company_id), task) == read


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("text", "a\x00b"), ("text", "x" * 10_000), ("text", 5), ("text", ["a"]), ("text", {"a": 1}),
        ("long", "x" * 10_000), ("long", "\x00"),
        ("number", "many"), ("number", True), ("number", "1_000"), ("number", 1e30), ("number", "0.1234567"),
        ("number", float("inf")), ("number", float("nan")), ("number", [1]),
        ("money", "1.234"), ("money", "12345678901234567"),
        ("date", "2026-02-30"), ("date", 5), ("date", "tomorrow"),
        ("bool", "yes"), ("bool", 1),
        ("choice", "huge"), ("choice", ["small"]), ("choices", ["huge"]), ("choices", 5), ("choices", [["small"]]),
        ("party", 0), ("party", "x"), ("party", 2**63), ("party", True), ("product", 999_999_999), ("file", 999_999),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_a_field_is_refused_at_it(rep, task, type, value):
    row = field(rep.company, TASK, type)

    assert set(refused(rep, task, **{row.key: value})) == {f"own.{row.key}"}
    task.refresh_from_db()
    assert task.own == {}


def test_unknown_keys_are_refused(rep, task):
    field(rep.company, TASK, key="size")

    assert set(refused(rep, task, sise="big")) == {"own.sise"}


def test_records_pointed_to_are_those_the_actor_may_see(rep, task, company):
    mine, theirs = make.customer(rep).party, make.customer(make.actor(company, "rep")).party
    field(company, TASK, "party", key="site")

    assert kept(rep, task, site=mine.pk) == {"site": mine.pk}
    assert set(refused(rep, task, site=theirs.pk)) == {"own.site"}


def test_a_file_is_kept_at_its_record(rep, task):
    field(rep.company, TASK, "file", key="paper")
    upload = SimpleUploadedFile("offer.pdf", b"%PDF-1.7 paper")

    kept(rep, task, paper=upload)

    (row,) = Attachment.objects.all()
    assert task.own == {"paper": row.pk}
    other = todos.create(tasks=[todos.NewTask("Other")], actor=rep)[0]
    assert set(refused(rep, other, paper=row.pk)) == {"own.paper"}
    assert "Field paper: – → offer.pdf" in [line.text for line in audit.trail(rep, task)]
    assert set(refused(rep, other, paper=SimpleUploadedFile("a.html", b"<html>"))) == {"own.paper"}


def test_a_blank_value_goes(rep, task):
    field(rep.company, TASK, key="size")
    kept(rep, task, size="big")

    assert kept(rep, task, size="") == {}


def test_a_required_field_asks_when_a_record_is_saved_next_time(rep, task):
    field(rep.company, TASK, key="size")
    kept(rep, task, size="big")
    field(rep.company, TASK, key="plate", required=True)

    todos.complete(pks=[task.pk], actor=rep)

    task.refresh_from_db()
    assert task.own == {"size": "big"}
    assert set(refused(rep, task, size="small")) == {"own.plate"}
    assert kept(rep, task, plate="A1") == {"size": "big", "plate": "A1"}


def test_new_records_take_the_defaults(rep, task):
    field(rep.company, TASK, "number", key="size", default="4")

    values.write(actor=rep, values={task: {}}, new=True)

    assert task.own == {"size": 4}


def test_a_field_is_seen_and_filled_in_by_its_roles_only(rep, manager, task):
    field(rep.company, TASK, key="secret", seen_by=["sales_manager"])
    field(rep.company, TASK, key="shown", changed_by=["sales_manager"])

    assert set(refused(rep, task, secret="x", shown="y")) == {"own.secret", "own.shown"}
    assert kept(manager, task, secret="x", shown="y") == {"secret": "x", "shown": "y"}
    assert kept(rep, task, shown="y") == {"secret": "x", "shown": "y"}  # as it stands: nothing is changed


def test_what_changed_stands_in_the_trail_in_words_for_those_who_may_know(rep, manager, task):
    field(rep.company, TASK, "choice", key="size", name="尺寸", name_en="Size")
    field(rep.company, TASK, key="secret", name="密", name_en="", seen_by=["sales_manager"])
    kept(manager, task, size="small", secret="x")
    kept(manager, task, size="large")

    told = [row.text for row in audit.trail(rep, task)]
    assert told[0] == "Size: Small → Large"
    assert told[1] == "Size: – → Small"
    assert "密: – → x" in audit.trail(manager, task)[1].text


def test_one_act_leaves_one_row_of_the_trail_and_one_event(rep, task):
    field(rep.company, TASK, key="size")
    version = task.version

    kept(rep, task, size="big")

    assert AuditRow.objects.filter(kind=TASK, object_id=task.pk, action="changed").count() == 1
    event = OutboxEvent.objects.get(event="desk.own.changed")
    assert (event.kind, event.object_id) == (TASK, task.pk)
    assert event.payload["changed"] == ["own.size"]
    assert task.version == version + 1
    kept(rep, task, size="big")
    assert OutboxEvent.objects.filter(event="desk.own.changed").count() == 1


def test_texts_are_found_but_those_that_only_some_may_see(rep, manager, task):
    field(rep.company, TASK, key="plate")
    field(rep.company, TASK, key="secret", seen_by=["sales_manager"])

    kept(manager, task, plate="沪A12345", secret="zebra")

    assert [row.object_id for row in search.find(rep, "沪A")] == [task.pk]
    assert search.find(rep, "zebra") == []
    assert search.find(manager, "zebra") == []


def test_a_customer_is_found_by_its_own_fields_also_after_its_party_changed(rep):
    field(rep.company, CUSTOMER, key="nickname")
    customer = make.customer(rep, "华为")

    kept(rep, customer, nickname="zebra")
    assert [row.object_id for row in search.find(rep, "zebra")] == [customer.party_id]
    change_party(party=customer.party, name="华为技术", actor=rep)
    assert [row.title for row in search.find(rep, "zebra")] == ["华为技术"]
    search.rebuild()
    assert [row.title for row in search.find(rep, "zebra")] == ["华为技术"]


def test_a_set_costs_as_many_statements_as_one_record(rep, django_assert_num_queries):
    field(rep.company, PRODUCT, "number", key="size")
    goods = [make.product(rep.company) for _ in range(20)]
    values.write(actor=rep, values={goods[0]: {"size": 1}})

    with django_assert_num_queries(5):  # begin, lock, update, trail, commit
        values.write(actor=rep, values={row: {"size": 2} for row in goods})


def test_nothing_is_written_of_kinds_without_own_fields(rep, task, django_assert_num_queries):
    with pytest.raises(ValidationError):
        values.write(actor=rep, values={task: {"size": 1}})
    values.write(actor=rep, values={task: {}})


def test_another_companys_record_is_not_reached(rep, outsider):
    field(rep.company, TASK, key="size")
    theirs = todos.create(tasks=[todos.NewTask("Theirs")], actor=outsider)[0]

    with pytest.raises((KeyError, BusinessError)):
        values.write(actor=rep, values={theirs: {"size": "x"}})
