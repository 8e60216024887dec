import datetime as dt

import pytest
from django.test import Client

from crm.customers import holds
from crm.customers.models import Customer
from crm.customers.services.activities import log_activity
from crm.retention import services
from crm.retention.models import HandOver, PoolEntry, PoolWarning
from crm.retention.services import handing, pool
from crm.sales.models import Lead, Opportunity
from crm.sales.services.leads import create_lead
from crm.sales.services.opportunities import create_opportunity
from suite.core import clock, jobs
from suite.core.errors import BusinessError
from suite.core.models import Job
from suite.desk.models import Notification, Task
from suite.desk.services import todos
from tests import make
from tests.crm.sales.shop import Shop
from tests.crm.sales.views.conftest import signed_in

DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def rules(shop: Shop) -> Shop:
    """Customers fall after thirty days, leads after ten; each person may claim two a week."""
    services.change_policy(pool_after_days=30, lead_pool_after_days=10, claim_limit=2, actor=shop.system)
    return shop


def neglected(shop: Shop, name: str = "Quiet Ltd", days: int = 40, **values: object) -> Customer:
    with clock.at(clock.now() - days * DAY):
        return make.customer(shop.rep, name, **values)


def nights(shop: Shop, count: int) -> list[tuple[int, int]]:
    """How many were warned and fell in each of these nights."""
    found = []
    for number in range(count):
        with clock.at(clock.now() + number * DAY):
            night = pool.recycle(actor=shop.system)
        found.append((night.warned, night.fell))
    return found


