"""Changing a confirmed order: within what is already done, with a document that says what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.sales.models import Order, OrderAmendment, OrderLine
from crm.sales.services import allowance, approving, progress
from crm.sales.services import lines as trade_lines
from crm.sales.services.confirming import locked_with_lines, not_confirmed, told
from crm.sales.services.pricing import LineInput
from crm.sales.signals import orders_amended
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal
from suite.desk import formats


@service
def amend_order(
    *, order_id: int, lines: Sequence[LineInput], actor: Actor, version: int | None = None, reason: str = ""
) -> OrderAmendment:
    """Give a confirmed order these lines; stock, purchasing and books follow in the same transaction.

    A line with an id changes that line, without an id it is new; lines left out are given up. Quantities never fall
    below what was delivered or invoiced, and a line of which something was keeps its product and price.
    Raises BusinessError naming the lines that cannot change like this, Stale when `version` is not the present one.
    """
    (order,) = locked_with_lines([order_id], actor)
    order.demand_version(version)
    if refused := not_confirmed([order]):
        raise BusinessError(by_key=refused)
    if not lines:
        raise BusinessError(
            Refusal("no_lines", _("An order keeps at least one line; cancel it instead"), field="lines")
        )
    before = list(order.confirmed_lines)
    net, gross = order.net, order.gross
    order.revision += 1
    if not trade_lines.change(OrderLine, "order", order, fields={}, inputs=lines, actor=actor):
        raise BusinessError(Refusal("nothing_changed", _("The order already is like this")))
    order.confirmed_lines = list(OrderLine.objects.filter(order=order).select_related("product"))
    demand_within_done(before, order.confirmed_lines)
    demand_agreed(order, before, actor)
    amendment = OrderAmendment.objects.create(
        company_id=order.company_id,
        order=order,
        revision=order.revision,
        changes=differences(before, order.confirmed_lines),
        net_change=order.net - net,
        gross_change=order.gross - gross,
        reason=reason[:500],
        made_by=actor.user,
    )
    orders_amended.send(sender=Order, order=order, before=before, amendment=amendment, actor=actor)
    progress.delivered({line.pk: line.delivered * 0 for line in order.confirmed_lines})
    progress.invoiced({line.pk: line.invoiced * 0 for line in order.confirmed_lines})
    current_act().announce("crm.sales.order.amended", order, told(order) | {"change": order.gross - gross})
    return amendment


def demand_agreed(order: Order, before: Sequence[OrderLine], actor: Actor) -> None:
    """Refuse to give more away than was agreed, or than the actor may without an approval: what is confirmed does not
    wait. Lines that stay as they were, or shrink, are not judged again."""
    more = allowance.given_more(before, order.confirmed_lines)
    lacks = approving.lacking([order], actor).get(order.pk, []) if more else []
    refused = [each for each in lacks if each.line in more]
    missing = [each for each in lacks if each.line is None]
    if missing and (refused or any(order.confirmed_lines[place].discount for place in more)):
        sentence = _(
            "%(number)s: such a discount needs an approval; undo the confirmation, change and submit the draft"
        )
        raise BusinessError(Refusal("needs_approval", sentence, {"number": order}))
    if refused:
        raise BusinessError(*refused)


def demand_within_done(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> None:
    """Refuse to take away or to reprice what was delivered or invoiced already."""
    now = {line.pk: line for line in after}
    refusals = []
    for index, line in enumerate(before):
        done = max(line.delivered, line.invoiced)
        if not done:
            continue
        changed = now.get(line.pk)
        if changed is None or changed.base_quantity < done:
            sentence = _("Line %(line)s: %(done)s were delivered or invoiced already; return them first")
            refusals.append(
                Refusal("below_done", sentence, {"line": index + 1, "done": formats.quantity(done)}, index, "quantity")
            )
        elif any(
            getattr(changed, name) != getattr(line, name) for name in ("product_id", "unit_price", "discount", "tax_id")
        ):
            sentence = _("Line %(line)s is partly done: its product and price stay; add a new line instead")
            refusals.append(Refusal("price_of_done", sentence, {"line": index + 1}, index, "unit_price"))
    if refusals:
        raise BusinessError(*refusals)


def differences(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """What changed, line by line: the line id with its old and new facts; None where there was or is no line."""
    old, new = {line.pk: line for line in before}, {line.pk: line for line in after}
    rows = [
        {"line": pk, "old": facts(old.get(pk)), "new": facts(new.get(pk))} for pk in sorted(old.keys() | new.keys())
    ]
    return [row for row in rows if row["old"] != row["new"]]


def facts(line: OrderLine | None) -> Mapping[str, str] | None:
    """What a line says, as the amendment keeps it."""
    if line is None:
        return None
    return {
        "product": str(line.product),
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit_id,
        "unit_price": f"{line.unit_price.normalize():f}",
        "discount": f"{line.discount.normalize():f}",
        "requested_date": str(line.requested_date or ""),
        "gross": str(line.gross),
    }
