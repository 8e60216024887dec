"""Exit criteria: what may have to be so before a deal goes on, and which deals it is so for.

A stage keeps them by their words: `amount`, `contact`, `activity:visit` (an activity of that kind was logged since the
deal began), `own:f3` (the own field is filled in).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from django.db.models import F
from django.utils.translation import gettext as _

from crm.customers.models import Activity
from crm.sales.models import KeyAction, Opportunity, OpportunityLine, Quotation
from suite.core.access import Actor
from suite.desk.models import Task
from suite.desk.own import book

ACTIVITY, OWN = "activity:", "own:"
KIND = Opportunity.kind()


def _those(is_met: Callable[[Opportunity], bool]) -> Callable[[Sequence[Opportunity]], set[int]]:
    return lambda deals: {deal.pk for deal in deals if is_met(deal)}


def _quoted(deals: Sequence[Opportunity]) -> set[int]:
    sent = Quotation.objects.filter(opportunity__in=deals, sent_at__isnull=False)
    return set(sent.values_list("opportunity_id", flat=True))


def _with_products(deals: Sequence[Opportunity]) -> set[int]:
    return set(OpportunityLine.objects.filter(opportunity__in=deals).values_list("opportunity_id", flat=True))


def _acted(deals: Sequence[Opportunity]) -> set[int]:
    """Those none of whose key actions of the present visit is left to do."""
    waiting = Task.objects.filter(
        subject_kind=KIND, subject_id__in=[deal.pk for deal in deals], source=KeyAction.SOURCE, status=Task.Status.OPEN
    )
    return {deal.pk for deal in deals} - set(waiting.values_list("subject_id", flat=True))


KNOWN: dict[str, Callable[[Sequence[Opportunity]], set[int]]] = {
    "amount": _those(lambda deal: deal.amount > 0),
    "contact": _those(lambda deal: deal.contact_id is not None),
    "close": _those(lambda deal: deal.expected_close is not None),
    "next_step": _those(lambda deal: bool(deal.next_step and deal.next_step_on)),
    "products": _with_products,
    "quotation": _quoted,
    "actions": _acted,
}


def label_of(word: str, company_id: int) -> str:
    """What people call a criterion; the word itself where nobody knows it any more."""
    if word.startswith(ACTIVITY):
        kinds = {str(value): label for value, label in Activity.Kind.choices}
        return _("Logged: %(kind)s") % {"kind": kinds.get(word.removeprefix(ACTIVITY), word)}
    if word.startswith(OWN):
        field = book.find(KIND, word.removeprefix(OWN), company_id)
        return _("Filled in: %(field)s") % {"field": field.label if field else word}
    names = {
        "amount": _("Amount filled in"),
        "contact": _("Decision maker named"),
        "close": _("Expected close filled in"),
        "next_step": _("Next step planned"),
        "products": _("Products named"),
        "quotation": _("Quotation sent"),
        "actions": _("Key actions done"),
    }
    return names.get(word, word)


def is_known(word: str, company_id: int) -> bool:
    """Whether a criterion can be asked."""
    return word in {value for value, _label in choices(company_id)}


def choices(company_id: int) -> list[tuple[str, str]]:
    """All criteria by word and label: the fixed ones, one per kind of activity, one per own field of opportunities."""
    words = [*KNOWN, *(f"{ACTIVITY}{kind}" for kind in Activity.Kind.values)]
    words += [f"{OWN}{field.key}" for field in book.of(KIND, company_id)]
    return [(word, label_of(word, company_id)) for word in words]


def met(words: Iterable[str], deals: Sequence[Opportunity]) -> dict[str, set[int]]:
    """Per criterion the keys of the deals for which it is so; one statement at most for each, however many deals."""
    return {word: _ask(word, deals) for word in dict.fromkeys(words)} if deals else {}


def _ask(word: str, deals: Sequence[Opportunity]) -> set[int]:
    if word in KNOWN:
        return KNOWN[word](deals)
    if word.startswith(ACTIVITY):
        return _logged(word.removeprefix(ACTIVITY), deals)
    key = word.removeprefix(OWN)
    if book.find(KIND, key, deals[0].company_id) is None:
        return {deal.pk for deal in deals}  # nobody can fill in a field that is gone
    return {deal.pk for deal in deals if deal.own.get(key) not in (None, "", [])}


def _logged(kind: str, deals: Sequence[Opportunity]) -> set[int]:
    begun = Opportunity.objects.filter(pk__in=[deal.pk for deal in deals], party__activities__kind=kind)
    return set(begun.filter(party__activities__happened_at__gte=F("created_at")).values_list("pk", flat=True))


def checklist(deal: Opportunity, words: Sequence[str], actor: Actor) -> list[tuple[str, bool]]:
    """The criteria of a stage with whether they are met."""
    answers = met(words, [deal])
    return [(label_of(word, actor.company_id), deal.pk in answers[word]) for word in words]


def missing(words: Collection[str], deal: Opportunity, answers: dict[str, set[int]]) -> list[str]:
    """The labels of what is not so yet for a deal."""
    return [label_of(word, deal.company_id) for word in dict.fromkeys(words) if deal.pk not in answers[word]]
