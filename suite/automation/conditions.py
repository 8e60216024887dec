"""Conditions of flows and of approval rules: the filters that people know from lists, in groups.

Each becomes part of one statement over all records.

    {"match": "all", "groups": [{"match": "all", "params": {"tag": "7"}},
                                {"match": "none", "params": {"last_order": "last_90_days"}}]}

Within a group all, any or none of the filters hold; of the groups all or any.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.core.said import listed
from suite.desk.lists import Filter, OwnerFilter
from suite.desk.lists.dates import Unclear

Conditions = Mapping[str, Any]
GROUPS_AT_MOST = 10
LONGEST = 500  # characters of a parameter


class Misunderstood(ValueError):
    """A condition that says nothing we understand; the message says which."""


def all_of(params: Mapping[str, str]) -> Conditions:
    """The conditions that all of these filters hold, as the address of the list says them."""
    return {"groups": [{"params": dict(params)}]} if params else {}


def groups_of(conditions: Conditions | None) -> list[dict[str, Any]]:
    return list((conditions or {}).get("groups", ()))


def malformed(conditions: Any, subject: Subject, actor: Actor) -> list[str]:
    """What is wrong with the shape of conditions: kinds of values, groups, names of filters."""
    if conditions in (None, {}):
        return []
    groups = conditions.get("groups") if isinstance(conditions, dict) else None
    if not isinstance(groups, list) or set(conditions) - {"match", "groups"} or len(groups) > GROUPS_AT_MOST:
        return [_("Conditions are groups, at most %(count)s") % {"count": GROUPS_AT_MOST}]
    if conditions.get("match", "all") not in ("all", "any"):
        return [_("Of the groups all hold, or any")]
    known = _keys(subject, actor)
    return [sentence for group in groups for sentence in _malformed_group(group, known)]


def _malformed_group(group: Any, known: list[str]) -> Iterator[str]:
    params = group.get("params") if isinstance(group, dict) else None
    if not isinstance(params, dict) or set(group) - {"match", "params"}:
        yield _("A group has filters")
        return
    if group.get("match", "all") not in ("all", "any", "none"):
        yield _("Of a group all, any or none of the filters hold")
    for name, value in params.items():
        if name not in known:
            yield _("There is no filter %(name)s") % {"name": name}
        elif not isinstance(value, str) or len(value) > LONGEST:
            yield _("The filter %(name)s takes a text") % {"name": name}


def problems(conditions: Conditions | None, subject: Subject, actor: Actor) -> list[str]:
    """Why these conditions cannot be asked: at most one sentence for each filter."""
    found = malformed(conditions, subject, actor)
    if found:
        return found
    for group in groups_of(conditions):
        for each, params in _asked(group, subject, actor):
            try:
                _understood(each, params, subject, actor)
            except Misunderstood as error:
                found.append(str(error))
    return found


def condition(conditions: Conditions | None, subject: Subject, actor: Actor) -> Q:
    """The condition that all records are asked at once. Raises Misunderstood: what is unclear never holds silently."""
    whole: Q | None = None
    for group in groups_of(conditions):
        match, part = group.get("match", "all"), None
        for each, params in _asked(group, subject, actor):
            term = _understood(each, params, subject, actor)[0]
            part = term if part is None else part & term if match == "all" else part | term
        if part is None:
            continue
        part = ~part if match == "none" else part
        whole = part if whole is None else whole | part if (conditions or {}).get("match") == "any" else whole & part
    return whole if whole is not None else Q()


def holding(conditions: Conditions | None, subject: Subject, actor: Actor, pks: Collection[int]) -> set[int]:
    """Those of the records on which they hold, by key; one statement. Raises Misunderstood."""
    rows = subject.rows(actor).filter(condition(conditions, subject, actor), pk__in=pks)
    return set(rows.values_list("pk", flat=True))


def words(conditions: Conditions | None, subject: Subject, actor: Actor) -> list[str]:
    """Each group in one line, as people read it in lists: "Status: Open, Grade: A"."""
    lines = []
    for group in groups_of(conditions):
        said = []
        for each, params in _asked(group, subject, actor):
            try:
                said.append(f"{each.label}: {_understood(each, params, subject, actor)[1]}")
            except Misunderstood as error:
                said.append(str(error))
        if said:
            lines.append(_joined(said, group.get("match", "all")))
    return lines


def sentence(conditions: Conditions | None, subject: Subject, actor: Actor) -> str:
    """All groups in one sentence; blank where nothing is asked."""
    lines = words(conditions, subject, actor)
    if len(lines) < 2:
        return "".join(lines)
    between = _(" or ") if (conditions or {}).get("match") == "any" else _(" and ")
    return between.join(f"({line})" for line in lines)


def _joined(said: list[str], match: str) -> str:
    if match == "none":
        return _("not %(conditions)s") % {"conditions": _(" nor ").join(said)}
    return _(" or ").join(said) if match == "any" else listed(said)


def _asked(group: Mapping[str, Any], subject: Subject, actor: Actor) -> Iterator[tuple[Filter, dict[str, str]]]:
    """The filters that say something, each with its own parameters."""
    params = group.get("params", {})
    for each in subject.filters_for(actor):
        own = {key: params[key] for key in each.keys if params.get(key)}
        if own:
            yield each, own


def _understood(each: Filter, params: dict[str, str], subject: Subject, actor: Actor) -> tuple[Q, str]:
    if isinstance(each, OwnerFilter) and {"me", "team"} & set(params.values()):
        raise Misunderstood(_("%(label)s: a rule is nobody, name the person") % {"label": each.label})
    try:
        asked, text = each.read(params, actor, subject.model)
    except Unclear:
        typed = listed(params.values())[:60]
        raise Misunderstood(
            _("%(label)s: “%(text)s” is not understood") % {"label": each.label, "text": typed}
        ) from None
    if _is_many(subject.model, each.path):  # one row of many fits; others of the group may mean another one
        asked = Q(pk__in=subject.rows(actor).filter(asked).values("pk"))
    return asked, text


def _is_many(model: type[Model], path: str) -> bool:
    current: Any = model
    for name in path.split("__"):
        found = next((field for field in current._meta.get_fields() if field.name == name), None)
        if found is None or not found.is_relation:
            return False
        if found.many_to_many or found.one_to_many:
            return True
        current = found.related_model
    return False


def read(data: Any, subject: Subject, actor: Actor) -> dict[str, Any]:
    """Conditions as the form of a node sends them: `match`, and `g0-match`, `g0-status`... for each group."""
    groups, keys = [], _keys(subject, actor)
    for number in range(GROUPS_AT_MOST):
        prefix = f"g{number}-"
        typed = {key: ",".join(each for each in data.getlist(prefix + key) if each)[:LONGEST] for key in keys}
        params = {key: value.replace("\x00", "") for key, value in typed.items() if value}
        if params:
            groups.append({"match": data.get(f"{prefix}match", "all"), "params": params})
    return {"match": data.get("match", "all"), "groups": groups}


def _keys(subject: Subject, actor: Actor) -> list[str]:
    return [key for each in subject.filters_for(actor) for key in each.keys]


def controls(conditions: Conditions | None, subject: Subject, actor: Actor, *, spare: int = 1) -> list[dict[str, Any]]:
    """The groups as the form of a node draws them, with blank ones to fill in."""
    shown = [*groups_of(conditions), *({"match": "all", "params": {}} for _each in range(spare))][:GROUPS_AT_MOST]
    lines = words(conditions, subject, actor)
    found, asked = [], subject.filters_for(actor)
    for number, group in enumerate(shown):
        prefix = f"g{number}-"
        found.append(
            {
                "number": number,
                "match": group.get("match", "all"),
                "words": lines[number] if number < len(lines) else "",
                "controls": [_control(each, group.get("params", {}), prefix, actor) for each in asked],
            }
        )
    return found


def _control(each: Filter, params: Mapping[str, str], prefix: str, actor: Actor) -> dict[str, Any]:
    control = {**each.control(params, actor), "prefix": prefix}
    if isinstance(each, OwnerFilter):
        control["words"] = [pair for pair in control["words"] if pair[0] == "none"]
    return control
