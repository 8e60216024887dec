"""From what somebody wants to written quotations and orders, any number by the same statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import Q

from crm.sales.services.documents import Basis, Draft
from crm.sales.services.lines import Line, price_all
from suite.automation.services import approvals
from suite.core.access import Actor
from suite.core.acts import current_act
from suite.core.errors import BusinessError, Refusal
from suite.core.models import DocumentLink
from suite.desk import search
from suite.masterdata.models import TradeDocument

D = TypeVar("D", bound=Draft)
T = TypeVar("T", bound=TradeDocument)


class Prepared(Generic[D, T]):
    """Drafts made into unsaved documents, as far as nothing speaks against them.

    `make(draft, header)` builds one; `refusals` names all that is wrong with each refused draft, by its index; `sound`
    are the indexes of those that were `priced`, their lines good or not.
    """

    def __init__(self, drafts: Sequence[D], *, actor: Actor, make: Callable[[D, dict[str, Any]], T]) -> None:
        basis = Basis(
            actor=actor,
            party_ids=[draft.party_id for draft in drafts],
            currencies=[draft.currency_id for draft in drafts],
            contact_ids=[draft.contact_id for draft in drafts],
        )
        self.single = len(drafts) == 1
        self.refusals: dict[int, list[Refusal]] = {
            index: [refusal] for index, draft in enumerate(drafts) if (refusal := basis.refusal(draft))
        }
        self.sound = sound = [index for index in range(len(drafts)) if index not in self.refusals]
        self.documents = [make(drafts[index], basis.header(drafts[index])) for index in sound]
        wanted = [
            (basis.terms(document), drafts[index].lines) for index, document in zip(sound, self.documents, strict=True)
        ]
        self.priced = price_all(wanted, actor=actor)
        for index, priced in zip(sound, self.priced, strict=True):
            if priced.refusals:
                self.refusals[index] = priced.refusals

    def demand_all(self) -> None:
        """Raise BusinessError where anything is wrong: all that is wrong with the one draft, or the first of each."""
        if self.refusals and self.single:
            raise BusinessError(*self.refusals[0])
        if self.refusals:
            raise BusinessError(by_key={index: refusals[0] for index, refusals in self.refusals.items()})

    def write(self, line_model: type[Line], parent: str) -> list[T]:
        """Insert documents and lines; one statement each."""
        if not self.documents:
            return []
        for document, priced in zip(self.documents, self.priced, strict=True):
            for name, value in priced.totals().items():
                setattr(document, name, value)
        model = type(self.documents[0])
        model.objects.bulk_create(self.documents)
        line_model.objects.bulk_create(
            line_model(company_id=document.company_id, position=position, **{parent: document}, **line.fields())
            for document, priced in zip(self.documents, self.priced, strict=True)
            for position, line in enumerate(priced.lines)
        )
        act = current_act()
        for document in self.documents:
            act.audit(document, "created", {"gross": (None, document.gross)})
            act.announce(f"crm.sales.{model._meta.model_name}.created", document, {"number": document.number})  # type: ignore[attr-defined]
        search.index(self.documents)
        return self.documents


def discard(documents: Sequence[TradeDocument]) -> None:
    """Throw drafts of one kind away with their place in chain and search; what stays are the audit rows."""
    if not documents:
        return
    act, model, pks = current_act(), type(documents[0]), [document.pk for document in documents]
    approvals.withdraw(documents=documents, actor=act.actor)
    for document in documents:
        act.audit(document, "deleted", {"number": (document.number, None), "gross": (document.gross, None)})  # type: ignore[attr-defined]
    DocumentLink.objects.of(act.actor.company_id).filter(
        Q(from_kind=model.kind(), from_id__in=pks) | Q(to_kind=model.kind(), to_id__in=pks)
    ).delete()
    search.forget(model, pks)
    model.objects.filter(pk__in=pks).delete()
