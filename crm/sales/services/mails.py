"""Mailing quotations: queued with the act that sends them, delivered after it."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Quotation, QuotationLink, QuotationMail
from crm.sales.services import links
from suite.core import doorbell
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.sending import Queue
from suite.desk import papers
from suite.desk.services.notifications import absolute

QUEUE = Queue(QuotationMail)
BATCH = 20


def queue(quotation: Quotation, *, actor: Actor, to: str = "", message: str = "", language: str = "") -> QuotationMail:
    """Have a quotation mailed after the commit, to its contact or customer unless `to` names another address.

    Raises BusinessError when there is no address, ValidationError when `to` is none.
    """
    address = to or (quotation.contact.email if quotation.contact else "") or quotation.party.email
    if not address:
        sentence = _("%(party)s has no mail address: give one, or mark the quotation as sent without mail")
        raise BusinessError(Refusal("no_address", sentence, {"party": quotation.party.label}, field="to"))
    validate_email(address)
    mail = QuotationMail.objects.create(
        company_id=quotation.company_id,
        quotation=quotation,
        to=address,
        language=language or translation.get_language() or settings.LANGUAGE_CODE,
        message=message,
        sender=actor.user,
    )
    transaction.on_commit(ring)
    return mail


def ring() -> None:
    """Wake a worker; losing the call does no harm, the clock rings too."""
    from crm.sales.tasks import send_mails

    doorbell.ring(send_mails)


def deliver(limit: int = BATCH) -> int:
    """Send what is due and say how many went out; at least once, see `Queue.mail`."""
    return QUEUE.mail(limit, _message, "company", "sender", "quotation__party", "quotation__company")


def _message(mail: QuotationMail) -> EmailMessage:
    quotation = mail.quotation
    with translation.override(mail.language):
        params = {"number": quotation, "company": mail.company.label}
        subject = gettext("Quotation %(number)s from %(company)s") % params
        usual = gettext("Please find our quotation %(number)s attached.") % params
        address = _link(mail)
        here = gettext("You can read and answer it here: %(address)s") % {"address": address} if address else ""
    message = EmailMessage(
        subject=subject,
        body="\n\n".join(filter(None, (mail.message or usual, here, mail.company.label))),
        to=[mail.to],
        reply_to=[mail.sender.email] if mail.sender and mail.sender.email else [],
        headers={"Message-ID": f"<quotation-mail-{mail.pk}-{quotation.pk}@suite>"},
    )
    content = papers.render([quotation], actor=Actor(mail.sender, mail.company), language=mail.language)
    message.attach(f"{quotation}.pdf", content, "application/pdf")
    return message


def _link(mail: QuotationMail) -> str:
    """Where the customer answers: a link made for this very try, because its secret is kept nowhere. None once the
    quotation is no longer open, or when links were revoked since the mail was written."""
    if not absolute("/") or QuotationLink.objects.filter(quotation=mail.quotation_id, revoked_at__gt=mail.created_at):
        return ""
    try:
        secret = links.make_link(quotation_id=mail.quotation_id, actor=Actor(mail.sender, mail.company))
    except BusinessError:
        return ""
    return f"{absolute(reverse('quotation_offer', args=[secret]))}?lang={mail.language}"
