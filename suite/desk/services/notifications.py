"""Telling people, in the bell and by mail."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from suite.core import clock, doorbell
from suite.core.access import Actor
from suite.core.acts import Act, current_act, service
from suite.core.models import Company, Membership, User
from suite.core.said import Text, again, said
from suite.desk import documents
from suite.desk.models import Notification, NotificationPreference

GIVE_UP_AFTER = 8
CLAIM = dt.timedelta(minutes=5)  # a mail that was claimed and neither sent nor refused by then is tried again
BATCH = 50


@dataclass(frozen=True)
class NotificationKind:
    """A kind of thing people are told; `mail` is what holds until a person chooses otherwise."""

    name: str
    label: Text
    mail: bool = False


_kinds: dict[str, NotificationKind] = {}


def register_kind(name: str, label: Text, *, mail: bool = False) -> None:
    """Make a kind of notification known, so that people can choose how to get it."""
    _kinds[name] = NotificationKind(name, label, mail)


def kinds() -> list[NotificationKind]:
    return list(_kinds.values())


@dataclass(frozen=True)
class _Message:
    user_ids: tuple[int, ...]
    kind: str
    key: str
    title: str
    body: str = ""
    url: str = ""
    subject_kind: str = ""
    subject_id: int | None = None


def notify(
    users: Iterable[User | int],
    kind: str,
    title: Text,
    *,
    key: str,
    params: Mapping[str, Any] | None = None,
    body: str = "",
    url: str = "",
    subject: models.Model | None = None,
) -> None:
    """Tell people something, in the act that is under way; each person is told once per kind and `key`, ever.

    `title` may be lazy and hold named placeholders that `params` fill: bell and mail say it in the language of whoever
    reads it. `subject` is the record it is about and gives the link where `url` is blank.
    """
    user_ids = tuple(dict.fromkeys(user.pk if isinstance(user, User) else user for user in users if user))
    if not user_ids:
        return
    name = subject._meta.label_lower if subject else ""
    message = _Message(
        user_ids, kind, key, said(title, params), body,
        url or documents.url_of(name, subject.pk if subject else None), name, subject.pk if subject else None,
    )  # fmt: skip
    current_act().collect(_write, message)


def _write(act: Act, messages: list[_Message]) -> None:
    """Three statements for any number of messages: who, how they like it, the rows."""
    ids = {user_id for message in messages for user_id in message.user_ids}
    users = User.objects.filter(memberships__company=act.actor.company_id, is_active=True).in_bulk(ids)
    chosen = {
        (row.user_id, row.kind): row
        for row in NotificationPreference.objects.of(act.actor.company_id).filter(
            user__in=ids, kind__in={message.kind for message in messages}
        )
    }
    rows = []
    for message in messages:
        for user in (users[pk] for pk in message.user_ids if pk in users):
            rows.append(_row(message, user, chosen.get((user.pk, message.kind)), act.actor.company_id))
    Notification.objects.bulk_create([row for row in rows if row], ignore_conflicts=True, batch_size=1000)
    transaction.on_commit(ring)


def _row(
    message: _Message, user: User, preference: NotificationPreference | None, company_id: int
) -> Notification | None:
    kind = _kinds.get(message.kind)
    in_app = preference.in_app if preference else True
    mail = bool(user.email) and (preference.mail if preference else bool(kind and kind.mail))
    if not (in_app or mail):
        return None
    return Notification(
        company_id=company_id,
        user=user,
        kind=message.kind,
        title=message.title,
        body=message.body,
        url=message.url[:300],
        subject_kind=message.subject_kind,
        subject_id=message.subject_id,
        dedupe_key=f"{message.kind}:{message.key}:{user.pk}"[:200],
        in_app=in_app,
        mail_state=Notification.Mail.QUEUED if mail else Notification.Mail.NONE,
        mail_next_at=clock.now() if mail else None,
    )


def managers_of(team_ids: Collection[int]) -> dict[int, int]:
    """The manager of each team that has one."""
    from suite.core.models import Team

    return dict(Team.objects.filter(pk__in=team_ids, manager__isnull=False).values_list("pk", "manager_id"))


def holders(company: Company, role_code: str) -> list[int]:
    """The users who hold a role, for notices that go to an office and not to a person."""
    members = Membership.objects.filter(company=company, roles__code=role_code, user__is_active=True)
    return list(members.values_list("user_id", flat=True).distinct())


def inbox(actor: Actor) -> models.QuerySet[Notification]:
    """What the actor was told, in the bell, newest first; nobody reads another's."""
    return Notification.objects.of(actor.company_id).filter(user=actor.user_id, in_app=True).order_by("-id")


