"""First steps per role: a few acts that somebody who is new does once, ticked by their own acts in the audit trail.

Areas register the acts they own for the roles that do them; what somebody may not do is not on their list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from suite.core.access import Actor

Text = str | Promise
LENGTH = 5  # acts on a list: what is registered beyond stays away


@dataclass(frozen=True)
class Step:
    """An act: where it is done, how, and by which rows of the trail (kind, action) it is known to be done."""

    code: str
    label: Text
    hint: Text
    url_name: str
    permission: str
    acts: frozenset[tuple[str, str]]
    is_done: Callable[[Actor], bool] | None
    roles: frozenset[str]
    order: int
    args: tuple[str, ...]

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


_steps: list[Step] = []


def register(
    code: str,
    label: Text,
    url_name: str,
    *,
    roles: Collection[str],
    permission: str,
    acts: Collection[tuple[str, str]] = (),
    is_done: Callable[[Actor], bool] | None = None,
    hint: Text = "",
    order: int = 50,
    args: tuple[str, ...] = (),
) -> None:
    """Put an act on the list of these roles; done when the trail has one of `acts` by the person, or `is_done`."""
    _steps.append(
        Step(code, label, hint, url_name, permission, frozenset(acts), is_done, frozenset(roles), order, args)
    )


def steps(actor: Actor) -> list[Step]:
    """The list of somebody: the acts of their roles, as far as they may do them."""
    return [step for step in of_roles(actor.grants.roles) if actor.may(step.permission)][:LENGTH]


def of_roles(roles: Collection[str]) -> list[Step]:
    """What is registered for roles, in order."""
    return sorted((step for step in _steps if not step.roles.isdisjoint(roles)), key=lambda step: step.order)
