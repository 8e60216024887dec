"""The demo company: made through the services, sound, and removable."""

import pytest
from django.core.management import call_command
from django.db import models

from crm.sales.models import Order
from integration.demo import jobs as demo_jobs
from integration.demo import removal, story
from integration.onboarding import services
from integration.onboarding.industries import industry
from suite.core import invariants, jobs, outbox
from suite.core.models import AuditRow, Company, Job, Membership, User
from suite.desk.models import FirstSteps, MenuLayout, Notification
from suite.desk.services import first_steps, menus, todos
from tests import make


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.slow
def test_the_story_leaves_sound_books_and_quiet_bells_and_goes_without_a_trace():
    demo = story.tell(story.Size("demo", customers=30, orders=60)).company
    neighbour = make.company("acme")
    rows = AuditRow.objects.filter(company_id=neighbour.pk).count()
    assert 50 <= Order.objects.filter(company=demo).count() <= 65
    broken = [finding for finding in invariants.check() if finding.rows]
    assert not broken, broken

    outbox.relay()
    todos.remind()
    unread = dict(Notification.objects.filter(read_at=None).values_list("user__username").annotate(models.Count("pk")))
    assert 2 <= unread["sales"] <= max(unread.values()) <= 6

    assert removal.remove(demo) > 1000

    assert list(Company.objects.all()) == [neighbour]
    assert not User.objects.filter(username="sales").exists()
    assert AuditRow.objects.filter(company_id=neighbour.pk).count() == rows
    assert not AuditRow.objects.filter(company_id=demo.pk).exists()


def test_real_books_cannot_be_removed(company):
    with pytest.raises(removal.NotDemo):
        removal.remove(company)


def test_clearing_says_when_there_is_nothing(company, capsys):
    call_command("clear_demo")

    assert "no demo company" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_one_act_on_the_company_page_removes_the_demo_with_its_people(client):
    demo = make.company("demo", is_demo=True)
    boss = make.actor(demo, "administrator", username="boss")
    client.force_login(boss.user)
    services.take_on(industry=industry("services"), keys=list(industry("services").lines), actor=boss)
    menus.arrange(order=["desk:tasks"], hidden=["desk:calendar"], actor=boss)
    first_steps.tick(["setup.company"], actor=boss)

    page = client.get(f"/admin/core/company/{demo.pk}/change/")
    client.post(f"/admin/core/company/{demo.pk}/act/remove_demo/")
    jobs.run(jobs.waiting()[-1])

    assert "Remove the demo company" in page.content.decode()
    assert not Company.objects.filter(pk=demo.pk).exists()
    assert not User.objects.filter(username="boss").exists()
    assert not MenuLayout.objects.exists()
    assert not FirstSteps.objects.exists()


@pytest.mark.django_db
def test_the_page_of_a_real_company_offers_no_removal(client, admin):
    client.force_login(admin.user)

    page = client.get(f"/admin/core/company/{admin.company_id}/change/")

    assert "Remove the demo company" not in page.content.decode()


@pytest.mark.django_db
def test_the_large_company_is_loaded_by_a_job_once(admin, monkeypatch):
    told = []
    small = story.Size("demo-large", customers=12, orders=0, versions=5)
    monkeypatch.setattr(story, "SIZES", {"large": small})
    monkeypatch.setattr(story, "tell", lambda size: told.append(size) or make.company(size.code))

    for _ in range(2):
        demo_jobs.load_large(actor=admin, pks=[admin.company_id])
        jobs.run(jobs.waiting()[0])

    assert told == [small]
    assert Job.objects.filter(status=Job.Status.DONE, result={"company": "demo-large"}).count() == 2


@pytest.mark.django_db
def test_who_loads_a_demo_company_beside_the_own_one_may_work_in_it(admin, monkeypatch):
    monkeypatch.setattr(story, "SIZES", {"small": story.Size("demo", customers=12, orders=0)})
    monkeypatch.setattr(story, "tell", lambda size: make.company(size.code, is_demo=True))

    demo_jobs.load_beside(actor=admin)
    jobs.run(jobs.waiting()[0])

    assert Membership.objects.get(user=admin.user, company__code="demo").roles.get().code == "administrator"
