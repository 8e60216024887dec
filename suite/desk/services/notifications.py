"""Telling people, in the bell and by the ways they chose; `telling` sends what goes out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.core import bulk, clock, doorbell, modules, outgoing, sql
from suite.core.access import Actor
from suite.core.acts import Act, current_act, service
from suite.core.models import Company, Membership, User
from suite.core.said import Text, name_of, said
from suite.desk import documents
from suite.desk.models import Notification, NotificationPreference, NotificationSending, NotificationSettings

MENTIONED = re.compile(r"@([\w.-]{1,30})")
MOST_TOGETHER = 11  # notices about one record that are shown together
MAIL, ROBOT = NotificationSending.Channel.MAIL, NotificationSending.Channel.ROBOT

# The new notices with the ways by which they go out; one whose key is known already goes nowhere.
WRITE = """
WITH told AS ({insert} ON CONFLICT (dedupe_key) DO NOTHING RETURNING id, company_id, dedupe_key)
INSERT INTO desk_notificationsending
  (company_id, notification_id, channel, is_digest, state, attempts, next_try_at, error)
SELECT told.company_id, told.id, way.channel, way.digest, 'queued', 0, way.at, ''
FROM told JOIN unnest(%s::text[], %s::text[], %s::boolean[], %s::timestamptz[]) AS way(key, channel, digest, at)
  ON way.key = told.dedupe_key
