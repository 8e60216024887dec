import datetime as dt

import pytest
from django.core import mail

from suite.core import clock
from suite.core.acts import acting
from suite.desk.models import Notification
from suite.desk.services import notifications
from suite.desk.services.notifications import notify
from tests import make


def tell(actor, *users, key="1", kind="overdue", title="Overdue: %(title)s"):
    with acting(actor):
        notify(users, kind, title, key=key, params={"title": "Call"})


def test_each_person_is_told_once_per_key(rep, manager):
    tell(manager, rep.user, manager.user)
    tell(manager, rep.user)

    assert Notification.objects.count() == 2


def test_people_of_another_company_are_not_told(rep, other_company):
    tell(rep, make.user(other_company, "rep"))

    assert not Notification.objects.exists()


def test_a_preference_switches_channels_off(rep, manager):
    notifications.prefer(actor=rep, choices={"overdue": (False, False)})

    tell(manager, rep.user)

    assert not Notification.objects.exists()


def test_mail_goes_out_once_with_a_key_by_which_copies_are_known(rep, manager):
    tell(manager, rep.user)

    sent = [notifications.deliver_mails(), notifications.deliver_mails()]

    assert sent == [1, 0]
    assert mail.outbox[0].to == [rep.user.email]
    assert mail.outbox[0].extra_headers["Message-ID"].endswith("@suite>")
    assert Notification.objects.get().mail_state == "sent"


def test_a_mail_that_failed_is_tried_again_later(rep, manager, monkeypatch, time_machine):
    tell(manager, rep.user)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(OSError("no route")))

    notifications.deliver_mails()
    row = Notification.objects.get()
    monkeypatch.undo()
    time_machine.move_to(clock.now() + dt.timedelta(hours=1))

    assert (row.mail_state, row.mail_attempts) == ("queued", 1)
    assert notifications.deliver_mails() == 1


def test_the_bell_shows_only_mine_and_opening_reads_it(rep, manager, browse):
    tell(manager, rep.user, manager.user, key="2")
    mine = Notification.objects.get(user=rep.user)
    foreign = Notification.objects.get(user=manager.user)

    assert browse.get("/desk/pulse/").json()["unread"] == 1
    assert browse.get(f"/desk/notifications/{foreign.pk}/").status_code == 404
    browse.get(f"/desk/notifications/{mine.pk}/")
    assert browse.get("/desk/pulse/").json()["unread"] == 0


@pytest.mark.parametrize("path", ["/desk/notifications/", "/desk/notifications/preferences/", "/", "/desk/calendar/"])
def test_pages_open(browse, path):
    assert browse.get(path).status_code == 200
