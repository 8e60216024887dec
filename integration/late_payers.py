"""Who pays late, as rules of the company see it: the tag with its rule, and the review of the credit that follows."""

from __future__ import annotations

from django.db.models import Exists, Min, OuterRef, Sum
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.customers import suggestions
from crm.customers.facts import HowMany
from crm.customers.models import Customer
from crm.customers.services import tagging
from crm.customers.suggestions import Suggestion
from erp.finance.models import OpenItem, Receivable, Settlement
from suite.automation import subjects
from suite.automation.services.flows import ship
from suite.core import clock
from suite.core.access import Actor
from suite.desk import formats

REVIEW = "review-credit-of-late-payer"
LATE = Exists(
    Settlement.objects.filter(item=OuterRef("pk"), money__isnull=False, posting_date__gt=OuterRef("due_date"))
)


def connect() -> None:
    """Called once, when the project starts.

    A late payment is a receivable on which money came after it was due, whether in full or in part; receivables that
    fell due within the last year count.
    """
    items = OpenItem.objects.filter(
        LATE, party=OuterRef("party"), side=OpenItem.Side.RECEIVABLE, company=OuterRef("company"), amount__gt=0
    )
    subjects.extend(
        "crm_customers.customer",
        facts=(HowMany("paid_late", _("Late payments within a year"), "due_date", rows=items),),
    )
    tagging.ship(
        "pays-late", ("一年内逾期付款 3 次", "Three late payments within a year"), ("付款拖延", "Pays late", "danger"),
        {"paid_late_min": "3"},
    )  # fmt: skip
    ship(
        REVIEW,
        _("Three late payments: review the credit"),
        "crm_customers.customer",
        {
            "id": "start",
            "kind": "start",
            "params": {"on": "event", "events": ["crm.customers.customer.tagged"], "again": "once"},
            "when": {"match": "all", "groups": [{"match": "all", "params": {"paid_late_min": "3"}}]},
        },
        {
            "id": "n1",
            "kind": "task",
            "params": {
                "who": "owner", "text": _("Review the credit of {party}: it paid late three times within a year"),
                "number": 3, "unit": "days",
            },
        },
    )  # fmt: skip
    suggestions.register(overdue_money, order=30, permission="erp_finance.view_receivable")


def overdue_money(actor: Actor, customer: Customer) -> Suggestion | None:
    """What the customer owes that is overdue."""
    today = clock.today(actor.company)
    rows = Receivable.objects.visible_to(actor).filter(party=customer.party_id, status=OpenItem.Status.OPEN)
    late = rows.filter(due_date__lt=today, open_amount__gt=0).aggregate(sum=Sum("open_amount"), since=Min("due_date"))
    if not late["sum"]:
        return None
    sentence = gettext("%(amount)s is overdue since %(day)s") % {
        "amount": formats.money(late["sum"], actor.company.currency), "day": formats.day(late["since"]),
    }  # fmt: skip
    url = f"{reverse('customers:log', args=[customer.pk])}?kind=call"
    return Suggestion("overdue", sentence, gettext("Call and log it"), url, "phone")