def test_who_is_neglected_is_warned_three_days_before_and_falls_with_a_notice_each(rules: Shop) -> None:
    quiet = neglected(rules)

    assert nights(rules, 5) == [(1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]

    quiet.refresh_from_db()
    warning = PoolWarning.objects.get()
    assert (quiet.owner_id, quiet.team_id, warning.ending) == (None, None, "fell")
    entry = PoolEntry.objects.get(customer=quiet)
    assert (entry.from_owner_id, entry.left_at) == (rules.rep.user_id, None)
    titles = [str(note.title) for note in Notification.objects.filter(kind="pool").order_by("pk")]
    assert ["Quiet Ltd" in title for title in titles] == [True, True]
    assert rules.customer.customer.owner_id == rules.rep.user_id  # somebody was given it today


def test_a_talk_a_new_owner_or_a_new_paper_saves_it(rules: Shop) -> None:
    talked, given, dealt = (neglected(rules, name) for name in ("Talked", "Given", "Dealt"))
    nights(rules, 1)

    log_activity(party=talked.party, kind="call", text="hello", actor=rules.rep)
    handing.transfer_customers(customers=[given.pk], owner=rules.manager.user, actor=rules.manager)
    create_opportunity(name="Lamps", party_id=dealt.party_id, actor=rules.rep)

    assert nights(rules, 5)[3] == (0, 0)
    assert set(PoolWarning.objects.values_list("ending", flat=True)) == {"saved"}
    assert not PoolEntry.objects.exists()


def test_what_is_live_never_falls_and_areas_add_their_own_reasons(rules: Shop, monkeypatch) -> None:
    held = neglected(rules, "Held")
    assert {each.name for each in holds.all_holds()} >= {"contract", "order", "opportunity"}
    monkeypatch.setitem(
        holds._holds, "ticket",
        holds.Hold("ticket", "A ticket is open", lambda pk: Customer.objects.of(pk).filter(pk=held.pk)),
    )  # fmt: skip

    assert nights(rules, 5) == [(0, 0)] * 5


def test_without_a_rule_nothing_falls(shop: Shop) -> None:
    neglected(shop)

    assert nights(shop, 1) == [(0, 0)]


def test_a_night_that_breaks_off_has_done_nothing_and_the_next_one_does_all(rules: Shop, monkeypatch) -> None:
    neglected(rules)
    tell = pool._tell

    def killed(*args: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(pool, "_tell", killed)
    with pytest.raises(RuntimeError):
        pool.recycle(actor=rules.system)
    assert not PoolWarning.objects.exists()
    monkeypatch.setattr(pool, "_tell", tell)

    assert nights(rules, 1) == [(1, 0)]


def test_a_neglected_lead_goes_back_to_the_pool_of_leads(rules: Shop) -> None:
    with clock.at(clock.now() - 12 * DAY):
        lead = create_lead(organisation="Sky", owner=rules.rep.user, actor=rules.system)

    assert nights(rules, 4)[3] == (0, 1)
    lead.refresh_from_db()
    assert (lead.owner_id, lead.team_id, str(lead.chosen_why)) == (None, None, "Back in the pool")
    assert lead in Lead.objects.visible_to(rules.other_rep)


def test_claiming_has_a_limit_and_the_quicker_one_is_named(rules: Shop) -> None:
    names = [neglected(rules, f"Free {n}") for n in range(3)]
    nights(rules, 4)
    entries = list(PoolEntry.objects.order_by("pk"))
    assert len(entries) == len(names)

    got = pool.claim(entries=[row.pk for row in entries], actor=rules.other_rep)
    late = pool.claim(entries=[entries[0].pk], actor=rules.rep)

    assert [row.customer_id for row in got.done] == [row.customer_id for row in entries[:2]]
    assert "No more than 2 customers" in str(got.refused[entries[2].pk])
    assert "tom-acme was quicker" in str(late.refused[entries[0].pk])
    assert Customer.objects.get(pk=entries[0].customer_id).owner_id == rules.other_rep.user_id
    assert pool.left_to_claim(rules.other_rep) == 0
    with clock.at(clock.now() + 8 * DAY):
        assert pool.left_to_claim(rules.other_rep) == 2


def test_the_pool_shows_no_way_to_reach_a_customer_and_is_claimed_by_page_and_api(rules: Shop) -> None:
    neglected(rules, "Free", phone="13800138000")
    nights(rules, 4)
    entry = PoolEntry.objects.get()
    tom = signed_in(rules.other_rep)

    page = tom.get("/crm/retention/pool/?view=there").content.decode()
    api = make.client(rules.other_rep)
    listed = api.get("/api/v1/crm/retention/pool/", {"is_there": "true"}).data["results"]
    claimed = api.post(f"/api/v1/crm/retention/pool/{entry.pk}/claim/", {}, format="json")
    again = api.post(f"/api/v1/crm/retention/pool/{entry.pk}/claim/", {}, format="json")

    assert "Free" in page
    assert "You may claim 2 more within 7 days" in page
    assert "138" not in page
    assert [row["name"] for row in listed] == ["Free"]
    assert (claimed.status_code, claimed.data["claimed_by"]) == (200, rules.other_rep.user_id)
    assert (again.status_code, again.data["code"]) == (409, "taken")


def test_a_rep_sees_whose_a_customer_is_and_may_ask_the_manager_for_it(shop: Shop) -> None:
    tom, theirs = signed_in(shop.other_rep), f"/crm/retention/who/{shop.customer.pk}/"

    hidden = tom.get(f"/crm/customers/{shop.customer.customer.pk}/")
    page = tom.get(theirs).content.decode()
    asked = [tom.post(theirs, {"reason": "I know them"}).status_code for _time in range(2)]
    own = signed_in(shop.rep).get(theirs)

    task = Task.objects.get(source="retention.transfer")
    assert hidden.status_code == 404
    assert "mei-acme" in page
    assert "buyer@huawei.example" not in page
    assert asked == [302, 302]
    assert (task.owner_id, task.subject_id, "tom-acme asks for" in str(task.title)) == (
        shop.manager.user_id, shop.customer.customer.pk, True,
    )  # fmt: skip
    assert own["Location"] == f"/crm/customers/{shop.customer.customer.pk}/"
    assert Client().get(theirs).status_code == 302
    assert shop.customer.customer.owner_id == shop.rep.user_id


def test_a_portfolio_is_handed_over_by_a_job_and_taken_back(shop: Shop) -> None:
    deal = create_opportunity(name="Lamps", party_id=shop.customer.pk, actor=shop.rep)
    lead = create_lead(organisation="Sky", owner=shop.rep.user, actor=shop.system)
    todos.create(tasks=[todos.NewTask("Call")], actor=shop.rep)
    counts = handing.preview(giver=shop.rep.user, actor=shop.manager)

    job = handing.start(giver=shop.rep.user, taker=shop.other_rep.user, kinds=list(handing.KINDS), actor=shop.manager)
    assert jobs.run(job.pk)
    jobs.run(job.pk)
    moved = HandOver.objects.get()
    after = handing.preview(giver=shop.rep.user, actor=shop.manager)
    Lead.objects.filter(pk=lead.pk).update(owner=shop.manager.user)  # went on to somebody else meanwhile
    handing.undo(hand_overs=[moved.pk], actor=shop.manager)
    again = handing.undo(hand_overs=[moved.pk], actor=shop.manager)

    job = Job.objects.get(pk=job.pk)
    assert (job.status, job.result["customers"], counts["customers"]) == ("done", 1, 1)
    assert after == dict.fromkeys(handing.KINDS, 0)
    assert moved.moved["opportunities"] == [deal.pk]
    assert Customer.objects.get(party=shop.customer).owner_id == shop.rep.user_id
    assert Opportunity.objects.get(pk=deal.pk).owner_id == shop.rep.user_id
    assert Lead.objects.get(pk=lead.pk).owner_id == shop.manager.user_id
    assert again == 0


def test_hand_overs_by_page_and_api(shop: Shop) -> None:
    bo, new = signed_in(shop.manager), "/crm/retention/hand-overs/new/"
    data = {"giver": shop.rep.user_id, "taker": shop.other_rep.user_id, "kinds": ["customers", "tasks"]}

    counted = bo.post(new, data).content.decode()
    started = bo.post(new, {**data, "go": "1"})
    same = bo.post(new, {**data, "taker": shop.rep.user_id})
    api = make.client(shop.manager)
    made = api.post("/api/v1/crm/retention/hand-overs/", data, format="json")
    back = api.post(f"/api/v1/crm/retention/hand-overs/{made.data['id']}/undo/", {}, format="json")
    nobody = api.post("/api/v1/crm/retention/hand-overs/", {**data, "giver": 0}, format="json")

    assert "This would go" in counted
    assert started["Location"].startswith("/desk/jobs/")
    assert same.status_code == 400
    assert (made.status_code, len(made.data["moved"]["customers"])) == (201, 1)
    assert back.data["undone_at"]
    assert nobody.status_code == 400
    assert signed_in(shop.rep).get(new).status_code == 403
    assert bo.get("/crm/retention/hand-overs/").status_code == 200
    assert bo.get("/crm/retention/warnings/?view=open").status_code == 200


def test_nothing_goes_to_oneself_to_a_stranger_or_without_saying_what(shop: Shop) -> None:
    stranger = make.user(make.company(), "rep")
    for taker, kinds in ((shop.rep.user, ["tasks"]), (stranger, ["tasks"]), (shop.other_rep.user, [])):
        with pytest.raises(BusinessError):
            handing.hand_over(giver=shop.rep.user, taker=taker, kinds=kinds, actor=shop.manager)
