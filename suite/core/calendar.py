"""Working days: from Monday to Friday, but for holidays and the weekends that are worked to make up for them.

Working time is the time from when the office opens until it closes, on working days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suite.core import cached
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import CalendarDay, Company

ONE = dt.timedelta(days=1)
FARTHEST = 10_000  # working days that are counted at once

# Holidays of a country by year: name, English name, first and last day, weekends worked to make up for it. Those of
# China as the General Office of the State Council announced them (国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号).
Holiday = tuple[str, str, str, str, tuple[str, ...]]
CHINA: Mapping[int, tuple[Holiday, ...]] = {
    2024: (
        ("元旦", "New Year's Day", "01-01", "01-01", ()),
        ("春节", "Spring Festival", "02-10", "02-17", ("02-04", "02-18")),
        ("清明节", "Tomb-sweeping Day", "04-04", "04-06", ("04-07",)),
        ("劳动节", "Labour Day", "05-01", "05-05", ("04-28", "05-11")),
        ("端午节", "Dragon Boat Festival", "06-10", "06-10", ()),
        ("中秋节", "Mid-autumn Festival", "09-15", "09-17", ("09-14",)),
        ("国庆节", "National Day", "10-01", "10-07", ("09-29", "10-12")),
    ),
    2025: (
        ("元旦", "New Year's Day", "01-01", "01-01", ()),
        ("春节", "Spring Festival", "01-28", "02-04", ("01-26", "02-08")),
        ("清明节", "Tomb-sweeping Day", "04-04", "04-06", ()),
        ("劳动节", "Labour Day", "05-01", "05-05", ("04-27",)),
        ("端午节", "Dragon Boat Festival", "05-31", "06-02", ()),
        ("国庆节、中秋节", "National Day and Mid-autumn Festival", "10-01", "10-08", ("09-28", "10-11")),
    ),
    2026: (
        ("元旦", "New Year's Day", "01-01", "01-03", ("01-04",)),
        ("春节", "Spring Festival", "02-15", "02-23", ("02-14", "02-28")),
        ("清明节", "Tomb-sweeping Day", "04-04", "04-06", ()),
        ("劳动节", "Labour Day", "05-01", "05-05", ("05-09",)),
        ("端午节", "Dragon Boat Festival", "06-19", "06-21", ()),
        ("中秋节", "Mid-autumn Festival", "09-25", "09-27", ()),
        ("国庆节", "National Day", "10-01", "10-07", ("09-20", "10-10")),
    ),
}  # fmt: skip
COUNTRIES: Mapping[str, Mapping[int, tuple[Holiday, ...]]] = {"CN": CHINA}  # by the country of a company


class Known(NamedTuple):
    """What the calendar of a company says of a day."""

    works: bool
    name: str
    name_en: str

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


def days(company: Company) -> Mapping[dt.date, Known]:
    """The days of the company's calendar, from the process's copy."""
    return cached.rows(company.pk, "core.calendar", _load)


def _load(company_id: int) -> dict[dt.date, Known]:
    rows = CalendarDay.objects.of(company_id).values_list("date", "works", "name", "name_en")
    return {date: Known(works, name, name_en) for date, works, name, name_en in rows}


def is_working_day(company: Company, day: dt.date) -> bool:
    """Whether the company works on a day."""
    known = days(company).get(day)
    return known.works if known else day.weekday() < 5


def add_working_days(company: Company, day: dt.date, count: int) -> dt.date:
    """The working day that lies `count` working days after `day`, or before it where `count` is negative.

    With 0 the day itself, or the next that is worked. Raises ValueError for more than ten thousand, and for a calendar
    in which nobody works.
    """
    if abs(count) > FARTHEST:
        raise ValueError(count)
    step, left = -ONE if count < 0 else ONE, abs(count)
    for _number in range(7 * (left + 60)):
        if count or not is_working_day(company, day):
            day += step
        if is_working_day(company, day):
            left -= 1
            if left <= 0:
                return day
    raise ValueError(count)


def working_days(company: Company, first: dt.date, last: dt.date) -> int:
    """How many days are worked from the first to the last, both counted."""
    return sum(is_working_day(company, first + ONE * number) for number in range((last - first).days + 1))


def add_working_time(company: Company, moment: dt.datetime, span: dt.timedelta) -> dt.datetime:
    """The moment at which so much working time has passed since `moment`; no statement.

    Raises ValueError for a calendar in which nobody works.
    """
    zone = ZoneInfo(company.time_zone)
    day, left = moment.astimezone(zone).date(), span
    for _number in range(7 * (left // dt.timedelta(hours=1) + 60)):
        if is_working_day(company, day):
            opens, closes = (
                dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)
                for time in (company.office_opens, company.office_closes)
            )
            begin = max(opens, moment)
            if left <= closes - begin:
                return begin + left
            left -= max(closes - begin, dt.timedelta())
        day += ONE
    raise ValueError(span)


# What the administrator keeps


def set_up(company: Company) -> None:
    """Lay down the holidays of the company's country for the years of which its calendar says nothing."""
    told = set(CalendarDay.objects.of(company.pk).values_list("date__year", flat=True))
    rows = [
        CalendarDay(company=company, date=date, works=works, name=name, name_en=name_en)
        for year, holidays in COUNTRIES.get(company.country, {}).items()
        if year not in told
        for date, works, name, name_en in _announced(year, holidays)
    ]
    CalendarDay.objects.bulk_create(rows)
    cached.forget(company.pk)


