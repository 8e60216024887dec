import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers import timeline
from crm.customers.models import Customer
from crm.sales.models import Lead
from crm.sales.queries.leads import on_time
from crm.sales.services import converting, distributing, lead_rules, leads, responding
from crm.sales.services.lead_rules import Seat
from suite.core import calendar, clock
from suite.core.errors import BusinessError, Stale
from suite.core.models import AuditRow, DocumentLink, OutboxEvent, User
from suite.desk.models import Notification
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop

HOUR = dt.timedelta(hours=1)


def lead(shop: Shop, organisation: str = "Blue Sky Trading Co., Ltd.", **values: object) -> Lead:
    actor = values.pop("actor", shop.system)
    return leads.create_lead(organisation=organisation, actor=actor, **values)  # type: ignore[arg-type]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def test_what_comes_in_is_kept_as_it_was_written_and_in_one_form(shop: Shop, lamp: Product) -> None:
    row = lead(
        shop, name=" Li Lei ", phone="+86 138-0013 8000", email="LI@Sky.example", text="50 lamps?", products=[lamp],
        source="web", campaign="spring", consent="Yes, call me", own={},
    )  # fmt: skip

    assert row.number.startswith("LD")
    assert (row.name, row.phone, row.email) == ("Li Lei", "13800138000", "li@sky.example")
    assert (row.raw["phone"], row.raw["email"]) == ("+86 138-0013 8000", "LI@Sky.example")
    assert row.consent_at is not None
    assert [product.pk for product in row.products.all()] == [lamp.pk]
    assert OutboxEvent.objects.filter(event="crm.sales.lead.created", object_id=row.pk).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"organisation": "", "name": " "}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"email": "nobody"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"text": "a\x00b"}, "text"),
    ],
)
def test_nonsense_is_refused_at_its_field_and_leaves_nothing(shop: Shop, values: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        lead(shop, **values)

    assert field in refused.value.message_dict
    assert not Lead.objects.exists()


def test_who_may_be_here_already_stands_on_the_lead_with_score_and_reason(shop: Shop) -> None:
    known = shop.add_customer("蓝天贸易有限公司", owner=shop.other_rep, phone="13900001111")
    first = lead(shop, "绿地科技", phone="13700002222")

    row = lead(shop, "蓝天贸易", phone="13900001111")
    twin = lead(shop, "Green", phone="137 0000 2222")

    (found,) = row.alike
    assert (found["kind"], found["id"], found["exact"]) == ("party", known.pk, True)
    assert found["score"] > 90
    assert [(each["kind"], each["id"], each["exact"]) for each in twin.alike] == [("lead", first.pk, True)]
    assert first.alike == []


def test_many_arrive_by_as_many_statements_as_one(shop: Shop) -> None:
    lead_rules.create_rule(name="All", seats=[Seat(shop.rep.user)], actor=shop.system)

    def take(count: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            leads.receive_leads(
                leads=[
                    {"organisation": f"Firm {count} {n}", "phone": f"1380000{count:02}{n:02}"} for n in range(count)
                ],
                actor=shop.system,
            )
        return len(queries)

    take(2)
    assert take(12) == take(30)


def test_a_lead_moves_by_its_states_and_closes_with_a_reason(shop: Shop) -> None:
    row = lead(shop)

    leads.contact_leads(lead_ids=[row.pk], actor=shop.rep)
    leads.qualify_leads(lead_ids=[row.pk], actor=shop.rep)
    with pytest.raises(BusinessError):
        leads.disqualify_leads(lead_ids=[row.pk], reason=" ", actor=shop.rep)
    leads.disqualify_leads(lead_ids=[row.pk], reason="No budget", actor=shop.rep)
    again = leads.contact_leads(lead_ids=[row.pk], actor=shop.rep, all_or_nothing=False)
    row.refresh_from_db()
    closed = (row.status, row.reason, row.closed_at is not None)
    leads.reopen_leads(lead_ids=[row.pk], actor=shop.rep)

    row.refresh_from_db()
    assert closed == ("disqualified", "No budget", True)
    assert list(again.refused) == [row.pk]
    assert (row.status, row.reason, row.closed_at) == ("new", "", None)
    actions = list(AuditRow.objects.filter(kind="crm_sales.lead", object_id=row.pk).values_list("action", flat=True))
    assert actions == ["created", "contacted", "qualified", "disqualified", "reopened"]


def test_a_change_is_looked_over_and_a_stale_one_refused(shop: Shop) -> None:
    known = shop.add_customer("Quite Another", phone="13900001111")
    row = lead(shop)

    leads.change_lead(lead_id=row.pk, phone="13900001111", version=1, actor=shop.rep)
    with pytest.raises(Stale):
        leads.change_lead(lead_id=row.pk, phone="", version=1, actor=shop.rep)
    with pytest.raises(ValidationError):
        leads.change_lead(lead_id=row.pk, organisation="", actor=shop.rep)

    row.refresh_from_db()
    assert [each["id"] for each in row.alike] == [known.pk]


# What a lead becomes


def test_a_lead_becomes_customer_contact_and_deal_and_its_history_is_seen_on_both_sides(
    shop: Shop, lamp: Product
) -> None:
    row = lead(
        shop, name="Li Lei", phone="13800138000", products=[lamp], source="web", text="50 lamps", owner=shop.rep.user
    )
    leads.log_activity(lead_id=row.pk, kind="call", text="They need them in May", actor=shop.rep)

    made = converting.convert_lead(lead_id=row.pk, amount=5000, actor=shop.rep)

    row.refresh_from_db()
    customer, deal = made.customer, made.opportunity
    assert deal
    assert (row.status, row.party_id, row.opportunity_id) == ("converted", customer.party_id, deal.pk)
    assert (customer.party.name, customer.owner_id, customer.source) == (
        "Blue Sky Trading Co., Ltd.", shop.rep.user_id, "web",
    )  # fmt: skip
    assert made.contact
    assert (made.contact.name, made.contact.phone, deal.contact_id) == ("Li Lei", "13800138000", made.contact.pk)
    assert (deal.amount, deal.source, [line.product_id for line in deal.lines.all()]) == (5000, "web", [lamp.pk])
    assert {link.to_kind for link in DocumentLink.objects.filter(from_kind="crm_sales.lead", from_id=row.pk)} == {
        "crm_customers.customer", "crm_sales.opportunity",
    }  # fmt: skip
    told = {(each.kind, each.text) for each in timeline.timeline_of(actor=shop.rep, party_id=customer.party_id).rows}
    assert {("lead", "web · 50 lamps"), ("lead_activity", "They need them in May")} <= told
    assert Customer.objects.get(pk=customer.pk).last_touch_at is not None


def test_a_customer_that_is_here_gets_the_deal_and_the_person_is_found_there(shop: Shop) -> None:
    known = shop.add_customer("蓝天贸易有限公司", owner=shop.rep, contacts=[{"name": "李雷", "phone": "13800138000"}])
    row = lead(shop, "蓝天贸易", name="Mr Li", phone="138 0013 8000", owner=shop.rep.user)
    other = lead(shop, "蓝天贸易", name="韩梅梅", owner=shop.rep.user)

    with pytest.raises(BusinessError) as refused:
        converting.convert_lead(lead_id=row.pk, actor=shop.rep)
    made = converting.convert_lead(lead_id=row.pk, party=known, actor=shop.rep)
    second = converting.convert_lead(lead_id=other.pk, party=known, with_opportunity=False, actor=shop.rep)

    assert refused.value.code == "duplicate"
    assert made.contact
    assert second.contact
    assert (made.contact.name, second.contact.name, second.opportunity) == ("李雷", "韩梅梅", None)
    assert Customer.objects.filter(party__name__contains="蓝天").count() == 1


# Who gets it


@pytest.fixture
def pool(shop: Shop) -> list[User]:
    return [make.user(shop.company, "rep", username=f"seller-{n}") for n in range(3)]


def test_thirty_leads_go_to_three_people_ten_each_and_say_by_which_rule(shop: Shop, pool: list[User]) -> None:
    rule = lead_rules.create_rule(name="Everybody", seats=[Seat(user) for user in pool], actor=shop.manager)

    rows = [lead(shop, f"Firm {n}") for n in range(12)]
    rows += leads.receive_leads(leads=[{"organisation": f"Other {n}"} for n in range(18)], actor=shop.system)

    counted = [sum(row.owner_id == user.pk for row in rows) for user in pool]
    assert counted == [10, 10, 10]
    assert {(row.rule_id, row.chosen_why) for row in rows} == {(rule.pk, "Everybody: In turn")}
    assert Notification.objects.filter(kind="assigned", user=pool[0]).count() == 5  # four alone, six together


def test_who_is_away_has_enough_or_has_left_gets_none_and_it_is_said(shop: Shop, pool: list[User]) -> None:
    from suite.automation.models import Delegation

    today = clock.today(shop.company)
    Delegation.objects.create(company=shop.company, user=pool[0], to=shop.manager.user, first_day=today, last_day=today)
    pool[1].memberships.all().delete()
    rule = lead_rules.create_rule(name="Everybody", seats=[Seat(pool[2], quota=2)], team=shop.team, actor=shop.manager)
    lead_rules.change_rule(rule_id=rule.pk, is_active=True, actor=shop.manager)
    rule.seats.create(company=shop.company, user=pool[0])
    rule.seats.create(company=shop.company, user=pool[1])

    rows = leads.receive_leads(leads=[{"organisation": f"Firm {n}"} for n in range(3)], actor=shop.system)

    assert [row.owner_id for row in rows] == [pool[2].pk, pool[2].pk, None]
    assert rows[2].team_id == shop.team.pk
    why = str(rows[2].chosen_why)
    assert [name for name in distributing.idle(rule, shop.manager) if "seller-2" in name] == [
        "seller-2 has enough open leads (2)"
    ]
    assert all(f"seller-{n}" in why for n in range(3))
    assert all(word in why for word in ("away", "left", "enough"))
    assert Notification.objects.filter(kind="lead_stranded", user=shop.manager.user).count() == 1


def test_the_first_rule_that_fits_decides_and_the_least_busy_gets_it(
    shop: Shop, pool: list[User], lamp: Product
) -> None:
    lamps = lead_rules.create_rule(
        name="Lamps", seats=[Seat(pool[0]), Seat(pool[1])], way="least", actor=shop.manager,
        conditions={"groups": [{"params": {"product": str(lamp.pk)}}]},
    )  # fmt: skip
    fairs = lead_rules.create_rule(
        name="Fairs", seats=[Seat(pool[2]), Seat(pool[0])], way="fixed", actor=shop.manager,
        conditions={"groups": [{"params": {"source": "fair"}}]},
    )  # fmt: skip
    busy = [lead(shop, f"Busy {n}", owner=pool[0]) for n in range(2)]

    rows = leads.receive_leads(
        leads=[
            {"organisation": "A", "products": [lamp], "source": "fair"},
            {"organisation": "B", "source": "Fair 2026"},
            {"organisation": "C", "source": "fair"},
            {"organisation": "D"},
        ],
        actor=shop.system,
    )

    assert busy[0].owner_id == pool[0].pk
    assert [(row.rule_id, row.owner_id) for row in rows] == [
        (lamps.pk, pool[1].pk), (fairs.pk, pool[2].pk), (fairs.pk, pool[2].pk), (None, None),
    ]  # fmt: skip
    assert "No rule fits" in str(rows[3].chosen_why)


def test_a_sample_lead_names_rule_and_person_and_writes_nothing(shop: Shop, pool: list[User]) -> None:
    rule = lead_rules.create_rule(name="Everybody", seats=[Seat(user) for user in pool], actor=shop.manager)

    trials = [lead_rules.try_lead(values={"organisation": "Sample"}, actor=shop.manager) for _time in range(2)]

    assert {(trial.rule and trial.rule.pk, trial.owner) for trial in trials} == {(rule.pk, pool[0])}
    assert not Lead.objects.exists()
    assert not Notification.objects.exists()


def test_what_a_rule_cannot_ask_is_refused(shop: Shop, pool: list[User]) -> None:
    for conditions in ({"groups": [{"params": {"nonsense": "1"}}]}, {"groups": [{"params": {"owner": "me"}}]}):
        with pytest.raises(ValidationError):
            lead_rules.create_rule(name="R", conditions=conditions, actor=shop.manager)
    with pytest.raises(ValidationError):
        lead_rules.create_rule(name="R", seats=[Seat(pool[0]), Seat(pool[0])], actor=shop.manager)


def test_a_lead_of_nobody_is_claimed_once_and_by_who_sees_it(shop: Shop) -> None:
    lead_rules.create_rule(name="Nobody", actor=shop.manager)
    row = lead(shop)
    hidden = lead(shop, "Theirs", owner=shop.rep.user)

    assert set(Lead.objects.visible_to(shop.other_rep)) == {row}
    leads.claim_leads(lead_ids=[row.pk], actor=shop.other_rep)
    late = leads.claim_leads(lead_ids=[row.pk], actor=shop.rep)

    row.refresh_from_db()
    assert (row.owner_id, str(row.chosen_why)) == (shop.other_rep.user_id, "Claimed")
    assert "tom-acme was quicker" in str(late.refused[row.pk])
    assert set(Lead.objects.visible_to(shop.rep)) == {hidden}
    assert hidden in Lead.objects.visible_to(shop.manager)


# The clock


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-20T10:00", "2026-11-20T18:00"),  # a friday: eight hours of work are over at six
        ("2026-11-20T17:30", "2026-11-23T16:30"),
        ("2026-11-21T12:00", "2026-11-23T17:00"),  # on a saturday nobody is there
        ("2026-09-30T16:00", "2026-10-08T15:00"),  # over the national holiday
        ("2026-10-09T17:00", "2026-10-10T16:00"),  # a saturday that is worked
        ("2026-11-23T03:00", "2026-11-23T17:00"),
    ],
)
def test_the_answer_is_due_after_so_much_working_time(shop: Shop, received: str, due: str) -> None:
    assert responding.due_at(shop.company, at(received)) == at(due)


