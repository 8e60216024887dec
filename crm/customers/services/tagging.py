"""Tags by rule: put on when their cause appears, taken off with it; what people put on by hand stays theirs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer, RuledTag, Tag, TagRule
from suite.automation import conditions, subjects
from suite.automation.subjects import Subject
from suite.core import cached, clock, modules
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Company, OutboxEvent
from suite.desk.models import Task
from suite.masterdata.models import Party
from suite.masterdata.services.records import fresh

Row = TypeVar("Row", bound=Model)
KIND = Customer._meta.label_lower
AT_ONCE = 2000  # customers whose tags are judged by one act
OURS = {"crm.customers.customer.tagged", "crm.customers.customer.untagged"}  # what rules did starts no rule

TAGS = Customer.tags.through._meta.db_table
TAKE_OFF = f"""
WITH gone AS (
  DELETE FROM crm_customers_ruledtag ruled
  WHERE ruled.rule_id = %s AND ruled.customer_id = ANY(%s) AND NOT (ruled.customer_id = ANY(%s))
  RETURNING ruled.customer_id, ruled.tag_id
), off AS (
  DELETE FROM {TAGS} carried USING gone
  WHERE carried.customer_id = gone.customer_id AND carried.tag_id = gone.tag_id
)
SELECT customer_id FROM gone ORDER BY customer_id
"""
PUT_ON = f"""
WITH put AS (
  INSERT INTO {TAGS} (customer_id, tag_id)
  SELECT held, %s FROM unnest(%s::bigint[]) AS held ORDER BY held
  ON CONFLICT DO NOTHING RETURNING customer_id, tag_id
), noted AS (
  INSERT INTO crm_customers_ruledtag (company_id, customer_id, tag_id, rule_id, since)
  SELECT %s, customer_id, tag_id, %s, %s FROM put
  ON CONFLICT (customer_id, tag_id) DO UPDATE SET rule_id = excluded.rule_id, since = excluded.since
)
SELECT customer_id FROM put ORDER BY customer_id
"""


@service
def set_rule(
    *,
    tag: Tag,
    name: str,
    actor: Actor,
    conditions_: Mapping[str, Any] | None = None,
    name_en: str = "",
    is_on: bool = True,
    rule: TagRule | None = None,
    version: int | None = None,
    reason: str = "",
) -> TagRule:
    """Say on whom a tag is put by rule: at once in force for everybody whom something happens to, and for all others
    within the hour.

    Raises ValidationError where the conditions are none or not understood. A rule that is switched off, or that asks
    something else now, takes off what it put on when it is gone through next.
    """
    asked = dict(conditions_ or {})
    wrong = conditions.problems(asked, subject_of(actor.company_id), actor)
    if not wrong and not any(group.get("params") for group in conditions.groups_of(asked)):
        wrong = [str(_("Say at least one condition"))]
    if wrong:
        raise ValidationError({"conditions": wrong})
    values = {"tag": tag, "name": name, "name_en": name_en, "conditions": asked, "is_on": is_on, "looked_on": None}
    if rule is None:
        rule = TagRule(company_id=actor.company_id, **values)
        rule.full_clean()
        rule.save()
        current_act().audit(rule, "created")
    else:
        rule = fresh(rule, actor=actor, version=version)
        if rule.tag_id != tag.pk:
            _forget(rule)
        proposed(rule, values).full_clean()
        save_changes(rule, values)
    cached.forget(actor.company_id)
    return rule


@service
def remove_rules(*, rules: Collection[int], actor: Actor, reason: str = "") -> int:
    """Drop rules, and take off what they put on."""
    rows = list(TagRule.objects.of(actor.company_id).lock(rules))
    for row in rows:
        _forget(row)
        current_act().audit(row, "deleted", {"name": (row.name, None)})
    TagRule.objects.filter(pk__in=[row.pk for row in rows]).delete()
    cached.forget(actor.company_id)
    return len(rows)


def proposed(row: Row, values: Mapping[str, Any]) -> Row:
    """The record as it would be, to be judged before anything is written."""
    wished = copy(row)
    for name, value in values.items():
        setattr(wished, name, value)
    return wished


def _forget(rule: TagRule) -> None:
    """Take off all that a rule put on; two statements."""
    ruled = RuledTag.objects.filter(rule=rule)
    Customer.tags.through.objects.filter(tag=rule.tag_id, customer__in=ruled.values("customer")).delete()
    ruled.delete()


@service
def apply(*, customers: Collection[int], actor: Actor, reason: str = "") -> int:
    """Make the tags of customers what the rules say now; returns how many tags were put on or taken off.

    At most three statements for each rule, whatever the number of customers; first all that has lost its cause goes, so
    that another rule for the same tag may put it on anew. A rule that is not understood any more changes nothing.
    """
    rules = rules_of(actor.company_id)
    pks = sorted(customers)
    if not rules or not pks:
        return 0
    moment, changed = clock.now(), 0
    held = {rule.pk: found for rule in rules if (found := _held(rule, pks, actor)) is not None}
    for rule in rules:
        if rule.pk in held:
            changed += _note(_changed(TAKE_OFF, [rule.pk, pks, held[rule.pk]]), rule, "untagged", moment)
    for rule in rules:
        if held.get(rule.pk):
            put = _changed(PUT_ON, [rule.tag_id, held[rule.pk], actor.company_id, rule.pk, moment])
            changed += _note(put, rule, "tagged", moment)
    return changed


def _held(rule: TagRule, pks: Sequence[int], actor: Actor) -> list[int] | None:
    if not rule.is_on:
        return []
    try:
        return sorted(conditions.holding(rule.conditions, subject_of(actor.company_id), actor, pks))
    except conditions.Misunderstood:
        return None


def _changed(text: str, params: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return [pk for (pk,) in cursor.fetchall()]


def _note(pks: Sequence[int], rule: TagRule, what: str, moment: dt.datetime) -> int:
    act = current_act()
    pair = (None, [rule.tag.name]) if what == "tagged" else ([rule.tag.name], None)
    for pk in pks:
        row = Customer(pk=pk, company_id=rule.company_id)
        act.audit(row, what, {"tags": pair, "rule": (None, rule.name)})
        act.announce(
            f"crm.customers.customer.{what}", row, {"tag": rule.tag.name, "rule": rule.name},
            key=f"{rule.pk}:{moment.isoformat()}",
        )  # fmt: skip
    return len(pks)


def go_through(*, actor: Actor) -> int:
    """Judge every customer of the company by every rule, an act for each few thousand; returns how much changed.

    What happens is judged as it happens: this is for causes that come and go with the days alone.
    """
    changed = 0
    for pks in slices(actor.company_id):
        changed += apply(customers=pks, actor=actor)
    TagRule.objects.of(actor.company_id).update(looked_on=clock.today(actor.company))
    return changed


def go_through_when_due(*, actor: Actor) -> int:
    """Once a day, and soon after a rule was changed."""
    due = Q(looked_on=None) | Q(looked_on__lt=clock.today(actor.company))
    return go_through(actor=actor) if TagRule.objects.of(actor.company_id).filter(due).exists() else 0


def slices(company_id: int) -> Iterator[list[int]]:
    """All customers of a company by key, a few thousand at a time."""
    last = 0
    rows = Customer.objects.of(company_id).order_by("pk").values_list("pk", flat=True)
    while pks := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield pks
        last = pks[-1]


def on_events(events: Sequence[OutboxEvent], actor: Actor) -> None:
    """Judge the customers whom events speak of; called with events of one company."""
    if not modules.is_on(actor.company, "crm_customers") or not rules_of(actor.company_id):
        return
    if pks := concerned([event for event in events if event.event not in OURS], actor.company_id):
        apply(customers=pks, actor=actor)


def concerned(events: Iterable[OutboxEvent], company_id: int) -> set[int]:
    """The customers whose records these are, by key: one statement for each kind of record, and one for the parties."""
    found: dict[str, set[int]] = defaultdict(set)
    for event in events:
        found[event.kind].add(event.object_id)
    tasks = found.pop(Task._meta.label_lower, set())
    about = Task.objects.filter(pk__in=tasks, subject_id__isnull=False).values_list("subject_kind", "subject_id")
    for kind, pk in about if tasks else ():
        found[kind].add(int(pk or 0))
    customers, parties = found.pop(KIND, set()), found.pop(Party._meta.label_lower, set())
    for kind, pks in found.items():
        try:
            model = apps.get_model(kind)
            is_party = model._meta.get_field("party").related_model is Party
        except (LookupError, ValueError, FieldDoesNotExist):
            continue
        if is_party:
            parties.update(model._default_manager.filter(pk__in=pks).values_list("party_id", flat=True))
    if parties := parties - {None}:
        customers.update(Customer.objects.of(company_id).filter(party__in=parties).values_list("pk", flat=True))
    return customers


def subject_of(company_id: int) -> Subject:
    """Customers, as rules speak of them."""
    found = subjects.subject(KIND, company_id)
    assert found is not None
    return found


def rules_of(company_id: int) -> list[TagRule]:
    """The rules of a company in their order, those that are switched off too, from the process's copy."""
    return cached.rows(company_id, "crm_customers.tag_rules", _read)


