"""How good the customers' data are: rules that each customer passes or fails, their shares, and who fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from suite.core.access import Actor
from suite.core.said import listed
from suite.desk.lists import ChoiceFilter
from suite.desk.lists.dates import Unclear
from suite.masterdata.models import Duplicate, Party

Text = str | Promise


@dataclass(frozen=True)
class Rule:
    """A rule; `failing` is the condition for customers that do not pass it."""

    name: str
    label: Text
    hint: Text
    failing: Callable[[Actor], Q]


@dataclass(frozen=True)
class Share:
    """How many customers of how many pass a rule."""

    rule: Rule
    good: int
    total: int

    @property
    def failing(self) -> int:
        return self.total - self.good

    @property
    def percent(self) -> float:
        """Rounded down, so that only all of them are 100 %."""
        return (1000 * self.good // self.total) / 10 if self.total else 100.0


_rules: dict[str, Rule] = {}


def register(name: str, label: Text, hint: Text, failing: Callable[[Actor], Q]) -> None:
    """Have customers judged by one more rule. Called from apps.py."""
    _rules[name] = Rule(name, label, hint, failing)


def shares(actor: Actor) -> list[Share]:
    """The share of each rule among the customers in use that the actor sees, counted now by one statement."""
    passing = {name: Count("pk", filter=~rule.failing(actor)) for name, rule in _rules.items()}
    rows = Customer.objects.visible_to(actor).filter(party__is_archived=False)
    found = rows.aggregate(total_=Count("pk"), **passing)
    return [Share(rule, found[name], found["total_"]) for name, rule in _rules.items()]


def choices(_actor: Actor) -> list[tuple[str, Text]]:
    return [(name, rule.label) for name, rule in _rules.items()]


class FailingFilter(ChoiceFilter):
    """Customers that fail a rule: `failing=owned`."""

    operators = ()

    def understand(self, params: Any, actor: Actor, model: Any) -> tuple[Q, str]:
        wanted = params[self.name].split(",")
        if not set(wanted) <= set(_rules):
            raise Unclear
        failing = Q()
        for name in wanted:
            failing |= _rules[name].failing(actor)
        return failing, listed(str(_rules[name].label) for name in wanted)


def _invalid(_actor: Actor) -> Q:
    unreachable = Q(party__phone="", party__email="")
    return unreachable | Q(party__kind=Party.Kind.ORGANISATION, party__credit_code="")


def _twice(actor: Actor) -> Q:
    pairs = Duplicate.objects.of(actor.company_id).filter(status=Duplicate.Status.OPEN)
    return Q(party__in=pairs.values("one")) | Q(party__in=pairs.values("other"))


register(
    "valid", _("Valid"), _("A phone or an e-mail, and a credit code where the customer is an organisation"), _invalid
)
register("unique", _("Unique"), _("In no pair of possible duplicates that waits to be decided"), _twice)
register("owned", _("Owned"), _("Somebody looks after the customer"), lambda _actor: Q(owner=None))
