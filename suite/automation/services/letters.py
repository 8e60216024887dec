"""Mails of flows to people outside: queued with the step, sent after it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.db import transaction

from suite.automation.models import FlowMail
from suite.core import doorbell
from suite.core.sending import Queue

QUEUE = Queue(FlowMail)
BATCH = 100


def queue(mails: Sequence[FlowMail]) -> None:
    """Have mails sent after the commit; a step that is tried again does not write twice. One statement."""
    FlowMail.objects.bulk_create(mails, ignore_conflicts=True)
    transaction.on_commit(ring)


def ring() -> None:
    """Wake a worker; losing the call does no harm, the clock rings too."""
    from suite.automation.tasks import send_flow_mails

    doorbell.ring(send_flow_mails)


def deliver(limit: int = BATCH) -> int:
    """Send what is due and say how many went out; at least once, see `Queue.mail`."""
    return QUEUE.mail(limit, _message)


def _message(mail: FlowMail) -> EmailMessage:
    return EmailMessage(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else [],
        headers={"Message-ID": f"<flow-mail-{mail.pk}-{mail.run_id}@suite>"},
    )
