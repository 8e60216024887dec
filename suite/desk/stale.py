"""A save over an older copy, told in one way by every form of a record.

A form of a record carries what its fields held when it was shown, as a digest of each. When it comes back and one of
them holds something else by now, it is not saved: fields that the person left alone take what stands there meanwhile,
the others say it, and saving once more puts what was typed in its place. A record needs no version for this; where it
has one, the service has the last word, and `compare` tells the same after its refusal.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from hashlib import blake2s
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from suite.core.access import Actor
from suite.core.said import listed
from suite.core.texts import read_json
from suite.desk import choices, formats

NAME = "seen"
LONGEST = 20_000


def compared(form: forms.BaseForm) -> list[str]:
    """The fields of the record that people see; files are put in, not typed."""
    return [
        name
        for name, each in form.fields.items()
        if (name in form.initial or each.initial is not None)
        and not each.widget.is_hidden
        and not each.disabled
        and not isinstance(each, forms.FileField)
    ]


def digests(form: forms.BaseForm) -> str:
    """What the fields of the record hold now, to be carried by the form."""
    return json.dumps({name: _digest(_present(form, name)) for name in compared(form)}, separators=(",", ":"))


def changed_since(form: forms.BaseForm, carried: str) -> list[str]:
    """The fields that hold something else than when the form was shown."""
    before = _read(carried)
    return [name for name in compared(form) if name in before and before[name] != _digest(_present(form, name))]


def judge(form: forms.BaseForm, carried: str, actor: Actor) -> bool:
    """Refuse a form that was typed over an older copy; whether it was."""
    if not any(_differs(form, name) for name in changed_since(form, carried)):
        return False
    form.add_error(None, _("Somebody else changed this record meanwhile"))
    compare(form, actor)
    return True


def compare(form: Any, actor: Actor, lines: Iterable[Any] = ()) -> None:
    """Say at each field that others changed, too, what stands there now, and let it be saved once more.

    What a form shows at first is the record as it stands now, also of one that was sent. `lines` are those of now, for
    a paper whose lines are replaced as a whole.
    """
    carried, form.data = _read(form.data.get(NAME, "")), form.data.copy()
    taken, conflicts = [], False
    for name in compared(form):
        if not _differs(form, name) or carried.get(name) == _digest(_present(form, name)):
            continue
        if _left_alone(form, name, carried):
            _take(form, name)
            taken.append(str(form[name].label))
            continue
        conflicts = True
        present = in_words(form, name, actor) or _("(blank)")
        form.add_error(name, _("Meanwhile: %(value)s") % {"value": present})
    if taken:
        form.add_error(None, _("Taken over as others changed it: %(fields)s") % {"fields": listed(taken)})
    if now := "; ".join(line.brief for line in lines):
        form.add_error(None, _("The lines meanwhile: %(lines)s") % {"lines": now})
    if getattr(form, "own", None):
        form.own.compare()
    if conflicts or now or not taken:
        form.add_error(None, _("Saving again replaces what stands there now by yours."))
    form.data[NAME] = digests(form)
    if "version" in form.fields:
        form.data[form.add_prefix("version")] = str(form.initial.get("version") or "")


def _left_alone(form: forms.BaseForm, name: str, carried: dict[str, str]) -> bool:
    """Whether the form brought back what it showed."""
    field, sent = form.fields[name], form[name].data
    if name not in carried or isinstance(field.widget, forms.MultiWidget):
        return False
    if carried[name] == _digest(sent):
        return True
    try:
        return not isinstance(field, forms.ModelChoiceField) and carried[name] == _digest(
            field.prepare_value(field.to_python(sent))
        )
    except forms.ValidationError:
        return False


def _take(form: forms.BaseForm, name: str) -> None:
    """Let the field of a form that was sent show what stands there now."""
    value, key = _present(form, name), form.add_prefix(name)
    if isinstance(value, list | tuple | set) and isinstance(form.data, QueryDict):
        form.data.setlist(key, [getattr(each, "pk", each) for each in value])
    else:
        form.data[key] = value  # type: ignore[index]


def in_words(form: forms.BaseForm, name: str, actor: Actor) -> str:
    """What a field of the record holds now, as people read it."""
    field, value = form.fields[name], _present(form, name)
    if value in (None, "", []):
        return ""
    kind = getattr(field, "kind", None)
    if kind and choices.kind(kind):
        pk = getattr(value, "pk", value)
        return choices.labels(actor, kind, [int(pk)]).get(int(pk), str(value))
    if isinstance(field, forms.ModelChoiceField):
        keys = value if isinstance(value, list | tuple) else [value]
        found = field.queryset.filter(pk__in=[getattr(each, "pk", each) for each in keys]) if field.queryset else ()
        return ", ".join(map(str, found))
    if isinstance(field, forms.ChoiceField):
        offered: Any = field.choices
        known = {str(key): str(label) for key, label in offered if not isinstance(label, list | tuple)}
        keys = value if isinstance(value, list | tuple) else [value]
        return ", ".join(known.get(str(each), str(each)) for each in keys)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return formats.quantity(value)
    if isinstance(value, dt.datetime):
        return formats.moment(value)
    return formats.day(value) if isinstance(value, dt.date) else str(value)


def _present(form: forms.BaseForm, name: str) -> Any:
    field = form.fields[name]
    return field.prepare_value(form.get_initial_for_field(field, name))


def _differs(form: forms.BaseForm, name: str) -> bool:
    field = form.fields[name]
    return field.has_changed(form.get_initial_for_field(field, name), form[name].data)


def _digest(value: Any) -> str:
    if isinstance(value, list | tuple | set):
        value = sorted(str(getattr(each, "pk", each)) for each in value)
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    text = str(getattr(value, "pk", value) or "").replace("\r\n", "\n")
    return blake2s(text.encode(), digest_size=6).hexdigest()


def _read(carried: str) -> dict[str, str]:
    try:
        found = read_json(carried or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
