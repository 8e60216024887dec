"""Sending notices to people: by mail, and by the robot they named; many at once where they want a digest."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q, prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from suite.core import clock, outgoing, robots
from suite.core.models import User
from suite.core.said import again
from suite.core.sending import Queue, told
from suite.desk.models import Notification, NotificationSending, NotificationSettings
from suite.desk.services.notifications import MAIL, absolute

log = logging.getLogger(__name__)

QUEUE = Queue(NotificationSending)
BATCH = 50
DIGEST = 1000  # notices in one message

Group = list[NotificationSending]


def deliver(limit: int = BATCH) -> int:
    """Send what is due and say how many notices went out.

    At least once: a worker that dies between sending and writing it down sends again, by mail under the same
    Message-ID, by which mailboxes drop the second copy.
    """
    groups = _claim(limit)
    if not groups:
        return 0
    wanted = {row.notification.user_id for group in groups for row in group}
    known = {(row.company_id, row.user_id): row for row in NotificationSettings.objects.filter(user__in=wanted)}
    sent = 0
    with get_connection() as connection:
        for group in groups:
            first = group[0].notification
            error = _try(group, known.get((first.company_id, first.user_id)), connection)
            QUEUE.note(group, [error] * len(group))
            sent += 0 if error else len(group)
    return sent


def _claim(limit: int) -> list[Group]:
    """What is due, one message each; of a digest everything that is due for the person by that way together."""
    rows = QUEUE.claim(limit)
    people = {row.notification_id for row in rows if row.is_digest}
    if people:
        users = Notification.objects.filter(pk__in=people).values("user")
        rows += QUEUE.claim(DIGEST, Q(is_digest=True, notification__user__in=users))
    prefetch_related_objects(rows, "notification__user", "notification__company")
    groups: dict[Any, Group] = defaultdict(list)
    for row in rows:
        key = (row.company_id, row.notification.user_id, row.channel) if row.is_digest else row.pk
        groups[key].append(row)
    return list(groups.values())


def _try(group: Group, chosen: NotificationSettings | None, connection: Any) -> str:
    """What went wrong; blank when the message is out."""
    user = group[0].notification.user
    try:
        with translation.override(user.language):
            if group[0].channel == MAIL:
                _mail(group, user, connection).send()
                return ""
            return _say(group, chosen)
    except (outgoing.NotReached, ValidationError) as error:
        return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    except Exception as error:
        log.warning("Notice %s was not sent: %s", group[0], error)
        return told(error)


def _mail(group: Group, user: User, connection: Any) -> EmailMessage:
    notices = [row.notification for row in group]
    title, body = _words(notices)
    number = hashlib.sha256(min(notice.dedupe_key for notice in notices).encode()).hexdigest()[:32]
    footer = _("You get this mail because you asked for it under Notifications in Suite.")
    return EmailMessage(
        subject=title,
        body="\n\n".join(part for part in (body, footer) if part),
        to=[user.email],
        headers={"Message-ID": f"<{number}@suite>"},
        connection=connection,
    )


def _say(group: Group, chosen: NotificationSettings | None) -> str:
    if chosen is None or not chosen.robot:
        return ""  # the person has no robot any more
    title, body = _words([row.notification for row in group])
    text = body if body.startswith(title) else f"{title}\n{body}"
    body = json.dumps(robots.message(chosen.robot, text[: robots.LONGEST]), ensure_ascii=False)
    stamp = int(clock.now().timestamp())
    code, answer = outgoing.post(*robots.call(chosen.robot, chosen.robot_url, chosen.robot_secret, body, stamp))
    good = 200 <= code < 300 and robots.heard(chosen.robot, answer)
    return "" if good else f"HTTP {code} {answer}"[:500]


def _words(notices: Sequence[Notification]) -> tuple[str, str]:
    """Title and text of a message, in the language that is active; what speaks of one record stands together."""
    if len(notices) == 1:
        title, body, link = again(notices[0].title), again(notices[0].body), absolute(notices[0].url)
        return title, "\n\n".join(part for part in (body or title, link) if part)
    about: dict[Any, list[Notification]] = defaultdict(list)
    for notice in sorted(notices, key=lambda notice: notice.pk):
        about[(notice.subject_kind, notice.subject_id) if notice.subject_id else notice.pk].append(notice)
    parts = [
        "\n".join([*(f"- {again(notice.title)}" for notice in group), absolute(group[0].url)]).rstrip()
        for group in about.values()
    ]
    return _("%(count)s notices from Suite") % {"count": len(notices)}, "\n\n".join(parts)
