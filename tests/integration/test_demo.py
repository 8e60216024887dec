"""The demo company: made through the services, sound, and removable."""

import pytest
from django.core.management import call_command

from crm.sales.models import Order
from integration.demo import removal, story
from suite.core import invariants
from suite.core.models import AuditRow, Company, User
from tests import make


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.slow
def test_the_story_leaves_sound_books_and_goes_without_a_trace():
    demo = story.tell(customers=30, orders=60).company
    neighbour = make.company("neighbour")
    rows = AuditRow.objects.filter(company_id=neighbour.pk).count()
    assert 50 <= Order.objects.filter(company=demo).count() <= 62
    broken = [finding for finding in invariants.check() if finding.rows]
    assert not broken, broken

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