def _read(company_id: int) -> list[TagRule]:
    return list(TagRule.objects.of(company_id).select_related("tag", "company").order_by("pk"))


@dataclass(frozen=True)
class Shipped:
    """A rule that every company starts with; names in Chinese and English, of the tag the colour, too."""

    code: str
    name: tuple[str, str]
    tag: tuple[str, str, str]
    asked: Mapping[str, Any]


_shipped: list[Shipped] = []


def ship(code: str, name: tuple[str, str], tag: tuple[str, str, str], *groups: Mapping[str, str]) -> None:
    """Have every company start with a rule; any of its groups of filters is cause enough. Called from apps.py."""
    asked = {"match": "any", "groups": [{"match": "all", "params": dict(group)} for group in groups]}
    _shipped.append(Shipped(code, name, tag, asked))


def lay_down(company: Company) -> None:
    """Give a company the rules that come with the house and which it does not have yet."""
    known = set(TagRule.objects.of(company.pk).exclude(code="").values_list("code", flat=True))
    wanted = [each for each in _shipped if each.code not in known]
    if not wanted:
        return
    named = {each.tag[0]: each.tag for each in wanted}
    Tag.objects.bulk_create(
        (Tag(company=company, name=name, name_en=english, colour=colour) for name, english, colour in named.values()),
        ignore_conflicts=True,
    )
    tags = {tag.name: tag for tag in Tag.objects.of(company.pk).filter(name__in=named)}
    TagRule.objects.bulk_create(
        (
            TagRule(
                company=company, code=each.code, name=each.name[0], name_en=each.name[1], tag=tags[each.tag[0]],
                conditions=each.asked,
            )
            for each in wanted
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    cached.forget(company.pk)
