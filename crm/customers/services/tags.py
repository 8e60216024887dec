"""Tags: made once, put on many customers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm.customers.models import Customer, RuledTag, Tag
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.masterdata.standards import check, standardised


@service
def create_tag(*, actor: Actor, **values: Any) -> Tag:
    """Make a tag; its name is unique in the company."""
    tag = check(Tag(company_id=actor.company_id, **standardised(Tag, values)))
    tag.save()
    current_act().audit(tag, "created")
    return tag  # type: ignore[return-value]


@service
def change_tag(*, tag: Tag, actor: Actor, **values: Any) -> Tag:
    """Rename or colour a tag; every customer shows it at once."""
    values = standardised(Tag, values)
    save_changes(tag, values)
    check(tag)
    return tag


@service
def tag_customers(*, customers: Collection[int], tags: Collection[Tag], actor: Actor, reason: str = "") -> int:
    """Put tags on customers by hand; those that carry them already keep them. Says how many customers were named.

    A tag that a rule had put on becomes a person's: it stays when the cause of the rule goes.
    """
    rows = list(Customer.objects.of(actor.company_id).lock(customers))
    RuledTag.objects.filter(customer__in=rows, tag__in=tags).delete()
    through = Customer.tags.through
    through.objects.bulk_create(
        (through(customer=row, tag=tag) for row in rows for tag in tags), ignore_conflicts=True, batch_size=1000
    )
    for row in rows:
        current_act().audit(row, "tagged", {"tags": (None, sorted(tag.name for tag in tags))})
    return len(rows)