def test_office_hours_are_those_of_the_company(shop: Shop) -> None:
    shop.company.office_opens, shop.company.office_closes = dt.time(8), dt.time(12)

    due = calendar.add_working_time(shop.company, at("2026-11-23T11:00"), 6 * HOUR)

    assert due == at("2026-11-25T09:00")


def test_at_the_deadline_owner_and_manager_are_told_once_even_if_it_breaks_off(shop: Shop, monkeypatch) -> None:
    with clock.at(at("2026-11-20T10:00")):
        late = lead(shop, "Late", owner=shop.rep.user)
        answered = lead(shop, "Answered", owner=shop.rep.user)
    with clock.at(at("2026-11-20T12:00")):
        leads.log_activity(lead_id=answered.pk, kind="mail", actor=shop.rep)
    told = Notification.objects.filter(kind="lead_overdue")

    with clock.at(at("2026-11-23T09:30")):
        original = responding.current_act
        monkeypatch.setattr(responding, "current_act", lambda: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError):
            responding.tell_overdue(actor=shop.system)
        broken_off = told.count()
        monkeypatch.setattr(responding, "current_act", original)
        counts = [responding.tell_overdue(actor=shop.system) for _time in range(3)]
        late.refresh_from_db()
        colour = late.colour

    assert (broken_off, counts, colour) == (0, [1, 0, 0], "red")
    assert set(told.values_list("user", flat=True)) == {shop.rep.user_id, shop.manager.user_id}
    assert told.count() == 2


