"""Reservations that the goods no longer bear: nobody loses one before somebody has read who does, and agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp.inventory.models import Demand
from erp.inventory.services.stock import Key, Loss, Stock
from erp.inventory.signals import reservations_lost
from suite.core.acts import Act, current_act
from suite.core.errors import BusinessError, Refusal
from suite.core.said import listed
from suite.desk import formats

NAMED = 5


def squeeze(stock: Stock, lines: Mapping[Key, int], *, release: bool, field: str = "quantity") -> list[Loss]:
    """Where more is reserved than is on hand, let those wait again who were promised last, and tell the house.

    Raises BusinessError unless `release` agrees to it: by line, `lines` says which, who would lose how much.
    """
    losses = stock.squeeze()
    if losses and not release:
        raise BusinessError(*_refusals(losses, lines, field))
    current_act().collect(announce, *losses)
    return losses


def announce(act: Act, losses: list[Loss]) -> None:
    """Tell the areas above and the other wing; called once per act by the act itself."""
    reservations_lost.send(sender=Demand, losses=losses, actor=act.actor)


def told(losses: Sequence[Loss]) -> str:
    """Who lost how much of what, in the reader's language; blank where nobody did."""
    if not losses:
        return ""
    parts = [
        _("%(order)s %(quantity)s of %(product)s")
        % {"order": loss.demand.order_number, "quantity": _quantity(loss), "product": loss.demand.product.label}
        for loss in losses
    ]
    return _("No longer reserved, so these wait again: %(orders)s") % {"orders": _some(parts)}


def _refusals(losses: Sequence[Loss], lines: Mapping[Key, int], field: str) -> list[Refusal]:
    by_line: dict[int, list[str]] = defaultdict(list)
    for loss in losses:
        key = Key(loss.demand.product_id, loss.demand.warehouse_id)
        by_line[lines[key]].append(f"{loss.demand.order_number} ({_quantity(loss)})")
    sentence = gettext_lazy("Reserved for %(orders)s, which would wait again")
    named = [
        Refusal("reserved", sentence, {"orders": _some(by_line[line])}, line=line, field=field)
        for line in sorted(by_line)
    ]
    agree = gettext_lazy("Orders hold these goods: agree, or nothing is booked")
    return [*named, Refusal("reserved", agree, field="release")]


def _quantity(loss: Loss) -> str:
    return f"{formats.quantity(loss.quantity)} {loss.demand.product.unit.label}"


def _some(parts: Sequence[str]) -> str:
    more = len(parts) - NAMED
    shown = listed(parts[:NAMED])
    return _("%(shown)s and %(count)s more") % {"shown": shown, "count": more} if more > 0 else shown
