"""What acts over sets of purchasing papers have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Document

D = TypeVar("D", bound=Document)


def locked(model: type[D], pks: Collection[int], actor: Actor) -> list[D]:
    """The papers with these keys, locked in key order; raises BusinessError when one is gone."""
    rows: list[D] = list(model.objects.of(actor.company_id).lock(pks))  # type: ignore[arg-type]
    if len(rows) != len(set(pks)):
        raise BusinessError(Refusal("not_found", _("The document does not exist any more")))
    return rows


def demand(rows: Iterable[Document], *allowed: Any, refused: Mapping[int, Refusal] | None = None) -> None:
    """Raise BusinessError naming every paper whose state forbids the act, besides those `refused` already."""
    by_key = dict(refused or {})
    for row in rows:
        if refusal := row.wrong_state(*allowed):
            by_key[row.pk] = refusal
    if by_key:
        raise BusinessError(by_key=by_key)
