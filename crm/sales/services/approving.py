"""Asking for the approval of a quotation or an order, where a rule of the company wants one (a high discount, say)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from crm.sales.models import Order, Quotation
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import round_money
from suite.masterdata.models import TradeDocument

D = TypeVar("D", Order, Quotation)


def worth(document: TradeDocument) -> Decimal:
    """What is approved: the paper without tax in the company's currency."""
    return round_money(document.net * document.exchange_rate)


def quoted(order: Order) -> Quotation | None:
    """The quotation whose approval holds for an order that says the same."""
    return Quotation(pk=order.quotation_id) if order.quotation_id else None


@service
def submit_orders(*, order_ids: Collection[int], actor: Actor, reason: str = "") -> list[Order]:
    """Ask for the approval of draft orders; until it is there they cannot be confirmed.

    Raises BusinessError naming orders that are no drafts, need no approval or wait for one already.
    """
    orders = list(Order.objects.of(actor.company_id).lock(order_ids))
    return _submit(orders, (Order.Status.DRAFT,), actor)


@service
def submit_quotations(*, quotation_ids: Collection[int], actor: Actor, reason: str = "") -> list[Quotation]:
    """Ask for the approval of draft quotations; until it is there they cannot be sent. Raises as `submit_orders`."""
    quotations = list(Quotation.objects.of(actor.company_id).lock(quotation_ids))
    return _submit(quotations, (Quotation.Status.DRAFT,), actor)


def _submit(documents: list[D], states: Collection[str], actor: Actor) -> list[D]:
    refused: Refusals = {row.pk: refusal for row in documents if (refusal := row.wrong_state(*states))}
    drafts = [document for document in documents if document.pk not in refused]
    missing = approvals.missing(drafts, actor)
    for document in drafts:
        lacks = missing.get(document.pk)
        if lacks is None:
            sentence = _("%(number)s needs no approval")
            refused[document.pk] = Refusal("no_approval_needed", sentence, {"number": document})
        elif lacks.code != "needs_approval":
            refused[document.pk] = lacks
    if refused:
        raise BusinessError(by_key=refused)
    for document in documents:
        current_act().audit(document, "submitted")
    approvals.submit(documents=documents, actor=actor)
    return documents


def demand_approved(documents: Sequence[Order | Quotation], actor: Actor) -> None:
    """Refuse papers that still need an approval."""
    if refused := approvals.missing(documents, actor):
        raise BusinessError(by_key=refused)
