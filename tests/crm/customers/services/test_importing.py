import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.models import Customer
from crm.customers.services import activities, customers
from suite.core import outbox
from suite.core.models import AuditRow
from suite.desk import search
from suite.masterdata.models import Contact, Party
from tests import make, sheets

CODE = "91110000600037341L"


def load(actor, rows, **options):
    return sheets.load(actor, "customers", rows, **options)


def refusals(job):
    return job.result["refusals"]


def test_a_row_becomes_party_profile_contacts_and_address(rep, team):
    load(
        rep,
        [
            {
                "name": "上海宏远",
                "phone": "138-0013 8000",
                "credit_code": CODE.lower(),
                "region": "310115",
                "grade": "A",
                "owner": "rep",
                "contact_name": "张伟",
                "contact_phone": "139 0000 0000",
                "contact2_name": "李娜",
                "address": "世纪大道100号",
            }
        ],
    )

    customer = Customer.objects.select_related("party").get()
    party = customer.party
    assert (party.phone, party.phone_raw, party.credit_code) == ("13800138000", "138-0013 8000", CODE)
    assert (customer.owner, customer.team, customer.grade, customer.stage) == (rep.user, team, "A", "prospect")
    assert party.code.startswith("P")
    assert list(party.contacts.values_list("name", "phone", "is_primary")) == [
        ("张伟", "13900000000", True),
        ("李娜", "", False),
    ]
    assert party.addresses.get().is_default
    assert AuditRow.objects.filter(action="created", actor_id=rep.user.pk).count() >= 2


def test_imported_customers_are_found_as_soon_as_the_outbox_was_read(rep):
    load(rep, [{"name": "华为技术", "contact_name": "张伟"}])

    outbox.relay()

    assert [entry.title for entry in search.find(rep, "hw")] == ["华为技术"]
    assert [entry.title for entry in search.find(rep, "张伟")] == ["张伟", "华为技术"]


def test_bad_rows_are_refused_with_their_reason_and_the_others_go_in(rep, company):
    make.party(company, "First", credit_code=CODE)

    job = load(
        rep,
        [
            {"name": "Good"},
            {"name": "Phone", "phone": "none"},
            {"name": "Code", "credit_code": "91350211M0000XUF46"},
            {"name": "Taken", "credit_code": CODE},
            {"name": "Mail", "email": "nobody"},
            {"name": "Place", "region": "Atlantis"},
            {"name": "Also good", "email": "Anna@Example.com"},
        ],
    )

    assert set(Customer.objects.values_list("party__name", flat=True)) == {"Good", "Also good"}
    assert Party.objects.get(name="Also good").email == "anna@example.com"
    assert job.result["refused"] == 5
    assert any("belongs to somebody else" in reason for reason in refusals(job))


def test_a_second_customer_of_the_same_name_is_taken_and_told(rep):
    make.customer(rep, "华为技术")

    job = load(rep, [{"name": "华为技术"}, {"name": "New"}, {"name": "New"}])

    assert Customer.objects.count() == 4
    assert job.result["refused"] == 0
    assert job.result["doubts"] == [
        "Line 2: somebody is named “华为技术” already",
        "Line 4: somebody is named “New” already",
    ]


def test_a_second_customer_with_the_same_phone_is_taken_and_told(rep):
    make.customer(rep, "First", phone="13800138000")

    job = load(rep, [{"name": "Second", "phone": "138-0013 8000"}])

    assert job.result["doubts"] == ["Line 2: somebody has the phone 13800138000 already"]


def test_phone_and_mail_are_judged_although_another_cell_is_wrong_already(rep):
    job = load(rep, [{"name": "", "phone": "none", "email": "nobody"}, {"name": "B", "phone": "none", "email": "no"}])

    first, second = refusals(job)
    assert ("Name is missing" in first, "Phone: " in first, "E-mail: " in first) == (True, True, True)
    assert ("none: " in second, "no: " in second) == (True, True)


def test_a_key_written_in_two_ways_is_one_customer(rep):
    job = load(rep, [{"name": "A", "phone": "138-0013 8000"}, {"name": "B", "phone": "13800138000"}], key="phone")

    assert Customer.objects.count() == 1
    assert refusals(job) == ["Line 3: another line has the same key"]