def unread(actor: Actor) -> int:
    """How many are unread; counted to 100."""
    return inbox(actor).filter(read_at=None).order_by().values("pk")[:100].count()


@service
def mark_read(*, actor: Actor, pks: Collection[int] | None = None) -> int:
    """Mark notifications of the actor as read: these, or all."""
    rows = inbox(actor).filter(read_at=None)
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    return rows.update(read_at=clock.now())


@service
def prefer(*, actor: Actor, choices: Mapping[str, tuple[bool, bool]]) -> None:
    """Keep how the actor wants to be told: kind -> (in the bell, by mail)."""
    rows = [
        NotificationPreference(company_id=actor.company_id, user_id=actor.user_id, kind=kind, in_app=bell, mail=mail)
        for kind, (bell, mail) in choices.items()
        if kind in _kinds
    ]
    NotificationPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["company", "user", "kind"], update_fields=["in_app", "mail"]
    )


def preferences(actor: Actor) -> list[tuple[NotificationKind, bool, bool]]:
    """Each kind with what holds for the actor: (kind, in the bell, by mail)."""
    rows = {row.kind: row for row in NotificationPreference.objects.of(actor.company_id).filter(user=actor.user_id)}
    return [
        (kind, rows[kind.name].in_app, rows[kind.name].mail) if kind.name in rows else (kind, True, kind.mail)
        for kind in kinds()
    ]


def ring() -> None:
    """Wake a worker for the mails; losing the call does no harm."""
    from suite.desk.tasks import send_mails

    doorbell.ring(send_mails)


def claim_mails(limit: int = BATCH) -> list[Notification]:
    """Take mails that are due, each by one worker: a claim holds for five minutes."""
    moment = clock.now()
    with transaction.atomic():
        due = Notification.objects.filter(
            mail_state__in=[Notification.Mail.QUEUED, Notification.Mail.SENDING], mail_next_at__lte=moment
        )
        rows = list(due.order_by("mail_next_at", "id").select_for_update(skip_locked=True, of=("self",))[:limit])
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
            mail_state=Notification.Mail.SENDING, mail_next_at=moment + CLAIM, mail_attempts=F("mail_attempts") + 1
        )
    models.prefetch_related_objects(rows, "user", "company")
    return rows


def deliver_mails(limit: int = BATCH) -> int:
    """Send what is due and say how many went out.

    At least once: a worker that dies between sending and writing it down sends again, under the same Message-ID, by
    which mailboxes drop the second copy.
    """
    rows = claim_mails(limit)
    sent = 0
    if rows:
        with get_connection() as connection:
            for row in rows:
                sent += _send(row, connection)
    return sent


def _send(row: Notification, connection: Any) -> bool:
    mine = Notification.objects.filter(pk=row.pk)
    number = hashlib.sha256(row.dedupe_key.encode()).hexdigest()[:32]
    with translation.override(row.user.language):
        title, body = again(row.title), again(row.body)
        footer = _("You get this mail because you asked for it under Notifications in Suite.")
    message = EmailMessage(
        subject=title,
        body="\n\n".join(part for part in (body or title, absolute(row.url), footer) if part),
        to=[row.user.email],
        headers={"Message-ID": f"<{number}@suite>"},
        connection=connection,
    )
    try:
        message.send()
    except Exception as error:
        attempts = row.mail_attempts + 1
        mine.update(
            mail_state=Notification.Mail.FAILED if attempts >= GIVE_UP_AFTER else Notification.Mail.QUEUED,
            mail_next_at=clock.now() + dt.timedelta(seconds=min(30 * 2**attempts, 3600)),
            mail_error=f"{type(error).__name__}: {error}"[:2000],
        )
        return False
    mine.filter(~Q(mail_state=Notification.Mail.SENT)).update(mail_state=Notification.Mail.SENT, mail_error="")
    return True


def absolute(url: str) -> str:
    """A link as mails need it."""
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}{url}" if url and base else ""
