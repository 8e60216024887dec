"""Questions that customers ask upwards; `crm.sales` plugs the answer in when it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crm.customers.models import Commitment
from suite.core.access import Actor
from suite.core.errors import Refusal


def _nothing_known(actor: Actor, commitments: Sequence[Commitment]) -> list[list[Refusal]]:
    return [[] for _commitment in commitments]


# What speaks against each of these commitments, written or not yet: stock, floor price, credit.
concerns: Callable[[Actor, Sequence[Commitment]], list[list[Refusal]]] = _nothing_known
