"""The trail in words: names, labels, figures and days as the reader knows them."""

import datetime as dt
import re

import pytest
from django.utils import translation

from suite.boot.servers import ROOT
from suite.core import companies, staff
from suite.core.access import Scope
from suite.core.acts import acting
from suite.core.models import AuditRow, Role
from suite.desk import audit, audit_words
from suite.desk.services import todos
from suite.masterdata.models import Unit
from suite.masterdata.services.settings import change_shared
from tests import make


def written(actor, row, changes, action="changed"):
    with acting(actor, reason="Asked for") as act:
        act.audit(row, action, changes)


def told(actor, row, language="en"):
    with translation.override(language):
        return audit.trail(actor, row)[0]


@pytest.fixture
def task(rep):
    return todos.create(tasks=[todos.NewTask("Call")], actor=rep)[0]


def test_keys_are_told_as_names_and_choices_as_labels(rep, manager, task):
    rep.user.name, rep.user.name_en = "李娜", "Li Na"
    rep.user.save()
    changes = {"owner": (manager.user_id, rep.user_id), "status": ("open", "done")}
    written(manager, task, changes)

    assert told(rep, task).text == f"Asked for\nOwner: {manager.user} → Li Na\nStatus: Open → Done"
    assert told(rep, task, "zh-hans").text == f"Asked for\n负责人: {manager.user} → 李娜\n状态: 未完成 → 已完成"


def test_figures_days_and_yes_and_no_are_written_as_people_read_them(admin):
    product = make.product(admin.company)
    due = dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)
    written(admin, product, {"sale_price": (None, "1234.50"), "is_archived": (False, True), "created_at": (None, due)})

    assert set(told(admin, product).text.splitlines()[1:]) == {
        "Sales price: – → 1,234.5",
        "Archived: No → Yes",
        "Created: – → 2026-01-02 11:04",
    }


def test_roles_and_rights_are_told_by_their_names(admin, company, rep):
    companies.join(user=rep.user, role_codes=["rep", "buyer"], actor=admin)
    role = Role.objects.get(company=company, code="hr")
    staff.set_grants(
        role=role, scopes={"crm_sales.confirm_order": Scope.ALL, "desk.view_task": Scope.TEAM}, actor=admin
    )

    assert told(admin, rep.user).text == "Roles: Sales rep → Buyer, Sales rep"
    assert told(admin, rep.user, "zh-hans").text == "角色: 销售 → 采购、销售"
    assert "Tasks: See: Own → Team" in told(admin, role).text
    assert "Can confirm orders: Nothing → Everything" in told(admin, role).text


def test_a_record_that_is_gone_keeps_its_key_and_a_kind_nobody_knows_its_name(rep, task):
    written(rep, task, {"owner": (999999, rep.user_id)})
    row = AuditRow.objects.latest("id")
    row.kind, row.object_id = "old.thing", 7

    teller = audit.Teller([row])

    assert "999999 → " in told(rep, task).text
    assert teller.record(row) == "7"
    assert teller.text(row).startswith("Asked for\nowner: ")


@pytest.mark.parametrize("count", [1, 30])
def test_many_rows_take_no_more_statements_than_one(admin, count, django_assert_num_queries):
    owners = [make.actor(admin.company, "rep") for _ in range(count)]
    tasks = todos.create(tasks=[todos.NewTask(f"Call {n}") for n in range(count)], actor=admin)
    for task, owner in zip(tasks, owners, strict=True):
        written(admin, task, {"owner": (admin.user_id, owner.user_id)})
    rows = list(AuditRow.objects.filter(kind="desk.task", action="changed"))

    with django_assert_num_queries(2):
        teller = audit.Teller(rows)
        texts = [teller.text(row) for row in rows]

    assert texts == [f"Asked for\nOwner: {admin.user} → {owner.user}" for owner in owners]


def test_every_act_of_the_house_has_a_word_and_a_chinese_one():
    sources = [path.read_text() for area in ("suite", "crm", "erp") for path in (ROOT / area).rglob("services/*.py")]
    acts = {name for source in sources for name in re.findall(r'\.audit\(\w+, "([a-z_ ]+)"', source)}

    with translation.override("zh-hans"):
        words = audit_words.actions() | audit_words.notes()

    assert acts
    assert not acts - audit_words.actions().keys()
    assert not [name for name, word in words.items() if word.isascii()]


@pytest.mark.parametrize(("language", "word"), [("en", "pcs Changed"), ("zh-hans", "pcs 已修改")])
def test_a_shared_unit_is_told_by_the_trail_of_the_company(admin, language, word):
    change_shared(row=Unit.objects.get(pk="pcs"), actor=admin, name_en="item")

    assert told(admin, admin.company, language).title == word
