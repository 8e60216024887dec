import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from suite.core import clock, modules
from suite.core.acts import acting
from suite.desk.models import Notification, NotificationSending
from suite.desk.services import notifications, telling, todos
from suite.desk.services.notifications import notify
from suite.desk.services.todos import NewTask
from tests import make
from tests.receiver import Receiver


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

    sent = [telling.deliver(), telling.deliver()]

    assert sent == [1, 0]
    assert mail.outbox[0].to == [rep.user.email]
    assert mail.outbox[0].extra_headers["Message-ID"].endswith("@suite>")
    assert NotificationSending.objects.get().state == "sent"


def test_a_mail_that_failed_is_tried_again_later(rep, manager, monkeypatch, time_machine):
    tell(manager, rep.user)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(OSError("no route")))

    telling.deliver()
    row = NotificationSending.objects.get()
    monkeypatch.undo()
    time_machine.move_to(clock.now() + dt.timedelta(hours=1))

    assert (row.state, row.attempts) == ("queued", 1)
    assert telling.deliver() == 1


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


# Ways, quiet hours, digest


SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def at(time_machine, hour, minute=0):
    time_machine.move_to(dt.datetime(2026, 11, 24, hour, minute, tzinfo=SHANGHAI), tick=False)


def on_their_way():
    return list(NotificationSending.objects.order_by("pk").values_list("channel", "state"))


def test_quiet_hours_hold_mails_until_they_end_and_lose_none(rep, manager, time_machine):
    notifications.set_times(actor=rep, quiet_from=dt.time(22), quiet_until=dt.time(7, 30))
    at(time_machine, 23)
    tell(manager, rep.user)

    night = telling.deliver()
    at(time_machine, 7, 29)
    early = telling.deliver()
    time_machine.move_to(dt.datetime(2026, 11, 25, 7, 30, tzinfo=SHANGHAI), tick=False)

    assert (night, early, telling.deliver(), telling.deliver()) == (0, 0, 1, 0)


def test_quiet_hours_are_those_of_the_persons_clock(rep, manager, time_machine):
    rep.user.time_zone = "Europe/Berlin"
    rep.user.save()
    notifications.set_times(actor=rep, quiet_from=dt.time(22), quiet_until=dt.time(7))
    at(time_machine, 12)  # five in the morning in Berlin
    tell(manager, rep.user)

    assert telling.deliver() == 0
    at(time_machine, 14)
    assert telling.deliver() == 1


def test_a_digest_is_one_message_for_many_grouped_by_record_and_the_urgent_goes_at_once(rep, manager, time_machine):
    notifications.prefer(actor=rep, choices={"alert": (True, True), "overdue": (True, True)})
    notifications.set_times(actor=rep, digest_at=dt.time(18))
    at(time_machine, 9)
    for key in ("1", "2", "3"):
        tell(manager, rep.user, key=key)
    tell(manager, rep.user, kind="alert", title="Fire: %(title)s")

    urgent = telling.deliver()
    at(time_machine, 18)
    digest = telling.deliver(limit=1)

    assert (urgent, digest, telling.deliver()) == (1, 3, 0)
    assert [message.subject for message in mail.outbox] == ["Fire: Call", "3 notices from Suite"]
    assert mail.outbox[1].body.count("Overdue: Call") == 3


@pytest.mark.parametrize(("platform", "answer"), [("wecom", b'{"errcode": 0}'), ("feishu", b'{"code": 0}')])
@pytest.mark.usefixtures("open_house")
def test_a_robot_tells_and_an_answer_that_refuses_is_tried_again(rep, manager, platform, answer, time_machine):
    with Receiver(500, 200, answer) as receiver:
        notifications.prefer(actor=rep, choices={"overdue": (True, False, True)})
        notifications.set_times(actor=rep, robot=platform, robot_url=f"{receiver.url}/hook?key=k1", robot_secret="s")
        tell(manager, rep.user)

        first = telling.deliver()
        time_machine.move_to(clock.now() + dt.timedelta(minutes=2))
        second = telling.deliver()

    assert (first, second, on_their_way()) == (0, 1, [("robot", "sent")])
    assert "Overdue: Call" in receiver.requests[1].body.decode()


