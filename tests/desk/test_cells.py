"""Changing a cell of a list where it stands, and many rows in the background."""

import csv
import io

import pytest
from django.core.files.storage import default_storage

from suite.core import jobs
from suite.core.access import Actor
from suite.core.models import Job
from suite.desk.models import Task
from suite.desk.services import todos
from suite.masterdata.models import Product
from tests import make
from tests.desk.test_lists import URL, tasks

CUSTOMERS = "/crm/customers/"


def test_a_cell_is_edited_where_it_stands_and_shows_what_was_saved(rep, browse):
    customer = make.customer(rep)
    cell = {"edit": "grade", "pk": customer.pk}

    editor = browse.get(CUSTOMERS, cell)
    saved = browse.post(f"{CUSTOMERS}?edit=grade&pk={customer.pk}", {**cell, "value": "A"})

    customer.refresh_from_db()
    assert '<select name="value"' in editor.content.decode()
    assert (saved.status_code, customer.grade) == (200, "A")
    assert "A" in saved.content.decode()


def test_what_stands_in_a_cell_is_text(rep, browse):
    customer = make.customer(rep)
    cell = {"edit": "next_step", "pk": customer.pk, "value": "<img src=x>"}

    saved = browse.post(f"{CUSTOMERS}?edit=next_step&pk={customer.pk}", cell)

    assert saved.content.decode() == "&lt;img src=x&gt;"


@pytest.mark.parametrize("value", ["nonsense", "Z"])
def test_a_value_that_cannot_be_stays_in_its_cell_with_the_reason(rep, browse, value):
    customer = make.customer(rep, grade="B")

    answer = browse.post(f"{CUSTOMERS}?edit=grade", {"edit": "grade", "pk": customer.pk, "value": value})

    customer.refresh_from_db()
    assert (answer.status_code, customer.grade) == (400, "B")
    assert 'role="alert"' in answer.content.decode()


def test_what_is_typed_stays_when_it_is_refused(rep, browse):
    (task,) = tasks(rep, 1)

    answer = browse.post(f"{URL}?edit=due_at", {"edit": "due_at", "pk": task.pk, "value": "32nd of May"})

    assert answer.status_code == 400
    assert 'value="32nd of May"' in answer.content.decode()


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ({"edit": "created_at", "pk": "1"}, 404),
        ({"edit": "due_at", "pk": "x"}, 404),
        ({"edit": "due_at", "pk": "9" * 30}, 404),
        ({"edit": "due_at", "pk": "999999"}, 404),
    ],
)
def test_a_cell_that_is_none_is_not_found(browse, cell, status):
    assert browse.post(f"{URL}?edit={cell['edit']}", {**cell, "value": "x"}).status_code == status


def test_a_row_of_somebody_else_is_not_found_and_a_right_is_needed(rep, browse, company, other_company):
    (theirs,) = tasks(make.actor(other_company, "rep"), 1)
    product = make.product(company)
    price = {"edit": "sale_price", "pk": product.pk, "value": "1"}

    assert browse.post(f"{URL}?edit=due_at", {"edit": "due_at", "pk": theirs.pk, "value": ""}).status_code == 404
    assert browse.post("/masterdata/products/?edit=sale_price", price).status_code == 403
    assert 'data-edit="sale_price"' not in browse.get("/masterdata/products/").content.decode()
    assert Product.objects.get().sale_price == 100


def test_columns_keep_their_order_and_width_and_filters_stay(rep, browse):
    tasks(rep, 1)

    state = browse.get(URL, {"cols": "owner,due_at", "widths": "owner:220,due_at:9,x:y", "status": "open"}).context[
        "state"
    ]

    assert [column.name for column in state.columns] == ["title", "owner", "due_at"]
    assert state.widths == {"owner": 220, "due_at": 48}
    assert [(column.name, shown) for column, shown in state.chosen][:4] == [
        ("title", True), ("owner", True), ("due_at", True), ("subject_label", False),
    ]  # fmt: skip
    assert "cols=owner,due_at" in state.link(status="done")


def bulk(browse, actor: Actor, act: str) -> Job:
    browse.post(URL, {"act": act, "everything": "1"})
    job = Job.objects.filter(kind="desk.bulk").latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_many_rows_are_done_as_a_job_and_taken_back(rep, browse):
    tasks(rep, 230)

    job = bulk(browse, rep, "complete")
    page = browse.get(f"/desk/jobs/{job.pk}/").content.decode()
    browse.post(f"/desk/jobs/{job.pk}/undo/")
    back = Job.objects.latest("pk")
    jobs.run(back.pk)

    assert (job.status, job.result["done"]) == ("done", 230)
    assert f"/desk/jobs/{job.pk}/undo/" in page
    assert Task.objects.filter(status="open").count() == 230
    assert browse.post(f"/desk/jobs/{job.pk}/undo/").status_code == 302
    assert Job.objects.latest("pk") == back


def test_rows_that_are_refused_become_a_file_and_their_neighbours_are_done(rep, browse, monkeypatch):
    rows = tasks(rep, 210)
    bad = rows[7]
    from suite.core.errors import BusinessError, Refusal
    from suite.desk.lists.spec import Act
    from suite.desk.views.todos import TaskList

    def picky(*, actor, pks):
        if bad.pk in pks:
            raise BusinessError(Refusal("bad", "=Not this one"))
        return todos.complete(pks=pks, actor=actor)

    monkeypatch.setattr(TaskList, "acts", (Act("picky", "Picky", "desk.change_task", picky),))

    job = bulk(browse, rep, "picky")

    assert (job.result["done"], job.result["refused"]) == (209, 1)
    text = default_storage.open(job.result["errors"]).read().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == ["Task 7", "'=Not this one"]
