"""Own fields on the page of a record: what stands in them, and the way to fill them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.desk import own
from suite.desk.own import book, columns, types
from suite.desk.own.book import Type

if TYPE_CHECKING:
    from suite.desk.records import Fact, PageAct


def facts(row: Any, actor: Actor) -> list[Fact]:
    """The values that the actor may see, as key facts; one statement for each kind of record pointed to."""
    from suite.desk.records import Fact

    known = own.kind_of(row)
    fields = [field for field in book.seen(known.name, actor) if row.own.get(field.key) is not None] if known else []
    columns.name_targets([row], fields, actor)
    found = []
    for field in fields:
        shown, address = columns.column(field), ""
        if field.type in types.REFS:
            text, address = str(shown.of(row)), shown.url(row) if shown.url else ""
        else:
            text = types.said(field, row.own[field.key])
        found.append(Fact(field.label, text, address))
    return found


def hidden_files(row: Any, actor: Actor) -> set[int]:
    """The files of a record that stand in fields which the actor may not see."""
    known = own.kind_of(row)
    fields = book.everything(actor.company_id).get(known.name, ()) if known else ()
    secret = [field for field in fields if field.type == Type.FILE and not field.known_to(actor)]
    return {row.own[field.key] for field in secret if row.own.get(field.key) is not None}


def act(row: Any, actor: Actor) -> PageAct | None:
    """The button to fill them in, where there are any and the record is not final."""
    from suite.desk.records import PageAct

    known = own.kind_of(row)
    if known is None or not actor.may(known.change) or not book.writable(known.name, actor) or not known.is_open(row):
        return None
    address = reverse("desk:own_values", args=[known.name, row.pk])
    return PageAct(_("Own fields"), address, "list-details", known.change, method="get", in_menu=True)
