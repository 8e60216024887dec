"""What a customer answers through a link: the same acts as the rep's, done once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.sales.models import Quotation, QuotationAnswer, QuotationLink
from crm.sales.services import links, quotations
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.desk.services import notifications

Kind = QuotationAnswer.Kind
SENTENCES = {
    Kind.ACCEPTED: _("%(who)s accepted quotation %(number)s"),
    Kind.REFUSED: _("%(who)s refused quotation %(number)s"),
}


@service
def answer(
    *,
    link: QuotationLink,
    kind: str,
    actor: Actor,
    name: str = "",
    text: str = "",
    address: str = "",
    agent: str = "",
    reason: str = "",
) -> QuotationAnswer:
    """Take the customer's answer; what stands already is answered again, whatever is said now.

    Accepting writes the draft of the order and wins the quotation, as "Turn into an order" does; refusing loses it.
    Only what was sent can be answered, so that discounts and approvals were judged before. `address` and `agent` are
    kept as evidence. Raises BusinessError when the link has ended meanwhile or a contract is being written.
    """
    quotation = quotations.locked(link.quotation_id, actor)
    mine = QuotationAnswer.objects.of(actor.company_id).filter(quotation=quotation.pk)
    if given := mine.first():
        return given
    live = QuotationLink.objects.of(actor.company_id).filter(pk=link.pk, revoked_at=None).exists()
    if not live or quotation.status != Quotation.Status.SENT or links.is_over(quotation):
        raise BusinessError(Refusal("link_ended", _("This quotation can no longer be answered here")))
    row = QuotationAnswer.objects.create(
        company_id=quotation.company_id, quotation=quotation, party_id=quotation.party_id, link=link, kind=kind,
        name=name, text=text, address=address[:45], agent=agent[:200],
    )  # fmt: skip
    current_act().audit(quotation, kind, {"name": (None, name), "note": (None, text)} if name or text else None)
    if kind == Kind.ACCEPTED:
        quotations.order_from_quotation(quotation_id=quotation.pk, actor=actor)
    else:
        quotations.lose_quotation(quotation_id=quotation.pk, actor=actor, reason=text)
    payload = {"number": quotation.number, "party": quotation.party_id, "gross": quotation.gross}
    current_act().announce(f"crm.sales.quotation.{kind}", quotation, payload)
    notifications.notify(
        {pk for pk in (quotation.owner_id, link.made_by_id) if pk},
        "quotation_answered",
        SENTENCES[Kind(kind)],
        params={"who": name or quotation.party, "number": str(quotation)},
        key=str(row.pk),
        body=text,
        subject=quotation,
    )
    return row
