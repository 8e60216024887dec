import pytest

from crm.customers.models import Customer
from crm.customers.services import customers
from suite.core.errors import BusinessError
from suite.core.models import AuditRow
from suite.masterdata.matching.parties import Known
from suite.masterdata.models import Contact, Party
from suite.masterdata.services import duplicates
from tests import make


def test_whoever_makes_a_customer_looks_after_it_with_the_team(rep, team):
    customer = customers.create_customer(actor=rep, name="Anna Ltd", contacts=[{"name": "Anna"}], grade="A")

    assert (customer.owner, customer.team, customer.grade) == (rep.user, team, "A")
    assert customer.stage == Customer.Stage.PROSPECT
    assert customer.party.contacts.get().is_primary


def test_a_supplier_becomes_a_customer_without_a_second_party(rep, company):
    supplier = make.party(company, "Both")

    customers.create_customer(actor=rep, party=supplier)

    assert Party.objects.count() == 1
    with pytest.raises(BusinessError, match="already"):
        customers.create_customer(actor=rep, party=supplier)


def test_reps_see_the_parties_of_their_own_customers_only(rep, manager, company):
    mine = make.customer(rep, "Mine", contacts=[{"name": "A"}])
    make.customer(make.actor(company, "rep"), "Theirs", contacts=[{"name": "B"}])
    make.party(company, "A supplier")

    assert list(Party.objects.visible_to(rep)) == [mine.party]
    assert [contact.name for contact in Contact.objects.visible_to(rep)] == ["A"]
    assert list(Customer.objects.visible_to(rep)) == [mine]
    assert list(Party.objects.visible_to(manager)) == [mine.party]


def test_one_act_changes_customer_and_party(rep):
    customer = make.customer(rep, "Old")

    changed = customers.change_customer(customer=customer, name="New", grade="B", contacts=[{"name": "C"}], actor=rep)

    assert (changed.party.name, changed.grade) == ("New", "B")
    assert changed.party.contacts.get().name == "C"


def test_a_customer_is_handed_over_with_its_party(rep, company):
    customer, colleague = make.customer(rep), make.actor(company, "rep")

    customers.transfer_customers(customers=[customer.pk], owner=colleague.user, actor=rep, reason="Moved north")

    assert not Party.objects.visible_to(rep).exists()
    assert Party.objects.visible_to(colleague).get() == customer.party
    assert AuditRow.objects.get(action="transferred").changes == {"owner": [rep.user.pk, colleague.user.pk]}


def test_nobody_from_outside_the_company_gets_a_customer(rep, other_company):
    customer, stranger = make.customer(rep), make.user(other_company, "rep")

    with pytest.raises(BusinessError, match="does not work"):
        customers.transfer_customers(customers=[customer.pk], owner=stranger, actor=rep)


def test_the_same_phone_written_otherwise_needs_an_explicit_override(rep, company):
    make.customer(make.actor(company, "rep"), "华为技术", phone="13800138000")

    with pytest.raises(BusinessError, match="same phone"):
        customers.create_customer(actor=rep, name="Another", phone="138-0013 8000")

    assert customers.create_customer(actor=rep, name="Another", phone="138-0013 8000", allow_duplicate=True).pk


def test_the_phone_of_a_contact_counts_too(rep):
    make.customer(rep, "Anna Ltd", contacts=[{"name": "Anna", "phone": "13900000000"}])

    with pytest.raises(BusinessError, match="Anna Ltd"):
        customers.create_customer(actor=rep, name="B", contacts=[{"name": "Anna", "phone": "+86 139 0000 0000"}])


def test_a_similar_name_is_shown_but_does_not_stop(rep, django_assert_max_num_queries):
    make.customer(rep, "上海宏远贸易有限公司")

    with django_assert_max_num_queries(5):
        found = duplicates.candidates(Known(["上海宏远贸易股份公司"]), actor=rep)

    assert [(candidate.party.name, candidate.exact) for candidate in found] == [("上海宏远贸易有限公司", False)]
    assert customers.create_customer(actor=rep, name="上海宏远贸易股份公司").pk


def test_two_persons_may_share_a_name(rep):
    make.customer(rep, "张伟", kind="person")

    assert customers.create_customer(actor=rep, name="张伟", kind="person").pk


def test_other_companies_customers_are_no_candidates(rep, other_company):
    make.customer(other_company, "Anna Ltd", phone="13800138000")

    assert duplicates.candidates(Known(["Anna Ltd"], phones=["13800138000"]), actor=rep) == []


def test_the_next_step_is_set_and_done(rep):
    customer = make.customer(rep)

    customers.set_next_step(customer=customer, what="Call Anna", at=None, actor=rep)
    done = customers.set_next_step(customer=customer, what="", at=None, actor=rep)

    assert done.next_step == ""
    assert AuditRow.objects.filter(kind="crm_customers.customer", object_id=customer.pk, action="changed").count() == 2
