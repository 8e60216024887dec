import pytest
from django.core.exceptions import ValidationError

from suite.core.errors import BusinessError, Stale
from suite.core.models import AuditRow, OutboxEvent
from suite.desk.own import book, rules
from suite.masterdata.models import Address, Contact, Party
from suite.masterdata.services import parties
from suite.masterdata.services.parties import PartyDraft
from tests import make

CODE = "91110000600037341L"


def test_a_party_its_contacts_and_addresses_are_made_in_one_act(house, django_assert_max_num_queries):
    book.everything(house.company_id)  # which own fields and rules there are is read once a process
    rules.everything(house.company_id)

    with django_assert_max_num_queries(10):  # with begin and commit
        party = parties.create_party(
            actor=house,
            name="华为技术",
            phone="138-0013 8000",
            credit_code=CODE.lower(),
            contacts=[{"name": "张伟", "phone": "139 0000 0000"}, {"name": "李娜", "is_primary": True}],
            addresses=[{"detail": "1 Road"}, {"detail": "2 Road", "kind": "billing"}],
        )

    assert party.code.startswith("P")
    assert (party.phone, party.phone_raw, party.credit_code) == ("13800138000", "138-0013 8000", CODE)
    assert list(party.contacts.values_list("name", "is_primary")) == [("李娜", True), ("张伟", False)]
    assert set(party.addresses.values_list("kind", "is_default")) == {("shipping", True), ("billing", True)}
    assert AuditRow.objects.filter(kind="masterdata.party", object_id=party.pk, action="created").exists()
    assert OutboxEvent.objects.filter(event="masterdata.party.created", object_id=party.pk).exists()


def test_many_parties_cost_as_many_statements_as_one(house, django_assert_num_queries):
    drafts = [PartyDraft({"name": f"Party {n}", "external_ref": f"R{n}"}, [{"name": "A"}]) for n in range(50)]
    book.everything(house.company_id)  # which own fields and rules there are is read once a process
    rules.everything(house.company_id)

    with django_assert_num_queries(9):  # begin, taken?, parties, contacts, search (3), trail, commit
        made = parties.create_parties(drafts=drafts, actor=house)

    assert len({party.code for party in made}) == 50


def test_a_credit_code_belongs_to_one_party_of_a_company(house, company, other_company):
    make.party(company, "First", credit_code=CODE)
    make.party(other_company, "Elsewhere", credit_code=CODE)

    with pytest.raises(BusinessError, match="First") as refused:
        parties.create_party(actor=house, name="Second", credit_code=CODE)

    assert refused.value.refusals[0].field == "credit_code"


def test_two_of_one_set_cannot_share_a_reference(house):
    drafts = [PartyDraft({"name": "A", "external_ref": "7"}), PartyDraft({"name": "B", "external_ref": "7"})]

    with pytest.raises(BusinessError) as refused:
        parties.create_parties(drafts=drafts, actor=house)

    assert refused.value.refusals[0].line == 1
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 201), ("email", "nobody"), ("phone", "none"), ("credit_code", "1")],
)
def test_bad_values_are_refused_at_their_field(house, field, value):
    with pytest.raises(ValidationError) as refused:
        parties.create_party(actor=house, **{"name": "A", field: value})

    assert list(refused.value.message_dict) == [field]


def test_a_change_is_written_with_old_and_new_value(house, company):
    party = make.party(company, "Old")

    parties.change_party(party=party, name="New", actor=house, reason="They merged")

    row = AuditRow.objects.get(object_id=party.pk, action="changed")
    assert row.changes == {"name": ["Old", "New"]}
    assert row.reason == "They merged"


def test_a_change_over_an_older_copy_is_refused(house, company):
    party = make.party(company)
    parties.change_party(party=party, version=1, name="By somebody else", actor=house)

    with pytest.raises(Stale):
        parties.change_party(party=party, version=1, name="Mine", actor=house)


def test_a_list_of_contacts_replaces_the_one_before(house, company):
    party = make.party(company, contacts=[{"name": "A", "phone": "13800138000"}, {"name": "B"}, {"name": "C"}])
    a, b, c = party.contacts.order_by("id")

    parties.change_party(
        party=party,
        contacts=[{"id": b.pk, "is_primary": True, "title": "Boss"}, {"id": a.pk, "name": "A2"}, {"name": "D"}],
        actor=house,
    )

    assert list(party.contacts.filter(is_archived=False).values_list("name", "is_primary")) == [
        ("B", True),
        ("A2", False),
        ("D", False),
    ]
    assert Contact.objects.get(pk=c.pk).is_archived
    assert Contact.objects.get(pk=a.pk).phone == "13800138000"


def test_an_address_keeps_its_kind_when_nothing_is_said_of_it(house, company):
    party = make.party(company, addresses=[{"detail": "Bill here", "kind": "billing"}])
    address = party.addresses.get()

    parties.change_party(
        party=party, addresses=[{"id": address.pk, "detail": "Or here"}, {"detail": "Ship"}], actor=house
    )

    assert set(party.addresses.values_list("detail", "kind", "is_default")) == {
        ("Or here", "billing", True),
        ("Ship", "shipping", True),
    }


def test_contacts_of_another_party_are_out_of_reach(house, company):
    party, other = make.party(company), make.party(company, contacts=[{"name": "Theirs"}])

    with pytest.raises(ValidationError):
        parties.change_party(party=party, contacts=[{"id": other.contacts.get().pk, "name": "Mine"}], actor=house)

    assert Address.objects.count() == 0
    assert other.contacts.get().name == "Theirs"


def test_an_archived_party_comes_back(house, company):
    party = make.party(company)

    parties.archive_party(party=party, actor=house)
    parties.archive_party(party=party, actor=house, archived=False)

    party.refresh_from_db()
    assert not party.is_archived
    assert party.version == 3