"""


@dataclass(frozen=True)
class NotificationKind:
    """A kind of thing people are told; `mail` is what holds until a person chooses otherwise.

    What is `urgent` does not wait for a digest; what a `module` tells is not told where that is off.
    """

    name: str
    label: Text
    mail: bool = False
    urgent: bool = False
    module: str = ""


class Ways(NamedTuple):
    """How somebody is told of a kind of thing."""

    bell: bool
    mail: bool
    robot: bool = False


_kinds: dict[str, NotificationKind] = {}


def register_kind(name: str, label: Text, *, mail: bool = False, urgent: bool = False, module: str = "") -> None:
    """Make a kind of notification known, so that people can choose how to get it."""
    _kinds[name] = NotificationKind(name, label, mail, urgent, module)


def kinds(company: Company) -> list[NotificationKind]:
    """What people of a company may be told."""
    return [kind for kind in _kinds.values() if modules.is_on(company, kind.module)]


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
    """Four statements for any number of messages: who, how they like it, when, the rows."""
    ids = {user_id for message in messages for user_id in message.user_ids}
    company_id = act.actor.company_id
    users = User.objects.filter(memberships__company=company_id, is_active=True).in_bulk(ids)
    chosen = {
        (row.user_id, row.kind): Ways(row.in_app, row.mail, row.robot)
        for row in NotificationPreference.objects.of(company_id).filter(
            user__in=ids, kind__in={message.kind for message in messages}
        )
    }
    times = {row.user_id: row for row in NotificationSettings.objects.of(company_id).filter(user__in=ids)}
    rows: dict[str, Notification] = {}
    sendings: list[tuple[str, str, bool, dt.datetime]] = []
    for message in messages:
        for user in (users[pk] for pk in message.user_ids if pk in users):
            kind, mine = _kinds.get(message.kind), times.get(user.pk)
            ways = chosen.get((user.pk, message.kind), Ways(True, bool(kind and kind.mail)))
            out = [MAIL] * bool(ways.mail and user.email) + [ROBOT] * bool(ways.robot and mine and mine.robot)
            row = _row(message, user, ways, company_id)
            if not (ways.bell or out) or row.dedupe_key in rows:
                continue
            rows[row.dedupe_key] = row
            is_digest = bool(mine and mine.digest_at) and not (kind and kind.urgent)
            at = due(user, act.actor.company, mine, is_digest=is_digest) if out else clock.now()
            sendings += [(row.dedupe_key, way, is_digest, at) for way in out]
    if rows:
        insert, values = bulk.inserting([*rows.values()])
        columns = [list(column) for column in zip(*sendings, strict=True)] if sendings else [[], [], [], []]
        sql.touched(WRITE.format(insert=insert), [*values, *columns])
    transaction.on_commit(ring)


def _row(message: _Message, user: User, ways: Ways, company_id: int) -> Notification:
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
        in_app=ways.bell,
    )


def due(user: User, company: Company, chosen: NotificationSettings | None, *, is_digest: bool) -> dt.datetime:
    """When a notice of now goes out: at once, with the digest, or when the quiet hours of the person end."""
    moment = clock.now()
    if chosen is None:
        return moment
    local = moment.astimezone(ZoneInfo(user.time_zone or company.time_zone))
    if is_digest and chosen.digest_at:
        local = _next(local, chosen.digest_at)
    start, end = chosen.quiet_from, chosen.quiet_until
    if start and end and start != end:
        now = local.time()
        is_quiet = start <= now < end if start < end else now >= start or now < end
        local = _next(local, end) if is_quiet else local
    return local.astimezone(dt.UTC)


def _next(local: dt.datetime, time: dt.time) -> dt.datetime:
    """The next moment at which a clock shows a time."""
    day = local.date() if local.time() < time else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, time, tzinfo=local.tzinfo)


def managers_of(team_ids: Collection[int]) -> dict[int, int]:
    """The manager of each team that has one."""
    from suite.core.models import Team

    return dict(Team.objects.filter(pk__in=team_ids, manager__isnull=False).values_list("pk", "manager_id"))


def mention(text: str, *, actor: Actor, key: str, url: str = "", subject: models.Model | None = None) -> None:
    """Tell those whom a text names as `@name` (or by their sign-in name); in the act that is under way.

    Where words follow without a space, as in Chinese, the name is what the word begins with.
    """
    words = set(MENTIONED.findall(text))
    if not words:
        return
    names = {word[:length] for word in words for length in range(1 if not word.isascii() else len(word), len(word) + 1)}
    named = models.Q(username__in=names) | models.Q(name__in=names) | models.Q(name_en__in=names)
    people = Membership.objects.filter(company=actor.company_id, user__is_active=True).values("user")
    notify(
        User.objects.filter(named, pk__in=people).exclude(pk=actor.user_id),
        "mentioned",
        gettext_lazy("%(name)s mentioned you: %(text)s"),
        params={"name": name_of(actor.user), "text": text[:100]},
        key=key,
        body=text,
        url=url,
        subject=subject,
    )


def holders(company: Company, role_code: str) -> list[int]:
    """The users who hold a role, for notices that go to an office and not to a person."""
    members = Membership.objects.filter(company=company, roles__code=role_code, user__is_active=True)
    return list(members.values_list("user_id", flat=True).distinct())


UNREAD = """
SELECT count(*) FROM (
  SELECT DISTINCT subject_kind, coalesce(subject_id, -id) FROM desk_notification
  WHERE company_id = %s AND user_id = %s AND in_app AND read_at IS NULL LIMIT 100
) told
"""


def inbox(actor: Actor) -> models.QuerySet[Notification]:
    """What the actor was told, in the bell, newest first; nobody reads another's."""
    return Notification.objects.of(actor.company_id).filter(user=actor.user_id, in_app=True).order_by("-id")


def later(actor: Actor) -> models.QuerySet[Notification]:
    """What came after a notice about the same record, for a subquery."""
    return (
        inbox(actor)
        .order_by()
        .filter(
            subject_kind=models.OuterRef("subject_kind"),
            subject_id=models.OuterRef("subject_id"),
            pk__gt=models.OuterRef("pk"),
        )
    )


def latest(actor: Actor) -> models.Q:
    """The notices that stand for all about their record: no later one is unread, and none is where they are read."""
    return ~models.Q(models.Exists(later(actor).filter(read_at=None))) & (
        models.Q(read_at=None) | ~models.Q(models.Exists(later(actor)))
    )


def earlier(actor: Actor, rows: Iterable[Notification]) -> dict[int, list[Notification]]:
    """What was told before about the records of notices, by the key of the notice, newest first; one statement."""
    wanted: dict[tuple[str, int | None], Notification] = {
        (row.subject_kind, row.subject_id): row for row in rows if row.subject_id is not None
    }
    if not wanted:
        return {}
    place = models.Window(
        RowNumber(), partition_by=[models.F("subject_kind"), models.F("subject_id")], order_by=models.F("pk").desc()
    )
    about = models.Q(subject_kind__in={kind for kind, _pk in wanted}, subject_id__in={pk for _kind, pk in wanted})
    found: dict[int, list[Notification]] = {}
    for each in inbox(actor).filter(about).annotate(place=place).filter(place__lte=MOST_TOGETHER):
        row = wanted.get((each.subject_kind, each.subject_id))
        if row and each.pk < row.pk:
            found.setdefault(row.pk, []).append(each)
    return found


