import pytest
from django.core import mail
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.customers.queries import activities_of, activity_line
from crm.customers.services.activities import log_activity
from suite.core import jobs
from suite.core.acts import acting
from suite.core.models import AuditRow, Job
from suite.core.said import MARK, Said, again, in_each, said
from suite.desk import search
from suite.desk.models import Notification, Task
from suite.desk.services import telling, todos
from suite.desk.services.notifications import notify
from suite.masterdata.models import Product
from tests import make

DUE = gettext_lazy("Due soon: %(title)s")


def in_language(language, read):
    with translation.override(language):
        return read()


def both(read):
    return [in_language("en", read), in_language("zh-hans", read)]


def task_of(actor, title, **more):
    return todos.create(tasks=[todos.NewTask(title, **more)], actor=actor)[0]


def test_a_sentence_of_the_house_is_read_in_the_language_of_its_reader(rep):
    task = task_of(rep, said(DUE, {"title": "合同"}))

    titles = both(lambda: Task.objects.get(pk=task.pk).title)

    assert titles == ["Due soon: 合同", "即将到期：合同"]


def test_what_a_person_wrote_stays_as_it_is_even_with_the_mark_of_the_house(rep):
    task = task_of(rep, f'{MARK}[["%(x)d"], {{"x": "Draft"}}] 50% off')

    titles = both(lambda: Task.objects.get(pk=task.pk).title)

    assert titles == ['[["%(x)d"], {"x": "Draft"}] 50% off'] * 2


def test_words_and_records_among_the_parameters_are_read_in_that_language_too(rep):
    product = Product(code="P1", name="水泵", name_en="Pump")
    kept = said(DUE, {"title": said("%(what)s: %(state)s", {"what": product, "state": pgettext_lazy("task", "Open")})})

    assert both(lambda: again(kept)) == ["Due soon: P1 Pump: Open", "即将到期：P1 水泵: 未完成"]


def test_only_lazy_texts_are_looked_up_however_they_were_made():
    lazy = format_lazy("{state}!", state=pgettext_lazy("task", "Open"))

    assert both(lambda: again(said("Open"))) == ["Open", "Open"]
    assert both(lambda: again(said(lazy))) == ["Open!", "未完成!"]


def test_a_text_that_all_languages_write_alike_is_an_ordinary_string():
    assert type(in_each(lambda: "SO000001")) is str
    assert isinstance(in_each(lambda: str(DUE)), Said)


def test_a_title_is_the_persons_own_once_a_person_changed_it(rep):
    task = task_of(rep, said(DUE, {"title": "合同"}))
    read = Task.objects.get(pk=task.pk)

    todos.change(task=read, values={"title": str(read.title), "note": "x"}, actor=rep)
    kept = both(lambda: Task.objects.get(pk=task.pk).title)
    todos.change(task=read, values={"title": "Call them"}, actor=rep)

    assert kept == ["Due soon: 合同", "即将到期：合同"]
    assert both(lambda: Task.objects.get(pk=task.pk).title) == ["Call them"] * 2


@pytest.mark.parametrize(("language", "subject"), [("en", "Due soon: 合同"), ("zh-hans", "即将到期：合同")])
def test_a_mail_speaks_the_language_of_its_recipient_whoever_sends_it(rep, manager, language, subject):
    rep.user.language = language
    rep.user.save()
    with acting(manager):
        notify([rep.user], "overdue", DUE, key="1", params={"title": "合同"})

    telling.deliver()

    assert mail.outbox[0].subject == subject


def test_the_bell_changes_its_language_with_its_reader(rep, manager):
    task_of(manager, said(DUE, {"title": "合同"}), owner_id=rep.user_id)

    titles = both(lambda: Notification.objects.get(user=rep.user).title)

    assert titles == ["New task for you: Due soon: 合同", "您有新待办：即将到期：合同"]


def test_search_finds_a_sentence_in_both_languages_and_shows_the_readers(rep, company):
    task_of(rep, said(DUE, {"title": "合同"}))

    found = both(lambda: [entry.title for entry in search.find(rep, "合同")])

    assert found == [["Due soon: 合同"], ["即将到期：合同"]]
    assert search.find(rep, "即将")
    assert search.find(rep, "soon")


def test_search_names_products_and_parties_in_the_readers_language(rep, company):
    make.product(company, name="水泵", name_en="Pump")

    found = both(lambda: [entry.title for entry in search.find(rep, "水泵")])

    assert found[0][0].endswith("Pump")
    assert found[1][0].endswith("水泵")


def test_the_trail_tells_a_job_as_its_reason_in_the_readers_language(rep):
    title = said(gettext_lazy("Import: %(name)s"), {"name": "a.csv"})
    job = jobs.enqueue(kind="desk.import", actor=rep, title=title)

    with acting(rep, reason=Job.objects.get(pk=job.pk).title) as act:
        act.audit(job, "changed")

    reasons = both(lambda: AuditRow.objects.get(kind="core.job", action="changed").reason)
    assert reasons == ["Import: a.csv", "导入：a.csv"]


def test_a_visit_without_words_is_called_a_visit_by_each_reader(rep):
    party = make.customer(rep, "华为").party
    log_activity(party=party, kind="visit", actor=rep)

    assert both(lambda: [activity_line(row).title for row in activities_of(rep, party.pk)]) == [["Visit"], ["拜访"]]
