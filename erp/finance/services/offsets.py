"""Credits that a party uses up: what it is owed is set off against what it owes."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from erp.finance.models import OpenItem
from erp.finance.services.items import Settling, Side, settle
from erp.finance.services.money import open_of_orders
from erp.finance.signals import payment_received
from erp.inputs import Source
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.core.money import ZERO


@service
def set_off(*, item_id: int, actor: Actor, reason: str = "") -> OpenItem:
    """Settle with an open credit what else is open of its party on the same side, the oldest first.

    No voucher: both stand on one account. What is left of the credit stays open. Raises BusinessError when the item is
    no open credit, or nothing else is open.
    """
    party = OpenItem.objects.of(actor.company_id).values_list("party", "side").get(pk=item_id)
    rows = OpenItem.objects.of(actor.company_id).filter(party=party[0], side=party[1], status=OpenItem.Status.OPEN)
    items = {item.pk: item for item in rows.order_by("pk").select_for_update(of=("self",))}
    credit = items.pop(item_id, None)
    if credit is None or credit.open_amount > 0:
        raise BusinessError(Refusal("no_credit", _("Only an open credit can be set off")))
    day, left, settlings = clock.today(actor.company), -credit.open_amount, []
    for item in sorted(items.values(), key=lambda item: (item.due_date, item.pk)):
        part = min(left, item.open_amount)
        if part > 0:
            settlings.append(Settling(item, part, day, counter=credit, owed=True))
            settlings.append(Settling(credit, -part, day, counter=item, owed=True))
            left -= part
    if not settlings:
        raise BusinessError(Refusal("nothing_open", _("There is nothing open that could be settled")))
    before = credit.open_amount
    settle(settlings)
    current_act().audit(credit, "set off", {"open_amount": (before, credit.open_amount)})
    _tell(settlings, actor)
    return credit


def _tell(settlings: list[Settling], actor: Actor) -> None:
    """Orders hear of it like of money: those that are settled, and the one whose credit is used up."""
    settled: dict[Source, Decimal] = defaultdict(lambda: ZERO)
    for each in settlings:
        if each.item.side == Side.RECEIVABLE and each.item.order_id:
            order = Source(each.item.order_kind, each.item.order_id, each.item.order_number)
            settled[order] += each.amount
    if settled:
        still_open = open_of_orders(settled, actor=actor)
        payment_received.send(sender=OpenItem, receipts=[], settled=dict(settled), still_open=still_open, actor=actor)
