"""Sending a purchase order to the supplier by mail, as a job that people can watch."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from erp.procurement.models import PurchaseOrder
from erp.procurement.services.papers import locked
from suite.core import jobs
from suite.core.access import Actor
from suite.core.acts import acting, current_act, service
from suite.core.jobs import Progress
from suite.core.models import Job
from suite.desk import papers

KIND = "procurement.send_order"


@service
def send_order(*, order_id: int, to: str, language: str, actor: Actor, message: str = "", reason: str = "") -> Job:
    """Have the order mailed as a PDF. At least once: a worker that dies after the mail went out sends it again."""
    (order,) = locked(PurchaseOrder, [order_id], actor)
    current_act().audit(order, "sending", {"to": (None, to)})
    params = {"order": order.pk, "to": to, "language": language, "message": message}
    return jobs.enqueue(kind=KIND, title=f"{order} → {to}", params=params, actor=actor)


def deliver(job: Job, actor: Actor, progress: Progress) -> dict[str, Any]:
    """The work of the job."""
    order = PurchaseOrder.objects.of(job.company_id).get(pk=job.params["order"])
    with translation.override(job.params["language"]):
        subject = _("Purchase order %(number)s") % {"number": order}
        text = job.params["message"] or _("Please find our purchase order attached.")
    mail = EmailMessage(subject=subject, body=text, to=[job.params["to"]])
    mail.attach(f"{order}.pdf", papers.render([order], actor=actor, language=job.params["language"]), "application/pdf")
    mail.send()
    with acting(actor) as act:
        act.audit(order, "sent", {"to": (None, job.params["to"])})
    return {"sent": job.params["to"]}
