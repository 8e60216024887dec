"""Conditions of a company: parameters of the filters of a list, asked of records that somebody holds.

One language for lists, saved views and rules: what narrows a list also says which records a rule is for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.said import in_each, listed
from suite.desk.lists import ListSpec
from suite.desk.lists.state import ListState

Params = Mapping[str, str]


def understood(spec: type[ListSpec], params: Params, actor: Actor) -> ListState:
    """The list as it is narrowed by these parameters, and by nothing else."""
    return ListState(spec(), actor, {**params, "view": "all"})


def check(spec: type[ListSpec] | None, params: Params, actor: Actor) -> None:
    """Refuse what no filter of the list understands; raises ValidationError."""
    if not params:
        return
    known = set(understood(spec, {}, actor).filter_keys) if spec else set()
    strange = sorted(set(params) - known)
    if strange:
        raise ValidationError(_("There is no condition %(names)s"), params={"names": listed(strange)})
    assert spec is not None
    bad = [chip for chip in understood(spec, params, actor).applied[1] if chip.bad]
    if bad:
        raise ValidationError([f"{chip.label}: {chip.text}" for chip in bad])


def matching(spec: type[ListSpec], params: Params, pks: Collection[int], actor: Actor) -> set[int]:
    """Which of the records fulfil the conditions; one statement. Of conditions no longer understood: none."""
    condition, chips = understood(spec, params, actor).applied
    if any(chip.bad for chip in chips):
        return set()
    rows: Any = spec.model._default_manager
    return set(rows.of(actor.company_id).filter(condition, pk__in=pks).values_list("pk", flat=True))


def in_words(spec: type[ListSpec] | None, params: Params, actor: Actor) -> str:
    """The conditions as a sentence that everybody reads in their own language."""
    if not spec or not params:
        return ""

    def write() -> str:
        return listed(f"{chip.label} {chip.text}" for chip in understood(spec, params, actor).applied[1])

    return in_each(write)
