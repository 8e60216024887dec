"""Setting a company up: the wizard, templates of trades, people, the first company of a server."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.customers.models import Tag
from crm.retention.services import policy_of as retention_policy
from crm.sales.services.policy import change_policy, policy_of
from erp.finance import services as finance
from erp.finance.models import FinancePolicy, PaymentTerm, Period
from erp.procurement.services.policy import policy_of as purchase_policy
from integration.onboarding import services
from integration.onboarding.industries import INDUSTRIES, industry
from integration.onboarding.steps import STEPS
from integration.onboarding.targets import target
from suite.automation.models import ApprovalRule, Flow
from suite.automation.services import approvals, rules
from suite.core import access, modules
from suite.core.models import AuditRow, Company, Membership, NumberPattern, Role, User
from suite.core.numbering import change_pattern
from suite.desk.dashboards import boards
from suite.desk.models import FirstSteps, OwnField
from suite.desk.services import dashboards, menus
from tests import make
from tests.crm.sales.shop import Shop, line

pytestmark = pytest.mark.django_db
BACKEND = "suite.core.auth.CompanyBackend"
PAGES = "/integration/onboarding/"


@pytest.fixture
def desk(client, admin):
    client.force_login(admin.user, BACKEND)
    return client


@pytest.mark.parametrize("template", INDUSTRIES, ids=lambda each: each.code)
def test_a_template_taken_whole_leaves_no_difference(template, company, admin):
    services.take_on(industry=template, keys=list(template.lines), actor=admin)

    lines = services.difference(template, admin)
    assert [line.key for line in lines if not line.is_met] == []
    assert all(
        line.label and line.now == line.then
        for line in lines
        if line.key not in ("tags", "fields", "pipelines") and "menu" not in line.key
    )
    assert Company.objects.get(pk=company.pk).industry == template.code


def test_a_template_says_how_numbers_look_and_leaves_those_of_the_company(company, admin):
    patterns = {row.kind: row for row in NumberPattern.objects.of(company.pk)}
    change_pattern(pattern=patterns["PO"], actor=admin, prefix="OUR")
    change_pattern(pattern=patterns["QT"], actor=admin, prefix="LS")
    trade, retail = industry("trade"), industry("retail")
    before = {line.key: (line.now, line.then, line.is_met) for line in services.difference(trade, admin)}

    services.take_on(industry=trade, keys=["number.SO", "number.PO"], actor=admin)
    sold = NumberPattern.objects.of(company.pk).get(kind="SO").example
    services.take_on(industry=retail, keys=["number.SO"], actor=admin)

    assert before["number.SO"] == ("SO000001", "SCYYYY-000001", False)
    assert before["number.PO"][2]
    assert sold.startswith("SC2")
    assert NumberPattern.objects.of(company.pk).get(kind="PO").prefix == "OUR"
    assert NumberPattern.objects.of(company.pk).get(kind="SO").prefix == "SC"  # LS means something else here


def test_a_template_sets_what_it_says(company, admin):
    services.take_on(industry=industry("services"), keys=list(industry("services").lines), actor=admin)

    assert finance.policy(company).posting == FinancePolicy.Posting.DELIVERY
    assert policy_of(company.pk).quotation_days == 60
    assert retention_policy(company).dormant_after_days == 365
    assert not modules.is_on(company, "erp_procurement")
    assert PaymentTerm.objects.get(company=company, is_default=True).code == "HALF"
    assert Tag.objects.filter(company=company, name="年度合同").exists()
    assert Flow.objects.get(company=company, code="visit-after-deal").is_on
    assert OwnField.objects.filter(company=company, kind="crm_customers.customer", name="合同到期").exists()
    rep = make.actor(company, "rep")
    assert "sales:price_lists" not in [entry.key for entry in menus.menu(rep)]


def test_a_template_brings_rules_of_approval_and_switches_flows(company, admin):
    services.take_on(industry=industry("retail"), keys=list(industry("retail").lines), actor=admin)

    limits = ApprovalRule.objects.filter(company=company, kind="erp_procurement.requisition")
    assert {0, 10000, 20000} == {int(rule.from_amount) for rule in limits}
    assert not Flow.objects.get(company=company, code="visit-after-deal").is_on
    services.take_on(industry=industry("trade"), keys=["flow.visit-after-deal"], actor=admin)
    assert Flow.objects.get(company=company, code="visit-after-deal").is_on


@pytest.mark.parametrize("template", INDUSTRIES, ids=lambda each: each.code)
def test_a_template_that_limits_discounts_has_larger_ones_approved_by_a_rule_that_can_be_changed(
    template, company, admin
):
    most = template.lines["sales.max_discount"]
    services.take_on(industry=template, keys=[k for k in template.lines if k.startswith("discount.")], actor=admin)

    for kind in ("crm_sales.order", "crm_sales.quotation"):
        made = ApprovalRule.objects.get(company=company, kind=kind)
        assert made.conditions == {"discount_min": f"{most}.0001"}
        assert [step.role.code for step in made.steps.all()] == ["sales_manager"]
    rules.set_rule(kind=made.kind, steps=made.steps.values("position", "role"), conditions={"discount_min": "30"},
                   rule=made, actor=admin)  # fmt: skip
    line = next(each for each in services.difference(template, admin) if each.key == f"discount.{made.kind}")
    assert (line.is_met, "30" in line.now) == (False, True)
    services.take_on(industry=template, keys=[line.key], actor=admin)
    assert ApprovalRule.objects.get(pk=made.pk).conditions == {"discount_min": f"{most}.0001"}


@pytest.mark.parametrize(("discount", "waits"), [("10", False), ("10.0001", True), ("12", True)])
def test_an_order_with_a_larger_discount_waits_for_the_approval_of_its_template(company, admin, discount, waits):
    trade = industry("retail")
    services.take_on(industry=trade, keys=["sales.max_discount", "discount.crm_sales.order"], actor=admin)
    shop = Shop()

    order = shop.order(line(shop.add_product("P1"), discount=Decimal(discount)), actor=shop.manager)

    assert bool(approvals.missing([order], shop.manager)) is waits


def test_a_template_puts_tiles_on_the_dashboards_of_roles_and_takes_none_away(company, admin):
    role, boss = Role.objects.get(company=company, code="executive"), make.actor(company, "executive")
    dashboards.arrange(tiles=[{"tile": "tasks", "width": 2}], role=role, actor=admin)

    services.take_on(industry=industry("manufacturing"), keys=["dashboard.executive"], actor=admin)

    placed = [(each.tile.name, each.width) for each in boards.placed(boss)]
    assert placed[:2] == [("tasks", 2), ("orders", 1)]
    assert placed[-1] == ("trend", 3)
    assert {name for name, _width in placed} >= set(industry("manufacturing").lines["dashboard.executive"])


def test_each_line_can_be_left(company, admin):
    changed = services.take_on(industry=industry("retail"), keys=["sales.max_discount"], actor=admin)

    assert [line.key for line in changed] == ["sales.max_discount"]
    assert policy_of(company.pk).max_discount == 10
    assert finance.policy(company).posting == FinancePolicy.Posting.CONFIRM


def test_another_template_shows_the_difference_and_deletes_nothing(company, admin):
    services.take_on(industry=industry("retail"), keys=list(industry("retail").lines), actor=admin)
    change_policy(quotation_days=30, actor=admin)

    lines = {line.key: line for line in services.difference(industry("trade"), admin)}
    services.take_on(industry=industry("trade"), keys=list(lines), actor=admin)

    assert lines["sales.quotation_days"].is_met
    assert (lines["sales.max_discount"].now, lines["sales.max_discount"].then) == ("10%", "15%")
    assert set(Tag.objects.filter(company=company).values_list("name", flat=True)) >= {"会员", "经销商"}
    assert purchase_policy(company.pk).price_tolerance_percent == 5
    assert "sales:quotations" not in [entry.key for entry in menus.menu(make.actor(company, "rep"))]


def test_a_template_touches_only_what_the_reader_may_change(company, admin):
    role = Role.objects.get(company=company, code="administrator")
    role.grants.filter(code__startswith="erp_finance.").delete()
    access.changed(company.pk)
    somebody = make.actor(company, "administrator")

    keys = {line.key for line in services.difference(industry("retail"), somebody)}

    assert not [key for key in keys if key.startswith("finance.")]
    services.take_on(industry=industry("retail"), keys=["finance.posting"], actor=somebody)
    assert finance.policy(company).posting == FinancePolicy.Posting.CONFIRM


def test_every_line_of_every_template_has_a_target(company, house):
    for template in INDUSTRIES:
        for key in template.lines:
            found = target(key)
            assert found.show(found.read(house)) is not None


def test_names_and_addresses_are_read_as_people_paste_them():
    people = services.read_people("王小明 wang@example.com\n\nLi Na <LINA@example.com>\tSales\nwang@example.com, twice")

    assert [(each.name, each.mail) for each in people] == [
        ("twice", "wang@example.com"),
        ("Li Na Sales", "lina@example.com"),
    ]


def test_lines_without_an_address_are_named():
    with pytest.raises(ValidationError) as told:
        services.read_people("Li Na\nwang@example.com\nsomebody@nowhere")

    assert [sentence[:7] for sentence in told.value.messages] == ["Line 1:", "Line 3:"]


def test_people_are_invited_together_or_not_at_all(company, admin):
    roles = [Role.objects.get(company=company, code="rep")]
    people = services.read_people("A a@example.com\nB b@example.com\nAdmin admin@elsewhere.example")

    added = services.invite_people(people=people, roles=roles, actor=admin)

    assert [user.username for user, _link in added] == ["a", "b", "admin2"]
    assert all("/sign-in/new-password/" in link for _user, link in added)
    assert Membership.objects.filter(company=company, user__username="a", roles__code="rep").exists()
    with pytest.raises(ValidationError, match=r"a@example\.com: somebody has this address already"):
        services.invite_people(
            people=services.read_people("C c@example.com\nA a@example.com"), roles=roles, actor=admin
        )
    assert not User.objects.filter(email="c@example.com").exists()


def test_the_books_begin_with_a_month(company, admin):
    first = Period.objects.filter(company=company).order_by("starts")[3]

    services.begin_books(first=first, actor=admin)

    closed = Period.objects.filter(company=company, status=Period.Status.CLOSED)
    assert [row.starts < first.starts for row in closed] == [True] * 3
    assert services.begin_books(first=first, actor=admin) == []


def test_the_wizard_begins_at_the_first_open_step_and_ends_in_the_setup_centre(company, desk, admin):
    assert desk.get(PAGES)["Location"] == f"{PAGES}language/"
    answer = desk.post(f"{PAGES}language/", {"language": "en", "time_zone": "Asia/Urumqi"})
    assert answer["Location"] == f"{PAGES}company/"
    assert Company.objects.get(pk=company.pk).time_zone == "Asia/Urumqi"

    given = {"name": "远航", "name_en": "Far", "credit_code": "91110000600037341L", "taxpayer": "small"}
    assert desk.post(f"{PAGES}company/", given)["Location"] == f"{PAGES}industry/"
    company.refresh_from_db()
    assert (company.name, company.credit_code) == ("远航", "91110000600037341L")
    assert finance.policy(company).taxpayer == FinancePolicy.Taxpayer.SMALL

    page = desk.get(f"{PAGES}industry/?industry=trade")
    assert "What Trade would change" in page.text
    chosen = {"industry": "trade", "line": ["sales.max_discount", "tags"]}
    assert desk.post(f"{PAGES}industry/", chosen)["Location"] == f"{PAGES}people/"
    assert policy_of(company.pk).max_discount == 15

    rep = Role.objects.get(company=company, code="rep").pk
    invited = desk.post(f"{PAGES}people/", {"people": "Li Na lina@example.com", "roles": [rep]})
    assert "/sign-in/new-password/" in invited.text
    assert desk.post(f"{PAGES}data/")["Location"] == f"{PAGES}channels/"
    assert desk.post(f"{PAGES}channels/")["Location"] == "/desk/setup/"
    make.party(company)
    assert desk.get(PAGES)["Location"] == "/desk/setup/"


@pytest.mark.parametrize("step", [each.code for each in STEPS])
def test_every_step_opens_and_can_be_left_out(step, desk):
    page = desk.get(f"{PAGES}{step}/")

    assert page.status_code == 200
    assert "Skip" in page.text
    assert f'href="{page.context["onward"]}"' in page.text


@pytest.mark.parametrize(
    ("step", "given", "field", "sentence"),
    [
        ("language", {"language": "fr", "time_zone": "Asia/Shanghai"}, "language", "cannot be chosen here"),
        ("language", {"language": "en", "time_zone": "Mars/Base"}, "time_zone", "cannot be chosen here"),
        ("company", {"name": "", "taxpayer": "general"}, "name", "required"),
        ("company", {"name": "A", "taxpayer": "general", "credit_code": "911"}, "credit_code", "credit code"),
        ("company", {"name": "A", "taxpayer": "none"}, "taxpayer", "cannot be chosen here"),
        ("people", {"people": "Li Na"}, "roles", "at least one role"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field_and_kept(step, given, field, sentence, desk):
    page = desk.post(f"{PAGES}{step}/", given)

    assert page.status_code == 400
    assert sentence in " ".join(page.context["form"].errors[field])
    assert all(value in page.text for value in given.values() if value and value not in ("fr", "Mars/Base", "none"))


def test_bad_lines_of_people_keep_what_was_pasted(company, desk):
    rep = Role.objects.get(company=company, code="rep").pk

    page = desk.post(f"{PAGES}people/", {"people": "Li Na\nwang@example.com", "roles": [rep]})

    assert page.status_code == 400
    assert "there is no mail address in “Li Na”" in page.text
    assert "wang@example.com" in page.text
    assert not User.objects.filter(email="wang@example.com").exists()


def test_only_administrators_set_up(rep, client):
    client.force_login(rep.user, BACKEND)

    assert client.get(PAGES).status_code == 403
    assert make.client(rep).post("/api/v1/integration/onboarding/industries/trade/").status_code == 403


def test_programs_read_and_take_templates(company, admin):
    api = make.client(admin)

    trades = api.get("/api/v1/integration/onboarding/industries/").data
    assert [each["code"] for each in trades] == ["retail", "trade", "manufacturing", "services"]
    answer = api.post("/api/v1/integration/onboarding/industries/retail/", {"lines": ["sales.quotation_days"]})

    assert answer.status_code == 200
    assert answer.data["is_ours"] is True
    assert policy_of(company.pk).quotation_days == 7
    wrong = api.post("/api/v1/integration/onboarding/industries/retail/", {"lines": ["sales.nonsense"]})
    assert wrong.status_code == 400
    assert api.post("/api/v1/integration/onboarding/industries/farming/").status_code == 404


def test_the_first_page_of_an_empty_server_founds_a_company(client, db):
    assert client.get("/sign-in/")["Location"] == f"{PAGES}first/"
    weak = client.post(f"{PAGES}first/", {"company": "远航", "name": "Li", "username": "boss", "password": "12345678"})
    assert weak.status_code == 400
    assert not User.objects.exists()
    given = {"company": "远航", "name": "Li", "username": "boss", "password": "a-long-secret-4711"}
    assert client.post(f"{PAGES}first/", given)["Location"] == PAGES
    founded = Company.objects.get(code="main")
    assert Membership.objects.get(user__username="boss").company == founded
    assert client.get(PAGES, follow=True).status_code == 200
    assert client.get(f"{PAGES}first/").status_code == 404


def test_nobody_founds_a_first_company_where_somebody_is(rep, client):
    assert client.get(f"{PAGES}first/").status_code == 404
    assert client.get("/sign-in/").status_code == 200


def test_the_demo_company_is_not_offered_in_production(desk, settings):
    settings.PRODUCTION = True

    assert desk.post(f"{PAGES}sample/").status_code == 404
    assert "Load the demo company" not in desk.get(f"{PAGES}data/").text


def test_steps_leave_a_trace(desk, admin, company):
    desk.post(f"{PAGES}channels/")

    assert FirstSteps.objects.get(user=admin.user).done == ["setup.channels"]
    desk.post(f"{PAGES}company/", {"name": "New name", "taxpayer": "general"})
    row = AuditRow.objects.filter(kind="core.company", object_id=company.pk, action="changed").latest("id")
    assert row.changes["name"][1] == "New name"
    assert row.at.date() <= dt.datetime.now(dt.UTC).date()