@pytest.mark.parametrize(
    ("kind", "counts"), [("call", True), ("mail", True), ("visit", True), ("message", True), ("note", False)]
)
def test_what_counts_as_an_answer(shop: Shop, kind: str, counts: bool) -> None:
    row = lead(shop)

    leads.log_activity(lead_id=row.pk, kind=kind, text="hello", actor=shop.rep)

    row.refresh_from_db()
    assert (row.responded_at is not None, row.status) == (counts, "contacted" if counts else "new")


def test_the_report_counts_what_stands_in_the_table(shop: Shop) -> None:
    with clock.at(at("2026-11-16T10:00")):
        rows = [lead(shop, f"Firm {n}", owner=shop.rep.user, source="web") for n in range(4)]
    with clock.at(at("2026-11-16T11:00")):
        leads.contact_leads(lead_ids=[rows[0].pk], actor=shop.rep)
    with clock.at(at("2026-11-18T11:00")):
        leads.contact_leads(lead_ids=[rows[1].pk], actor=shop.rep)
        leads.disqualify_leads(lead_ids=[rows[2].pk], reason="x", actor=shop.rep)
        fresh = lead(shop, "Fresh", source="fair", owner=shop.other_rep.user)
        first, last = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
        by_owner = {row.key: row for row in on_time(shop.system, "owner", first, last)}
        by_source = {row.key: row for row in on_time(shop.system, "source", first, last)}

    mine = by_owner[shop.rep.user_id]
    assert (mine.total, mine.on_time, mine.late, mine.missed, mine.waiting) == (4, 1, 2, 1, 0)
    assert mine.share == 25
    assert (by_owner[fresh.owner_id].waiting, by_source["fair"].share) == (1, None)
    assert sum(row.total for row in by_source.values()) == Lead.objects.count()


@pytest.mark.django_db(transaction=True)
def test_leads_that_arrive_at_the_same_time_are_given_in_turn_and_clicks_at_the_same_time_convert_once(
    shop: Shop, pool: list[User]
) -> None:
    lead_rules.create_rule(name="Everybody", seats=[Seat(user) for user in pool], actor=shop.manager)

    def arrive(number: int) -> int | None:
        try:
            return lead(shop, f"Firm {number}").owner_id
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        owners = list(threads.map(arrive, range(30)))

    assert [owners.count(user.pk) for user in pool] == [10, 10, 10]

    def convert(pk: int) -> str:
        try:
            converting.convert_lead(lead_id=pk, actor=shop.manager)
        except BusinessError as error:
            return error.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(6) as threads:
        codes = list(threads.map(convert, [Lead.objects.order_by("pk")[0].pk] * 20))

    assert (codes.count("made"), codes.count("converted")) == (1, 19)
