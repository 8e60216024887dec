"""A refused act on the page of its order: what was said, at which line, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.sales.models import Order
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.desk import documents
from suite.desk.records import PageAct


@dataclass
class Explained:
    """The sentences about the order as a whole and those at its lines (by index), with the choices allowed."""

    sentences: list[str] = field(default_factory=list)
    at_lines: dict[int, list[str]] = field(default_factory=dict)
    choices: list[PageAct] = field(default_factory=list)


def explained(error: BusinessError, order: Order, actor: Actor) -> Explained:
    """Sort what a service refused to where people look for it."""
    found = Explained()
    for refusal in error.refusals:
        if refusal.line is None:
            found.sentences.append(str(refusal))
        else:
            found.at_lines.setdefault(refusal.line, []).append(str(refusal))
    codes = {refusal.code for refusal in error.refusals}
    found.choices = [choice for choice in _choices(codes, order) if actor.may(choice.permission)]
    return found


def _choices(codes: set[str], order: Order) -> list[PageAct]:
    edit = PageAct(
        _("Change the lines"),
        reverse("sales:order_edit", args=[order.pk]),
        "pencil",
        "crm_sales.change_order",
        method="get",
    )
    if "short_of_stock" in codes:
        waiting = reverse("sales:order_act", args=[order.pk, "confirm-waiting"])
        return [
            PageAct(
                _("Confirm, reserve what is free and request the rest"), waiting, "check", "crm_sales.confirm_order",
                primary=True,
            ),
            edit,
        ]  # fmt: skip
    customer = documents.url_of("masterdata.party", order.party_id)
    if codes & {"over_limit", "overdue", "credit_blocked"} and customer:
        owed = PageAct(_("See what the customer owes"), customer, "coin", "masterdata.view_party", method="get")
        return [owed, edit] if "over_limit" in codes else [owed]
    return [edit] if codes & {"archived", "quantity", "no_lines"} else []