def unread(actor: Actor) -> int:
    """Of how many records, or without one, something is unread; counted to 100. Every page asks."""
    return int(sql.rows(UNREAD, [actor.company_id, actor.user_id])[0][0])


@service
def mark_read(*, actor: Actor, pks: Collection[int] | None = None) -> int:
    """Mark notifications of the actor as read: these with all that came before about the same records, or all."""
    rows = inbox(actor).order_by().filter(read_at=None)
    if pks is not None:
        rows = rows.filter(models.Q(pk__in=pks) | models.Q(models.Exists(later(actor).filter(pk__in=pks))))
    return rows.update(read_at=clock.now())


@service
def prefer(*, actor: Actor, choices: Mapping[str, Iterable[bool]]) -> None:
    """Keep how the actor wants to be told: kind -> (in the bell, by mail, by robot)."""
    rows = [
        NotificationPreference(
            company_id=actor.company_id, user_id=actor.user_id, kind=kind,
            in_app=ways.bell, mail=ways.mail, robot=ways.robot,
        )
        for kind, ways in ((kind, Ways(*chosen)) for kind, chosen in choices.items())
        if kind in _kinds
    ]  # fmt: skip
    NotificationPreference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["company", "user", "kind"],
        update_fields=["in_app", "mail", "robot"],
    )


def preferences(actor: Actor) -> list[tuple[NotificationKind, Ways]]:
    """Each kind with what holds for the actor."""
    rows = {row.kind: row for row in NotificationPreference.objects.of(actor.company_id).filter(user=actor.user_id)}
    return [
        (kind, Ways(rows[kind.name].in_app, rows[kind.name].mail, rows[kind.name].robot))
        if kind.name in rows
        else (kind, Ways(True, kind.mail))
        for kind in kinds(actor.company)
    ]


def settings_of(actor: Actor) -> NotificationSettings:
    """When and by which robot the actor is told; blank where nothing was chosen yet."""
    known = NotificationSettings.objects.of(actor.company_id).filter(user=actor.user_id).first()
    return known or NotificationSettings(company_id=actor.company_id, user_id=actor.user_id)


@service
def set_times(
    *,
    actor: Actor,
    quiet_from: dt.time | None = None,
    quiet_until: dt.time | None = None,
    digest_at: dt.time | None = None,
    robot: str = "",
    robot_url: str = "",
    robot_secret: str = "",
) -> NotificationSettings:
    """Keep quiet hours, the time of the digest and the robot of the actor; a blank address or secret stays as it is.

    What waits already goes when it was to go. Raises ValidationError for half of the quiet hours, and a robot without
    an address that may be called.
    """
    row = settings_of(actor)
    if (quiet_from is None) != (quiet_until is None):
        raise ValidationError({"quiet_until": _("Quiet hours have a beginning and an end")})
    row.quiet_from, row.quiet_until, row.digest_at = quiet_from, quiet_until, digest_at
    changed = row.robot != robot
    row.robot = robot
    row.robot_url = robot_url or ("" if changed else row.robot_url)
    row.robot_secret = robot_secret or ("" if changed or robot_url else row.robot_secret)
    if robot and not row.robot_url:
        raise ValidationError({"robot_url": _("Say where the robot is called")})
    if robot:
        try:
            outgoing.check(row.robot_url)
        except ValidationError as error:
            raise ValidationError({"robot_url": error.messages}) from None
    else:
        row.robot_url = row.robot_secret = ""
    row.full_clean()
    row.save()
    current_act().audit(row, "changed")
    return row


def ring() -> None:
    """Wake a worker for what goes out; losing the call does no harm."""
    from suite.desk.tasks import send_notices

    doorbell.ring(send_notices)


def absolute(url: str) -> str:
    """A link as mails need it."""
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}{url}" if url and base else ""
