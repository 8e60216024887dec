"""Where runs begin, part, and wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import DateTimeField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from suite.automation import conditions
from suite.automation.flows.nodes.base import Came, Item, Kind, Node, NodeForm, Outcome, Results, Setting
from suite.automation.subjects import Subject
from suite.core import clock
from suite.core.access import Actor
from suite.core.models import Company
from suite.core.said import listed, said
from suite.desk import formats
from suite.desk.lists.filters import field_at

EVENT, DATE, SCHEDULE = "event", "date", "schedule"
ONCE, EACH = "once", "each"
UNITS = [("hours", gettext_lazy("hours")), ("days", gettext_lazy("days"))]
WEEKDAYS = [
    ("0", gettext_lazy("Monday")), ("1", gettext_lazy("Tuesday")), ("2", gettext_lazy("Wednesday")),
    ("3", gettext_lazy("Thursday")), ("4", gettext_lazy("Friday")), ("5", gettext_lazy("Saturday")),
    ("6", gettext_lazy("Sunday")),
]  # fmt: skip
LISTEN = dt.timedelta(hours=1)  # how often a run that waits for conditions is looked at without being woken


def spell(number: int, unit: str) -> str:
    """ "3 days"."""
    word = ngettext("%(count)s hour", "%(count)s hours", number) if unit == "hours" else None
    return (word or ngettext("%(count)s day", "%(count)s days", number)) % {"count": number}


def span(number: int, unit: str) -> dt.timedelta:
    return dt.timedelta(**{unit: number})


def whole(value: Any) -> int:
    """A number of a draft, which may still be anything."""
    return int(value) if str(value).isascii() and str(value).isdigit() else 0


class StartForm(NodeForm):
    """When a flow begins."""

    on = forms.ChoiceField(
        label=pgettext_lazy("flow", "When"),
        choices=[
            (EVENT, gettext_lazy("Something happens to a record")),
            (DATE, gettext_lazy("A date of a record is reached")),
            (SCHEDULE, gettext_lazy("Regularly, for all records that fit")),
        ],
        widget=forms.RadioSelect,
        initial=EVENT,
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What happens"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fields_changed = forms.MultipleChoiceField(
        label=gettext_lazy("Of a change: only of these fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: any change"),
    )
    date = forms.ChoiceField(label=gettext_lazy("Date"), required=False)
    number = forms.IntegerField(
        label=gettext_lazy("So many hours or days"), required=False, min_value=0, max_value=3650
    )
    unit = forms.ChoiceField(label=gettext_lazy("Hours or days"), choices=UNITS, required=False, initial="days")
    side = forms.ChoiceField(
        label=gettext_lazy("Before or after"),
        choices=[("after", gettext_lazy("after it")), ("before", gettext_lazy("before it"))],
        required=False,
        initial="after",
    )
    every = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=[("day", gettext_lazy("Every day")), ("week", gettext_lazy("Every week"))],
        required=False,
        initial="day",
    )
    weekday = forms.ChoiceField(label=gettext_lazy("Day of the week"), choices=WEEKDAYS, required=False, initial="0")
    at = forms.TimeField(
        label=gettext_lazy("At"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    again = forms.ChoiceField(
        label=gettext_lazy("For one record"),
        choices=[(ONCE, gettext_lazy("Only once")), (EACH, gettext_lazy("Each time"))],
        required=False,
        initial=ONCE,
        help_text=gettext_lazy("Once is enough for most: nothing is done twice"),
    )

    events.part = fields_changed.part = EVENT  # type: ignore[attr-defined]
    date.part = number.part = unit.part = side.part = DATE  # type: ignore[attr-defined]
    every.part = weekday.part = at.part = SCHEDULE  # type: ignore[attr-defined]
    on.wide = events.wide = fields_changed.wide = True  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["events"].choices = self.subject.events()
        fields["fields_changed"].choices = sorted(changing(self.subject).items(), key=lambda pair: pair[1])
        if not any(name.endswith(".changed") for name, _label in self.subject.events()):
            del fields["fields_changed"]
        fields["date"].choices = [("", ""), *((name, fact.label) for name, fact in self.subject.dates.items())]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        needed = {EVENT: ("events",), DATE: ("date",), SCHEDULE: ("at",)}.get(typed.get("on", ""), ())
        for name in needed:
            if not typed.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if typed.get("date") and typed.get("unit") == "hours" and not is_moment(self.subject, typed["date"]):
            self.add_error("unit", _("This date has no hours: count days"))
        if typed.get("at"):
            typed["at"] = typed["at"].strftime("%H:%M")
        mine = {name for name, each in self.fields.items() if getattr(each, "part", typed.get("on")) == typed.get("on")}
        return {name: value for name, value in typed.items() if name in mine}


def changing(subject: Subject) -> dict[str, str]:
    """The fields of a record that change and are told of, by name."""
    meta = subject.model._meta
    fields = [each for each in (*meta.fields, *meta.many_to_many) if each.editable and not each.auto_created]
    names = {each.name: capfirst(str(each.verbose_name)) for each in fields if each.name != "version"}
    return names | {field.name: field.label for field in subject.own}


def is_moment(subject: Subject, date: str) -> bool:
    """Whether a date fact is an instant and no day."""
    fact = subject.dates.get(date)
    return fact is not None and isinstance(field_at(subject.model, fact.path), DateTimeField)


class Start(Kind):
    name = "start"
    label = pgettext_lazy("flow", "Start")
    icon = "flag"
    group = "ways"
    asks = True
    form_class = StartForm

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        params = node.get("params", {})
        match params.get("on"):
            case "event":
                labels = dict(subject.events())
                what = _(" or ").join(labels.get(name, name) for name in params.get("events", ()))
                fields = [
                    label for name, label in changing(subject).items() if name in params.get("fields_changed", ())
                ]
                return f"{what} ({listed(fields)})" if fields else what
            case "date":
                fact = subject.dates.get(params.get("date"))
                label = fact.label if fact else params.get("date", "")
                number, unit = whole(params.get("number")), params.get("unit", "days")
                if not number:
                    return _("%(date)s is reached") % {"date": label}
                before = params.get("side") == "before"
                text = _("%(span)s before: %(date)s") if before else _("%(span)s after: %(date)s")
                return text % {"span": spell(number, unit), "date": label}
            case "schedule":
                day = (
                    dict(WEEKDAYS).get(str(params.get("weekday", "0")), "")
                    if params.get("every") == "week"
                    else _("Every day")
                )
                return _("%(day)s at %(time)s: all that fit") % {"day": day, "time": params.get("at", "")}
        return _("Not said yet when")

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        fitting = fit(items, setting)
        return {
            item.run.pk: Came(Outcome.STARTED, input={"cause": item.run.cause})
            if item.row.pk in fitting
            else Came(Outcome.NOTHING, gettext_lazy("The conditions did not hold any more"), exit="-")
            for item in items
        }


def fit(items: Sequence[Item], setting: Setting) -> set[int]:
    """The keys of the records on which the conditions of the node hold; one statement."""
    pks = [item.row.pk for item in items]
    return conditions.holding(setting.node.get("when"), setting.subject, setting.actor, pks)


class Branch(Kind):
    """Goes one way where the conditions hold, and another where they do not."""

    name = "branch"
    label = gettext_lazy("Branch")
    icon = "arrows-split"
    group = "ways"
    asks = True
    exits = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        return _("If %(conditions)s") % {"conditions": conditions.sentence(node.get("when"), subject, actor) or "…"}

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        fitting = fit(items, setting)
        return {
            item.run.pk: Came(Outcome.YES, exit="yes") if item.row.pk in fitting else Came(Outcome.NO, exit="no")
            for item in items
        }


class WaitForm(NodeForm):
    number = forms.IntegerField(label=gettext_lazy("So many hours or days"), min_value=0, max_value=3650, initial=1)
    unit = forms.ChoiceField(label=gettext_lazy("Hours or days"), choices=UNITS, initial="days")
    date = forms.ChoiceField(label=gettext_lazy("After"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dates = [(name, fact.label) for name, fact in self.subject.dates.items()]
        self.fields["date"].choices = [("", _("this step is reached")), *dates]  # type: ignore[attr-defined]


def from_when(
    row: Any, subject: Subject, date: str, number: int, unit: str, moment: dt.datetime, company: Company
) -> dt.datetime | None:
    """So long after a date of the record, or after now; None where the record has no such date."""
    if not date:
        return moment + span(number, unit)
    value = subject.dates[date].read(row)
    if value is None:
        return None
    start = value if isinstance(value, dt.datetime) else clock.day_starts(company, value)
    return start + span(number, unit)


class Wait(Kind):
    name = "wait"
    label = pgettext_lazy("flow", "Wait")
    icon = "clock"
    group = "ways"
    form_class = WaitForm

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        params = node.get("params", {})
        long = spell(whole(params.get("number", 1)), str(params.get("unit", "days")))
        fact = subject.dates.get(params.get("date"))
        if fact:
            return _("Wait until %(span)s after: %(date)s") % {"span": long, "date": fact.label}
        return _("Wait %(span)s") % {"span": long}

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        return {item.run.pk: self._came(item, cleaned, setting) for item in items}

    def _came(self, item: Item, typed: dict[str, Any], setting: Setting) -> Came:
        due = from_when(
            item.row, setting.subject, typed["date"], typed["number"], typed["unit"], setting.moment,
            setting.actor.company,
        )  # fmt: skip
        if due is None:
            return Came(Outcome.NOTHING, gettext_lazy("The record has no such date: not waited"))
        if due <= setting.moment:
            return Came(Outcome.NOTHING, gettext_lazy("The time has passed"))
        local = due.astimezone(ZoneInfo(setting.actor.company.time_zone))
        return Came(
            Outcome.WAITS, said(gettext_lazy("Until %(time)s"), {"time": formats.moment(local)}), goes_on_at=due
        )


class UntilForm(NodeForm):
    number = forms.IntegerField(label=gettext_lazy("At most so many"), min_value=1, max_value=3650, initial=30)
    unit = forms.ChoiceField(label=gettext_lazy("Hours or days"), choices=UNITS, initial="days")


class Until(Kind):
    """Waits until the conditions hold, or until it has waited long enough."""

    name = "until"
    label = gettext_lazy("Wait until something holds")
    icon = "hourglass"
    group = "ways"
    asks = listens = True
    form_class = UntilForm
    exits = (("yes", gettext_lazy("It holds")), ("no", gettext_lazy("Too late")))

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        params = node.get("params", {})
        return _("Wait until %(conditions)s, at most %(span)s") % {
            "conditions": conditions.sentence(node.get("when"), subject, actor) or "…",
            "span": spell(whole(params.get("number", 30)), str(params.get("unit", "days"))),
        }

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        fitting, longest = fit(items, setting), span(cleaned["number"], cleaned["unit"])
        return {item.run.pk: self._came(item, item.row.pk in fitting, longest, setting) for item in items}

    def _came(self, item: Item, holds: bool, longest: dt.timedelta, setting: Setting) -> Came:
        if holds:
            return Came(Outcome.YES, exit="yes")
        end = item.run.arrived_at + longest
        if setting.is_rehearsal or setting.moment >= end:
            return Came(Outcome.NO, gettext_lazy("It did not hold in time"), exit="no")
        return Came(Outcome.WAITS, gettext_lazy("Until it holds"), again_at=min(end, setting.moment + LISTEN))


def last_slot(params: Mapping[str, Any], company: Company, moment: dt.datetime) -> dt.datetime | None:
    """The latest moment of a schedule that has passed."""
    hour, _colon, minute = str(params.get("at", "")).partition(":")
    if not (hour.isdigit() and minute.isdigit()):
        return None
    zone = ZoneInfo(company.time_zone)
    day = moment.astimezone(zone).date()
    for back in range(8):
        each = day - dt.timedelta(days=back)
        if params.get("every") == "week" and each.weekday() != whole(params.get("weekday", "0")):
            continue
        slot = dt.datetime.combine(each, dt.time(int(hour), int(minute)), tzinfo=zone)
        if slot <= moment:
            return slot
    return None