def test_a_worker_that_dies_after_its_claim_leaves_the_notice_to_the_next(rep, manager, time_machine, monkeypatch):
    tell(manager, rep.user)

    class Killed(BaseException):
        pass

    def die(self):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", die)
        with pytest.raises(Killed):
            telling.deliver()
    at_once = telling.deliver()
    time_machine.move_to(clock.now() + dt.timedelta(minutes=6))

    assert (at_once, telling.deliver(), telling.deliver()) == (0, 1, 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quiet_from": dt.time(22)}, "quiet_until"),
        ({"robot": "wecom"}, "robot_url"),
        ({"robot": "wecom", "robot_url": "https://127.0.0.1/hook"}, "robot_url"),
        ({"robot": "pigeon", "robot_url": "https://example.com/hook"}, "robot"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_their_field(rep, values, field):
    with pytest.raises(ValidationError) as error:
        notifications.set_times(actor=rep, **values)

    assert field in error.value.message_dict


def test_the_page_keeps_ways_and_times_and_never_shows_the_key_of_a_robot(rep, browse):
    url = "/desk/notifications/preferences/"
    typed = {
        "overdue.bell": "on", "overdue.robot": "on", "quiet_from": "22:00", "quiet_until": "07:00",
        "robot": "wecom", "robot_url": "https://example.com/hook?key=geheim",
    }  # fmt: skip

    saved = browse.post(url, typed)
    page = browse.get(url).content.decode()
    refused = browse.post(url, typed | {"quiet_until": ""})

    assert saved.status_code == 302
    assert ("https://example.com/…" in page, "geheim" in page) == (True, False)
    assert {kind.name: ways for kind, ways in notifications.preferences(rep)}["overdue"] == (True, False, True)
    assert (refused.status_code, "beginning and an end" in refused.content.decode()) == (400, True)


def test_the_api_keeps_them_too(rep):
    client, url = make.client(rep), "/api/v1/desk/notification-settings/"

    kept = client.patch(
        url, {"digest_at": "18:00", "ways": [{"kind": "due", "bell": True, "mail": True}]}, format="json"
    )
    unknown = client.patch(url, {"ways": [{"kind": "pigeon", "bell": True, "mail": True}]}, format="json")

    assert kept.json()["digest_at"] == "18:00:00"
    assert {"kind": "due", "bell": True, "mail": True, "robot": False} in client.get(url).json()["ways"]
    assert unknown.status_code == 400


def test_a_task_is_done_from_its_notice(rep, manager, browse):
    (task,) = todos.create(tasks=[todos.NewTask(title="Call", owner_id=rep.user.pk)], actor=manager)
    row = Notification.objects.get(user=rep.user)

    browse.post("/desk/notifications/", {"act": "done", "pk": [row.pk]})

    task.refresh_from_db()
    row.refresh_from_db()
    assert (task.status, row.read_at is not None) == ("done", True)


def test_who_is_named_in_a_note_is_told_even_where_words_follow_at_once(rep, manager, company):
    zhang = make.user(company, "rep", username="zhang", name="张伟")
    make.user(company, "rep", username="zhangwei", name="张伟明")

    todos.create(tasks=[todos.NewTask(title="Call", note=f"@张伟请看一下，@{manager.user.username} too")], actor=rep)

    told = Notification.objects.filter(kind="mentioned").order_by("pk")
    assert {row.user for row in told} == {zhang, manager.user}
    assert "mentioned you" in told[0].title


def test_a_text_without_names_asks_nobody(rep, django_assert_num_queries):
    with acting(rep), django_assert_num_queries(0):
        notifications.mention("mail me at home", actor=rep, key="1")


def test_kinds_of_a_module_that_is_off_are_not_offered(rep, house):
    before = {kind.name for kind, _ways in notifications.preferences(rep)}
    modules.switch(label="crm_sales", on=False, actor=house)

    rep.company.refresh_from_db()

    assert before - {kind.name for kind, _ways in notifications.preferences(rep)} == {
        "churn", "contract", "credit", "lead_overdue", "lead_stranded", "order", "payment", "pool",
        "quotation_answered", "stage_alert",
    }  # fmt: skip


# Notices about one record


def told_of(actor, task, times):
    for number in range(times):
        with acting(actor):
            notify([task.owner_id], "due", f"Notice {number}", key=f"{task.pk}:{number}", subject=task)


def test_notices_about_one_record_are_one_in_the_bell_with_the_latest_on_top(rep, browse, django_assert_num_queries):
    first, second = todos.create(tasks=[NewTask("Call"), NewTask("Visit")], actor=rep)
    told_of(rep, first, 4)
    told_of(rep, second, 1)

    page = browse.get("/desk/notifications/?view=new")

    rows = page.context["state"].page.rows
    assert [(row.title, [each.title for each in row.earlier]) for row in rows] == [
        ("Notice 0", []), ("Notice 3", ["Notice 2", "Notice 1", "Notice 0"]),
    ]  # fmt: skip
    assert "3 earlier" in page.content.decode()
    assert notifications.unread(rep) == 2
    assert len(browse.get("/desk/notifications/").context["state"].page.rows) == 5
    with django_assert_num_queries(1):
        notifications.earlier(rep, rows)


def test_reading_the_latest_reads_all_before_it_and_what_comes_then_is_new_again(rep):
    first, second = todos.create(tasks=[NewTask("Call"), NewTask("Visit")], actor=rep)
    told_of(rep, first, 3)
    told_of(rep, second, 2)
    newest = notifications.inbox(rep).filter(subject_id=first.pk)[0]

    done = notifications.mark_read(actor=rep, pks=[newest.pk])
    told_of(rep, first, 4)  # three of them were told already

    assert done == 3
    assert [row.title for row in notifications.inbox(rep).filter(notifications.latest(rep), read_at=None)] == [
        "Notice 3", "Notice 1",
    ]  # fmt: skip
