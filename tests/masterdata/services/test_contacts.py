import pytest
from django.core.exceptions import ValidationError

from suite.core.errors import Stale
from suite.core.models import AuditRow, OutboxEvent
from suite.desk import search
from suite.masterdata.models import Contact, Party
from suite.masterdata.services import contacts, parties
from tests import make, sheets
from tests.desk.own.make import CONTACT, field


@pytest.fixture
def party(company):
    return make.party(company, contacts=[{"name": "张伟"}])


def heads(party):
    return list(party.contacts.filter(is_primary=True).values_list("name", flat=True))


def test_the_first_contact_leads_until_another_is_to(company, admin):
    party = make.party(company)

    first = contacts.create_contact(party=party, name="李雷", phone="138 0013 8000", actor=admin)
    contacts.create_contact(party=party, name="韩梅梅", is_primary=True, actor=admin)

    assert heads(party) == ["韩梅梅"]
    assert (first.phone, first.phone_raw) == ("13800138000", "138 0013 8000")
    contacts.change_contact(contact=first, is_primary=True, actor=admin)
    assert heads(party) == ["李雷"]
    with pytest.raises(ValidationError) as told:
        contacts.change_contact(contact=first, is_primary=False, actor=admin)
    assert "is_primary" in told.value.message_dict


def test_who_holds_an_old_list_of_contacts_is_told_of_the_new_one(party, admin):
    version = Party.objects.get(pk=party.pk).version

    made = contacts.create_contact(party=party, name="李雷", actor=admin)

    with pytest.raises(Stale):
        parties.change_party(party=party, contacts=[], version=version, actor=admin)
    assert OutboxEvent.objects.filter(event="masterdata.contact.created", object_id=made.pk).exists()
    assert [entry.object_id for entry in search.find(admin, "李雷", [CONTACT])] == [made.pk]


def test_when_the_primary_contact_is_archived_the_next_one_leads(party, admin):
    first, second = party.contacts.get(), contacts.create_contact(party=party, name="李雷", actor=admin)

    contacts.archive_contacts(contacts=[first.pk], actor=admin)

    assert heads(party) == ["李雷"]
    contacts.archive_contacts(contacts=[first.pk], archived=False, actor=admin)
    assert heads(party) == ["李雷"]
    assert AuditRow.objects.filter(kind=CONTACT, object_id=second.pk, action="changed").count() == 1


def test_own_fields_come_with_the_whole_list_too(company, party, admin):
    field(company, CONTACT, "number", default=7)
    there = party.contacts.get()

    parties.change_party(
        party=party, actor=admin, contacts=[{"id": there.pk, "name": "张伟", "own": {"a_number": 3}}, {"name": "李雷"}]
    )

    assert list(party.contacts.order_by("pk").values_list("own", flat=True)) == [{"a_number": 3}, {"a_number": 7}]
    with pytest.raises(ValidationError) as told:
        parties.change_party(
            party=party, actor=admin, contacts=[{"id": there.pk, "name": "张伟", "own": {"a_number": "x"}}]
        )
    assert "own.a_number" in told.value.message_dict


def test_contacts_come_in_by_a_sheet_and_go_back(company, party, admin):
    field(company, CONTACT, "text")
    rows = [
        {"party": party.code, "name": "张伟", "title": "厂长", "own.a_text": "a"},
        {"party": party.code, "name": "李雷", "email": "li@example.com", "own.a_text": "b"},
        {"party": party.code, "name": "韩梅梅", "email": "nobody"},
        {"party": "P999999", "name": "王芳"},
    ]

    job = sheets.load(admin, "contacts", rows, key="name", update=True)

    there = list(Contact.objects.filter(party=party).order_by("pk").values_list("name", "title", "is_primary", "own"))
    assert there == [("张伟", "厂长", True, {"a_text": "a"}), ("李雷", "", False, {"a_text": "b"})]
    assert (job.result["made"], job.result["changed"], job.result["refused"]) == (1, 1, 2)
    sheets.undo(admin, job)
    assert list(Contact.objects.filter(party=party).values_list("name", "title", "own")) == [("张伟", "", {})]


def test_a_rep_sees_and_writes_the_contacts_of_own_customers_alone(company):
    mei, other = make.actor(company, "rep"), make.actor(company, "rep")
    mine, theirs = make.customer(mei), make.customer(other, contacts=[{"name": "赵六"}])
    client = make.client(mei)

    made = client.post("/api/v1/masterdata/contacts/", {"party": mine.party_id, "name": "李雷"}, format="json")
    foreign = client.post("/api/v1/masterdata/contacts/", {"party": theirs.party_id, "name": "李雷"}, format="json")

    assert (made.status_code, foreign.status_code) == (201, 400), made.json()
    there = client.get("/api/v1/masterdata/contacts/").json()["results"]
    assert [row["name"] for row in there] == ["李雷"]
    pk = there[0]["id"]
    changed = client.patch(f"/api/v1/masterdata/contacts/{pk}/", {"title": "采购", "version": 1}, format="json")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert client.post(f"/api/v1/masterdata/contacts/{pk}/archive/", {}, format="json").json()["is_archived"]
    assert client.get(f"/api/v1/masterdata/contacts/{theirs.party.contacts.get().pk}/").status_code == 404
