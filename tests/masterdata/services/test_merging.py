import datetime as dt

import pytest

from crm.customers.models import Customer
from crm.customers.services.activities import log_activity
from crm.customers.services.tags import create_tag, tag_customers
from suite.core import clock
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from suite.masterdata.models import Address, Contact, Duplicate, Party
from suite.masterdata.services import finding, merging
from suite.masterdata.services.parties import change_party
from tests import make


@pytest.fixture
def pair(manager):
    """Two customers who are one, each with people, places and tags."""
    first = make.customer(
        manager, "宏远贸易有限公司", phone="13800138000", grade="A",
        contacts=[{"name": "Mei"}], addresses=[{"detail": "1 Road"}],
    )  # fmt: skip
    second = make.customer(
        manager, "上海宏远贸易", email="info@hy.example", credit_code="91310115MA1K4BT41C", source="fair",
        contacts=[{"name": "Li", "phone": "13900139000"}], addresses=[{"detail": "2 Road"}],
    )  # fmt: skip
    return first, second


def merge(pair, manager, **more):
    survivor, *others = [row.party_id for row in pair]
    return merging.merge(survivor=survivor, others=others, actor=manager, **more)


def test_everything_that_points_at_the_others_points_at_the_survivor(pair, manager):
    first, second = pair
    tags = [create_tag(name=name, actor=manager) for name in ("vip", "fair")]
    tag_customers(customers=[first.pk, second.pk], tags=tags[:1], actor=manager)
    tag_customers(customers=[second.pk], tags=tags[1:], actor=manager)
    log_activity(party=second.party, kind="call", title="Called", actor=manager)

    merge(pair, manager)

    party = Party.objects.get(pk=first.party_id)
    kept = (party.name, party.phone, party.email, party.credit_code)
    assert kept == ("宏远贸易有限公司", "13800138000", "info@hy.example", "91310115MA1K4BT41C")
    assert set(party.contacts.values_list("name", "is_primary")) == {("Mei", True), ("Li", False)}
    assert set(party.addresses.values_list("detail", "is_default")) == {("1 Road", True), ("2 Road", False)}
    assert party.activities.count() == 1
    customer = Customer.objects.get(pk=first.pk)
    assert (set(customer.tags.all()), customer.grade, customer.source) == (set(tags), "A", "fair")
    assert customer.last_touch_at is not None
    gone = Party.objects.get(pk=second.party_id)
    assert (gone.is_archived, gone.merged_into, gone.credit_code) == (True, party, "")
    assert AuditRow.objects.filter(kind="masterdata.party", object_id=gone.pk, action="merged").exists()


def test_the_value_of_each_field_can_be_chosen(pair, manager):
    first, second = pair

    merge(pair, manager, kept={"party.name": second.party_id})

    assert Party.objects.get(pk=first.party_id).name == "上海宏远贸易"


def test_an_undone_merging_leaves_everything_as_it_was_but_for_what_is_new(pair, manager):
    first, _second = pair
    rows = {
        model: list(model.objects.order_by("pk").values_list("pk", "party")) for model in (Contact, Address, Customer)
    }
    before = list(Party.objects.order_by("pk").values("name", "email", "credit_code", "is_archived", "merged_into"))
    made = merge(pair, manager)
    log_activity(party=Party.objects.get(pk=first.party_id), kind="call", title="New", actor=manager)
    change_party(party=first.party, phone="13700137000", actor=manager)

    merging.undo(merging=made, actor=manager)

    for model, was in rows.items():
        assert list(model.objects.order_by("pk").values_list("pk", "party")) == was
    after = list(Party.objects.order_by("pk").values("name", "email", "credit_code", "is_archived", "merged_into"))
    assert after == before
    assert Party.objects.get(pk=first.party_id).phone == "13700137000"
    assert first.party.activities.count() == 1
    with pytest.raises(BusinessError, match="once, within 30 days"):
        merging.undo(merging=made, actor=manager)


def test_a_merging_cannot_be_undone_after_30_days(pair, manager):
    made = merge(pair, manager)

    with clock.at(clock.now() + dt.timedelta(days=31)), pytest.raises(BusinessError, match="within 30 days"):
        merging.undo(merging=made, actor=manager)


def test_a_party_is_not_merged_with_itself_nor_twice_nor_with_a_strangers(pair, manager, other_company):
    first, second = pair
    stranger = make.party(other_company, "Elsewhere")

    with pytest.raises(BusinessError, match="with itself"):
        merging.merge(survivor=first.party_id, others=[first.party_id], actor=manager)
    with pytest.raises(BusinessError, match="not here"):
        merging.merge(survivor=first.party_id, others=[stranger.pk], actor=manager)
    merge(pair, manager)
    with pytest.raises(BusinessError, match="merged into another already"):
        merging.merge(survivor=second.party_id, others=[first.party_id], actor=manager)


def test_differing_credit_codes_want_to_be_confirmed(manager, company):
    one = make.party(company, "A", credit_code="91310115MA1K4BT41C")
    other = make.party(company, "A", credit_code="91440300MA5EQ2XQ6W")

    with pytest.raises(BusinessError, match="credit codes differ"):
        merging.merge(survivor=one.pk, others=[other.pk], actor=manager)

    merging.merge(survivor=one.pk, others=[other.pk], confirmed=True, actor=manager)
    assert [row.credit_code for row in Party.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")] == [
        "91310115MA1K4BT41C", "91440300MA5EQ2XQ6W",
    ]  # fmt: skip


def test_the_plan_names_what_moves_and_writes_nothing(pair, manager):
    first, second = pair
    log_activity(party=second.party, kind="call", title="Called", actor=manager)

    found = merging.plan(survivor=first.party_id, others=[second.party_id], kept={}, actor=manager)

    moving = {str(label): count for label, count in found.moving}
    assert (moving["contacts"], moving["addresses"], moving["activities"]) == (1, 1, 1)
    names = {choice.name: [text for _pk, _value, text in choice.values] for choice in found.choices}
    assert names["party.name"] == ["宏远贸易有限公司", "上海宏远贸易"]
    assert not Party.objects.exclude(merged_into=None).exists()


def test_all_are_compared_with_all_and_what_was_decided_stays(pair, manager, company):
    make.party(company, "Anna Ltd")

    found = finding.work(None, manager, lambda *_told: None)
    pair_of = Duplicate.objects.get()
    finding.decide(pairs=[pair_of.pk], same=False, actor=manager)
    finding.work(None, manager, lambda *_told: None)

    assert (found["made"], pair_of.one_id, pair_of.other_id) == (1, pair[0].party_id, pair[1].party_id)
    assert Duplicate.objects.get().status == Duplicate.Status.TWO
