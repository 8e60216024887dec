"""Who may say what foreign money is worth on a paper of trade."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.desk import formats

MAY_SET = "masterdata.add_exchangerate"


def misrated(actor: Actor, *, currency: str | None, rate: Decimal | None, usual: Decimal | None) -> Refusal | None:
    """Why a paper in `currency` (None: the company's own) cannot have the exchange rate that was given for it.

    The company's own currency is worth itself: any other rate would book another amount than the paper says. Floor
    prices, limits and the books follow the rate, so that one other than `usual`, the day's (None: nobody knows it), is
    for those who write exchange rates. No statement.
    """
    if rate is None:
        return None
    if currency in (None, actor.company.currency):
        if rate == 1:
            return None
        sentence = _("%(currency)s is the currency of the books: its rate is 1")
        return Refusal("own_currency", sentence, {"currency": actor.company.currency}, field="exchange_rate")
    if rate == usual or actor.may(MAY_SET):
        return None
    if usual is None:
        sentence = _("Nobody has said yet what %(currency)s is worth: who keeps the exchange rates may")
    else:
        sentence = _("%(currency)s is at %(usual)s on this day: another rate is for who keeps the exchange rates")
    params = {"currency": currency, "usual": formats.quantity(usual) if usual else ""}
    return Refusal("not_the_days_rate", sentence, params, field="exchange_rate")
