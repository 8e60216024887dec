"""What must be agreed to before a paper is promised to its customer: asked for where a rule of the company wants it (a
high discount, say), else refused to whoever may not give so much away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Contract, Opportunity, Order, Quotation
from crm.sales.services import allowance
from crm.sales.services.lines import Line
from suite.automation import approvals as kinds
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import round_money
from suite.masterdata.models import Tax, TradeDocument

D = TypeVar("D", Order, Quotation, Contract)
Asked = TypeVar("Asked", Order, Quotation, Opportunity)


def worth(document: TradeDocument) -> Decimal:
    """What is approved: the paper without tax in the company's currency."""
    return round_money(document.net * document.exchange_rate)


def agreed_before(order: Order) -> Contract | Quotation | None:
    """The paper whose approval holds for an order that says the same: its contract, else its quotation."""
    if order.contract_id:
        return Contract(pk=order.contract_id)
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


@service
def submit_opportunities(*, opportunity_ids: Collection[int], actor: Actor, reason: str = "") -> list[Opportunity]:
    """Ask for the approval without which deals do not come to stages that want one. Raises as `submit_orders`."""
    deals = list(Opportunity.objects.of(actor.company_id).lock(opportunity_ids))
    return _submit(deals, (Opportunity.Status.OPEN,), actor)


def _submit(documents: list[Asked], states: Collection[str], actor: Actor) -> list[Asked]:
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


def demand_granted(documents: Sequence[D], actor: Actor) -> None:
    """Refuse papers that lack an approval, or give away more than the actor may without one."""
    if refused := ungranted(documents, actor):
        raise BusinessError(by_key=refused)


def ungranted(documents: Sequence[D], actor: Actor) -> Refusals:
    """Why papers of one kind may not be promised to their customers; of what speaks against each the first."""
    return {pk: refusals[0] for pk, refusals in lacking(documents, actor).items()}


def lacking(documents: Sequence[D], actor: Actor) -> dict[int, list[Refusal]]:
    """What keeps the actor from promising papers of one kind: first, without a line, the approval that is missing, then
    at each line what is given away beyond the actor's limits and to what nobody agreed.

    One statement for lines that are not read yet, further ones where a rule holds or a limit is exceeded.
    """
    missing, lines = approvals.missing(documents, actor), _lines(documents)
    found: dict[int, tuple[list[Refusal], list[Refusal]]] = {}
    for document in documents:
        lacks = missing.get(document.pk)
        excess = allowance.beyond(
            lines[document.pk], rate=document.exchange_rate, includes_tax=document.prices_include_tax, actor=actor,
            words=allowance.TO_APPROVE if lacks else allowance.FORBIDDEN,
        )  # fmt: skip
        if lacks or excess:
            found[document.pk] = [lacks] if lacks else [], excess
    more = [document for document in documents if document.pk in found and found[document.pk][1]]
    granted = approvals.agreed(more) | _as_said_before(more) if more else set()
    whole = {pk: lacks + ([] if pk in granted else excess) for pk, (lacks, excess) in found.items()}
    return {pk: refusals for pk, refusals in whole.items() if refusals}


def doubts(documents: Sequence[D], actor: Actor) -> dict[int, list[Refusal]]:
    """What must be said at the lines of drafts of one kind before anybody tries to promise them, by their keys.

    A tax below the product's own is only told: it keeps nobody from promising.
    """
    drafts = [document for document in documents if document.status == "draft"]
    found = lacking(drafts, actor)
    at_lines = {pk: [each for each in refusals if each.line is not None] for pk, refusals in found.items()}
    return _together(at_lines, undertaxed(drafts))


def _together(*found: Mapping[int, list[Refusal]]) -> dict[int, list[Refusal]]:
    keys = sorted({pk for each in found for pk, refusals in each.items() if refusals})
    return {pk: [refusal for each in found for refusal in each.get(pk, ())] for pk in keys}


def undertaxed(documents: Sequence[D]) -> dict[int, list[Refusal]]:
    """The lines with a lower tax than their products have, by paper; a statement more where taxes were chosen."""
    lines = _lines(documents)
    chosen = {
        pk
        for rows in lines.values()
        for row in rows
        if row.tax_id != row.product.tax_id
        for pk in (row.tax_id, row.product.tax_id)
    }
    if not chosen:
        return {}
    taxes = Tax.objects.in_bulk(chosen)
    told = {pk: [allowance.undertaxed(row, taxes, at) for at, row in enumerate(rows)] for pk, rows in lines.items()}
    return {pk: [each for each in refusals if each] for pk, refusals in told.items() if any(refusals)}


def _lines(documents: Sequence[D]) -> dict[int, Sequence[Line]]:
    """The lines as they now stand; whoever locked an order with its lines has them already."""
    known = {row.pk: row.confirmed_lines for row in documents if hasattr(row, "confirmed_lines")}
    unread = [row for row in documents if row.pk not in known]
    if unread:
        model: Any = type(unread[0])._meta.get_field("lines").related_model
        prefetch_related_objects(unread, Prefetch("lines", model.objects.select_related("product")))
    return {row.pk: known[row.pk] if row.pk in known else list(row.lines.all()) for row in documents}


def _as_said_before(documents: Sequence[D]) -> set[int]:
    """Papers that say what an earlier one said, their contract or quotation: it was judged when it was promised."""
    found: set[int] = set()
    for model, name in ((Contract, "contract_id"), (Quotation, "quotation_id")):
        earlier = {document.pk: pk for document in documents if (pk := getattr(document, name, None))}
        if earlier:
            said = kinds.kind(model.kind()).terms(list(model.objects.in_bulk(earlier.values()).values()))
            present = kinds.kind(documents[0].kind()).terms(documents)
            found |= {pk for pk, before in earlier.items() if kinds.hold(said[before], present[pk])}
    return found