def test_known_customers_are_changed_and_blank_cells_leave_what_is_there(rep):
    customer = make.customer(rep, "Old", external_ref="C1", phone="13800138000", grade="B", contacts=[{"name": "Anna"}])

    people = {"contact_name": "Anna", "contact2_name": "Bob"}
    job = load(
        rep,
        [
            {"external_ref": "C1", "name": "New", "phone": "", "grade": "A", **people},
            {"external_ref": "C2", "name": "Second"},
        ],
        key="external_ref",
    )

    customer.refresh_from_db()
    party = Party.objects.get(external_ref="C1")
    assert (party.name, party.phone, customer.grade) == ("New", "13800138000", "A")
    assert set(party.contacts.values_list("name", "is_primary")) == {("Anna", True), ("Bob", False)}
    assert (job.result["made"], job.result["changed"]) == (1, 1)


def test_known_customers_stay_as_they_are_when_only_new_ones_are_wanted(rep):
    make.customer(rep, "Old", external_ref="C1")

    job = load(rep, [{"external_ref": "C1", "name": "New"}], key="external_ref", update=False)

    assert Party.objects.get().name == "Old"
    assert refusals(job) == ["Line 2: is here already"]


def test_a_colleagues_customer_is_not_changed(rep, company):
    make.customer(make.actor(company, "rep"), "Theirs", external_ref="C1")

    job = load(rep, [{"external_ref": "C1", "name": "Mine"}], key="external_ref")

    assert Party.objects.get().name == "Theirs"
    assert "looked after by somebody else" in refusals(job)[0]


def test_a_supplier_in_the_sheet_becomes_a_customer_without_a_second_party(admin, company):
    party = make.party(company, "Both", external_ref="S1")

    load(admin, [{"external_ref": "S1", "name": "Both", "grade": "A"}], key="external_ref")

    assert Customer.objects.get().party == party
    assert Party.objects.count() == 1


def test_statements_do_not_grow_with_rows(rep):
    counts = []
    for count in (1, 5, 50):
        rows = [
            {"external_ref": f"{count}-{n}", "name": f"C{n}", "contact_name": "A", "address": "x", "owner": "rep"}
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as seen:
            load(rep, rows, key="external_ref")
        counts.append(len(seen))

    assert counts[1] == counts[2]  # the first one warms the caches


def test_an_undo_takes_new_customers_away_and_gives_changed_ones_their_old_values(rep):
    make.customer(rep, "Old", external_ref="C1", grade="B")
    job = load(
        rep,
        [{"external_ref": "C1", "name": "New", "grade": "A"}, {"external_ref": "C2", "name": "Second", "address": "x"}],
        key="external_ref",
    )

    sheets.undo(rep, job)

    customer = Customer.objects.select_related("party").get()
    assert (customer.party.name, customer.grade) == ("Old", "B")
    assert Party.objects.count() == 1


def test_an_undo_keeps_what_was_used_or_changed_since(rep):
    make.customer(rep, "Old", external_ref="C1")
    job = load(
        rep,
        [{"external_ref": "C1", "name": "New"}, {"external_ref": "C2", "name": "Second"}],
        key="external_ref",
    )
    first, second = (Customer.objects.get(party__external_ref=ref) for ref in ("C1", "C2"))
    customers.change_customer(customer=first, name="Newest", actor=rep)
    activities.log_activity(actor=rep, party=second.party, kind="call", title="Spoke")

    undone = sheets.undo(rep, job)

    assert set(Party.objects.values_list("name", flat=True)) == {"Newest", "Second"}
    assert undone.result["refused"] == 2


@pytest.mark.parametrize("text", ["tab\there", "back\\slash", "\\N", "line\nbreak", "引号\"和'"])
def test_odd_characters_arrive_as_they_were_sent(rep, text):
    load(rep, [{"name": "A", "note": text}])

    assert Party.objects.get().note == text


def test_other_companies_keys_do_not_matter(rep, other_company):
    make.customer(other_company, "Elsewhere", external_ref="C1")

    load(rep, [{"external_ref": "C1", "name": "Here"}], key="external_ref")

    assert Customer.objects.of(rep.company_id).get().party.name == "Here"
    assert Party.objects.of(other_company.pk).get().name == "Elsewhere"


def test_contacts_of_imported_customers_have_one_primary(rep):
    load(rep, [{"name": f"C{n}", "contact_name": "A", "contact2_name": "B"} for n in range(3)])

    assert Contact.objects.filter(is_primary=True).count() == 3
