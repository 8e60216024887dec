"""What many customers held before an act changed it, and giving it back to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crm.customers.models import Customer
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.masterdata.services.records import announce

HELD = ("owner", "team", "grade", "tier", "source")
COLUMNS = {Customer._meta.get_field(name).attname: name for name in HELD}  # type: ignore[union-attr]


def held(pks: Collection[int]) -> dict[int, dict[str, Any]]:
    """Owner, profile and tags of customers as they are now; two statements."""
    rows = {row.pop("pk"): row | {"tags": []} for row in Customer.objects.filter(pk__in=pks).values("pk", *COLUMNS)}
    tagged = Customer.tags.through.objects.filter(customer__in=pks).order_by("tag")
    for customer_id, tag_id in tagged.values_list("customer_id", "tag_id"):
        rows[customer_id]["tags"].append(tag_id)
    return rows


@service
def put_back(*, changed: Mapping[int, Mapping[str, Sequence[Any]]], actor: Actor, reason: str = "") -> int:
    """Give customers back what they held before ({pk: {name: [before, after]}}); says how many got something back.

    What was changed once more since stays as it is. A fixed number of statements, whatever their number.
    """
    rows = list(Customer.objects.of(actor.company_id).lock(changed))
    untagged = _untag({row.pk: changed[row.pk]["tags"] for row in rows if "tags" in changed[row.pk]})
    given = []
    for row in rows:
        pairs = {name: pair for name, pair in changed[row.pk].items() if name in COLUMNS}
        if any(getattr(row, name) != after for name, (_before, after) in pairs.items()):
            pairs = {}
        if not pairs and row.pk not in untagged:
            continue
        changes: dict[str, Any] = {COLUMNS[name]: (after, before) for name, (before, after) in pairs.items()}
        for name, (before, _after) in pairs.items():
            setattr(row, name, before)
        if row.pk in untagged:
            changes["tags"] = (untagged[row.pk], None)
        row.version, row.updated_at = row.version + 1, clock.now()
        current_act().audit(row, "undone", {name: pair for name, pair in changes.items() if name != "team"})
        announce(row, "changed")
        given.append(row)
    bulk.update(given, *HELD, "version", "updated_at")
    return len(given)


def _untag(tags: Mapping[int, Sequence[Any]]) -> dict[int, list[str]]:
    """Take the tags off that were not there before; their names, by customer that carried any of them."""
    added = {(pk, tag) for pk, (before, after) in tags.items() for tag in {*after} - {*before}}
    if not added:
        return {}
    through, names = Customer.tags.through.objects, defaultdict(list)
    carried = through.filter(customer__in={pk for pk, _tag in added}, tag__in={tag for _pk, tag in added})
    found = [each for each in carried.select_related("tag") if (each.customer_id, each.tag_id) in added]
    for each in found:
        names[each.customer_id].append(each.tag.name)
    through.filter(pk__in=[each.pk for each in found]).delete()
    return names