def follow(company: Company) -> None:
    """After a company has moved to another country: that one's holidays count, those of others go where nobody has
    changed them.
    """
    shipped = {
        (date, works, name, name_en): code
        for code, years in COUNTRIES.items()
        for year, holidays in years.items()
        for date, works, name, name_en in _announced(year, holidays)
    }
    rows = CalendarDay.objects.of(company.pk).values_list("pk", "date", "works", "name", "name_en")
    foreign = [pk for pk, *day in rows if shipped.get(tuple(day), company.country) != company.country]  # type: ignore[arg-type]
    CalendarDay.objects.filter(pk__in=foreign).delete()
    told = set(CalendarDay.objects.of(company.pk).values_list("date", flat=True))
    CalendarDay.objects.bulk_create(
        CalendarDay(company=company, date=date, works=works, name=name, name_en=name_en)
        for (date, works, name, name_en), code in shipped.items()
        if code == company.country and date not in told
    )
    cached.forget(company.pk)


def _announced(year: int, holidays: Collection[Holiday]) -> Iterator[tuple[dt.date, bool, str, str]]:
    for name, name_en, first, last, made_up in holidays:
        day, end = (dt.date.fromisoformat(f"{year}-{text}") for text in (first, last))
        while day <= end:
            yield day, False, name, name_en
            day += ONE
        for text in made_up:
            yield dt.date.fromisoformat(f"{year}-{text}"), True, name, name_en


@service
def add_day(*, actor: Actor, reason: str = "", **values: Any) -> CalendarDay:
    """Put a day into the calendar. Raises ValidationError by field."""
    row = CalendarDay(company_id=actor.company_id, **values)
    _judge(row)
    row.save()
    current_act().audit(row, "created", {"date": (None, row.date), "works": (None, row.works)})
    cached.forget(actor.company_id)
    return row


@service
def change_day(*, day: CalendarDay, actor: Actor, reason: str = "", **values: Any) -> CalendarDay:
    """Change a day of the calendar. Raises ValidationError by field."""
    row = CalendarDay.objects.of(actor.company_id).lock([day.pk]).get()
    wanted = {name: values.get(name, getattr(row, name)) for name in ("date", "works", "name", "name_en")}
    _judge(CalendarDay(pk=row.pk, company_id=row.company_id, **wanted))
    save_changes(row, values)
    cached.forget(actor.company_id)
    return row


@service
def remove_days(*, actor: Actor, pks: Collection[int], reason: str = "") -> int:
    """Take days out of the calendar: they are again what their weekday says."""
    rows = list(CalendarDay.objects.of(actor.company_id).lock(pks))
    for row in rows:
        current_act().audit(row, "deleted", {"date": (row.date, None)})
    CalendarDay.objects.filter(pk__in=[row.pk for row in rows]).delete()
    cached.forget(actor.company_id)
    return len(rows)


def _judge(row: CalendarDay) -> None:
    row.clean_fields(exclude=["company"])
    if CalendarDay.objects.of(row.company_id).filter(date=row.date).exclude(pk=row.pk).exists():
        raise ValidationError({"date": _("This day is in the calendar already")})
