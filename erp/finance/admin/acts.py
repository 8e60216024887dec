"""Acts over selected rows, made of services that take sets or one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.desk.lists.acts import papers_of


def of_set(service: Callable[..., Any], argument: str) -> Callable[..., list[Any]]:
    """An act by a service that takes the keys of a set; all of it or nothing. Answers the papers that came of it."""

    def run(*, actor: Actor, pks: Collection[int], **data: Any) -> list[Any]:
        return papers_of(service(**{argument: pks}, actor=actor, **data))

    return run


@dataclass
class Outcome:
    """Which of a set were refused, and why; which papers came of the others."""

    refused: dict[int, Refusal] = field(default_factory=dict)
    made: list[Any] = field(default_factory=list)


def one_by_one(service: Callable[..., Any], argument: str) -> Callable[..., Outcome]:
    """An act by a service that takes one key: each row is its own act, refused rows are told."""

    def run(*, actor: Actor, pks: Collection[int], **data: Any) -> Outcome:
        outcome = Outcome()
        for pk in pks:
            try:
                outcome.made += papers_of(service(**{argument: pk}, actor=actor, **data))
            except BusinessError as error:
                outcome.refused[pk] = error.refusals[0]
        return outcome

    return run
