import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from suite.core import calendar, companies
from suite.core.models import CalendarDay, Company
from tests import make


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_in_china_has_as_many_working_days_as_was_announced(company, year, worked):
    assert calendar.working_days(company, day(f"{year}-01-01"), day(f"{year}-12-31")) == worked


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-09-24", 1, "2026-09-28"),  # over the mid-autumn festival
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-08", 2, "2026-10-10"),  # a saturday that is worked
        ("2026-10-12", -1, "2026-10-10"),
        ("2026-10-01", 0, "2026-10-08"),
        ("2026-10-09", 0, "2026-10-09"),
        ("2026-10-03", -1, "2026-09-30"),
    ],
)
def test_working_days_are_counted_over_holidays_and_weekends_that_are_worked(company, start, count, due):
    assert calendar.add_working_days(company, day(start), count) == day(due)


def test_what_the_administrator_changes_holds_at_once_and_for_the_own_company_alone(company, other_company, admin):
    assert calendar.is_working_day(company, day("2026-12-25"))

    made = calendar.add_day(date=day("2026-12-25"), name="公司纪念日", actor=admin)

    assert not calendar.is_working_day(company, day("2026-12-25"))
    assert calendar.is_working_day(other_company, day("2026-12-25"))
    with pytest.raises(ValidationError) as told:
        calendar.add_day(date=day("2026-12-25"), name="again", actor=admin)
    assert "date" in told.value.message_dict
    calendar.remove_days(pks=[made.pk], actor=admin)
    calendar.set_up(company)
    assert not CalendarDay.objects.of(company.pk).filter(date=day("2026-12-25")).exists()
    assert CalendarDay.objects.of(company.pk).filter(date__year=2026).count() == 39


def test_a_calendar_in_which_nobody_works_is_no_endless_search(company, admin, monkeypatch):
    monkeypatch.setattr(calendar, "is_working_day", lambda company, day: False)

    with pytest.raises(ValueError, match="1"):
        calendar.add_working_days(company, day("2026-01-01"), 1)


@pytest.mark.parametrize(("language", "off", "work"), [("zh-hans", "休", "班"), ("en", "Off", "On")])
def test_the_calendar_marks_holidays_and_weekends_that_are_worked(client, company, language, off, work):
    reader = make.actor(company, "rep", language=language)
    client.force_login(reader.user, "suite.core.auth.CompanyBackend")

    page = client.get("/desk/calendar/?kind=month&date=2026-10-01")

    text = page.content.decode()
    assert (text.count(f">{off}</abbr>"), text.count(f">{work}</abbr>")) == (7, 1)


def test_the_calendar_is_kept_in_the_admin_pages(client, company, admin):
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    page = reverse("admin:core_calendarday_add")

    saved = client.post(page, {"date": "2027-01-01", "name": "元旦", "name_en": "New Year"})
    refused = client.post(page, {"date": "2027-01-01", "name": "元旦"})

    assert (saved.status_code, refused.status_code) == (302, 200)
    assert not calendar.is_working_day(company, day("2027-01-01"))
    assert client.get(reverse("admin:core_calendarday_changelist")).status_code == 200


def test_the_country_of_a_company_says_whose_holidays_count(company, admin):
    holiday, own = day("2026-10-01"), day("2026-12-25")
    calendar.add_day(date=own, name="公司纪念日", actor=admin)

    companies.change(values={"country": ""}, actor=admin)
    assert calendar.is_working_day(company, holiday)
    assert not calendar.is_working_day(company, own)  # what the company has said itself stays

    companies.change(values={"country": "CN"}, actor=admin)
    assert not calendar.is_working_day(company, holiday)
    assert companies.found(code="abroad", name="境外", name_en="Abroad", country="").country == ""
    assert calendar.is_working_day(Company.objects.get(code="abroad"), holiday)
    with pytest.raises(ValidationError):
        companies.change(values={"country": "XX"}, actor=admin)


def test_an_administrator_says_the_country_on_the_page_of_the_company(company, admin, client):
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    address = reverse("admin:core_company_change", args=[company.pk])
    page = client.get(address).content.decode()

    assert 'name="country"' in page
    given = {"name": company.name, "time_zone": "Asia/Shanghai", "office_opens": "09:00", "office_closes": "18:00"}
    answer = client.post(address, {**given, "country": ""})

    assert answer.status_code == 302, answer.content.decode()
    assert Company.objects.get(pk=company.pk).country == ""
    assert not CalendarDay.objects.of(company.pk).filter(date=day("2026-10-01")).exists()
