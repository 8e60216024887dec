"""The home page: blocks that areas register, each shown to those who may, each loading and failing by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from suite.core.access import Actor

Text = str | Promise


@dataclass(frozen=True)
class Block:
    """A block: `context(actor)` for its template, read when the block is loaded."""

    name: str
    title: Text
    template: str
    context: Callable[[Actor], Mapping[str, Any]]
    permission: str
    roles: frozenset[str]
    order: int
    wide: bool
    link: str
    query: str
    when: Callable[[Actor], bool] | None


_blocks: dict[str, Block] = {}


def register(
    name: str,
    title: Text,
    template: str,
    context: Callable[[Actor], Mapping[str, Any]],
    *,
    permission: str,
    roles: frozenset[str] | set[str] = frozenset(),
    order: int = 50,
    wide: bool = False,
    link: str = "",
    query: str = "",
    when: Callable[[Actor], bool] | None = None,
) -> None:
    """Put a block on the workbench of those with the permission (and one of the roles, if any are named), `when` it is.

    `template` is a fragment; `link` is the URL name behind the block's title, with `query` behind it.
    """
    _blocks[name] = Block(name, title, template, context, permission, frozenset(roles), order, wide, link, query, when)


def blocks(actor: Actor) -> list[Block]:
    """The blocks of the actor's workbench."""
    found = [block for block in _blocks.values() if open_to(block, actor)]
    return sorted(found, key=lambda block: block.order)


def open_to(block: Block, actor: Actor) -> bool:
    is_theirs = (
        not block.roles or bool(block.roles & actor.grants.roles) or bool(actor.user and actor.user.is_superuser)
    )
    return is_theirs and actor.may(block.permission) and (block.when is None or block.when(actor))


def of_module(app_label: str) -> list[Block]:
    """Blocks that are away when a module is switched off."""
    return [block for block in _blocks.values() if block.permission.startswith(f"{app_label}.")]


def block(actor: Actor, name: str) -> Block | None:
    """A block by name, if it stands on the actor's workbench."""
    known = _blocks.get(name)
    return known if known and open_to(known, actor) else None
