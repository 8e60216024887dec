"""A module that a company has switched off is away at every door, for every role, and what remains works."""

from contextlib import nullcontext

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import resolve
from rest_framework.test import APIClient

from suite.core import modules, roles
from suite.core.access import Actor
from suite.core.models import AuditRow, Company
from suite.desk import navigation, workbench
from tests import make
from tests.routes import ADMIN, UNDECLARED, all_routes

BACKEND = "suite.core.auth.CompanyBackend"
LABELS = [module.label for module in modules.known()]


def routes_of(label):
    """The addresses of a module, by where they lie and by what they ask for."""
    for route in all_routes():
        found = resolve(route.address)
        policy = "" if route.policy in (ADMIN, UNDECLARED) else route.policy
        if label in modules.behind(found.route, policy):
            yield route


@pytest.mark.parametrize("label", LABELS)
def test_every_module_has_addresses(label):
    assert len(list(routes_of(label))) > 5


@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_no_address_of_a_module_that_is_off_is_there_for_anybody(role, company):
    for label in LABELS:
        modules.switch(label=label, on=False, actor=Actor.system(company))
    actor = make.actor(company, role)
    off = set(company.modules_off)
    assert off == set(LABELS)

    for route in all_routes():
        mine = modules.behind(resolve(route.address).route, route.policy) & off
        with pytest.raises(modules.SwitchedOff) if mine else nullcontext():
            modules.demand(actor, resolve(route.address).route, route.policy)


@pytest.mark.django_db
@pytest.mark.parametrize("label", LABELS)
def test_every_address_of_a_module_that_is_off_answers_404_and_is_there_again(label, company, admin):
    modules.switch(label=label, on=False, actor=Actor.system(company))
    client, api, wrong = Client(), make.client(admin), []
    client.force_login(admin.user, BACKEND)

    for route in routes_of(label):
        ask = getattr(api if route.is_api else client, route.method.lower())
        code = ask(route.address, **({"data": {}} if route.is_api and route.method != "GET" else {})).status_code
        wrong += [f"{route}: {code}"] if code != 404 else []

    assert wrong == []
    modules.switch(label=label, on=True, actor=Actor.system(company))
    listed = [route for route in routes_of(label) if route.is_api and route.method == "GET" and not route.has_key]
    assert {api.get(route.address).status_code for route in listed} <= {200, 400}


@pytest.mark.django_db
def test_what_is_off_is_away_from_menu_workbench_and_rights(company):
    admin = make.actor(company, "administrator")

    modules.switch(label="erp_procurement", on=False, actor=admin)

    left = [*navigation.pages(admin), *navigation.quick(admin), *workbench.blocks(admin)]
    assert not [each for each in left if (each.permission or "").startswith("erp_procurement.")]
    assert not admin.may("erp_procurement.view_purchaseorder")
    assert admin.may("erp_inventory.view_delivery")


@pytest.mark.django_db
def test_what_needs_a_module_goes_along_and_what_it_needs_comes_along(company):
    admin = make.actor(company, "administrator")

    off = modules.switch(label="erp_inventory", on=False, actor=admin, reason="services only")

    assert {each.label for each in off} == {"erp_inventory", "erp_procurement", "crm_sales", "crm_retention"}
    on = modules.switch(label="crm_retention", on=True, actor=admin)
    assert {each.label for each in on} == {"crm_retention", "crm_sales", "erp_inventory"}
    assert Company.objects.get(pk=company.pk).modules_off == ["erp_procurement"]
    trail = AuditRow.objects.filter(kind="core.company", object_id=company.pk, action="switched_off").get()
    assert trail.reason == "services only"


@pytest.mark.django_db
def test_switching_twice_changes_nothing_and_unknown_modules_are_told(company, house):
    modules.switch(label="crm_sales", on=False, actor=house)

    assert modules.switch(label="crm_sales", on=False, actor=house) == []
    with pytest.raises(ValidationError, match="no module nonsense"):
        modules.switch(label="nonsense", on=False, actor=house)


@pytest.mark.django_db
def test_one_company_switches_for_itself_alone(company, other_company):
    modules.switch(label="crm_sales", on=False, actor=Actor.system(company))

    assert make.actor(other_company, "rep").may("crm_sales.view_order")
    assert [each.code for each in modules.using("crm_sales")] == ["globex"]


@pytest.mark.django_db
def test_the_description_of_the_interface_leaves_out_what_is_off_for_those_it_knows(company, admin):
    modules.switch(label="erp_procurement", on=False, actor=admin)
    known, stranger = make.client(admin), APIClient()

    told, all_of_it = (client.get("/api/schema/?format=json").json() for client in (known, stranger))

    assert not [path for path in told["paths"] if "/erp/procurement/" in path]
    assert not [name for name in told["components"]["schemas"] if name.startswith("ErpProcurement")]
    assert len(told["paths"]) > 50
    assert [path for path in all_of_it["paths"] if "/erp/procurement/" in path]


@pytest.mark.django_db
def test_programs_switch_modules_and_read_why_an_address_is_not_there(company, admin):
    api = make.client(admin)

    answer = api.patch("/api/v1/core/modules/erp_procurement/", {"on": False, "reason": "not used"})

    assert answer.status_code == 200
    assert answer.data["on"] is False
    assert [each["module"] for each in api.get("/api/v1/core/modules/").data if not each["on"]] == ["erp_procurement"]
    gone = api.get("/api/v1/erp/procurement/suppliers/")
    assert (gone.status_code, gone.data["detail"]) == (404, "Switched off in this company: Purchasing")
    assert api.patch("/api/v1/core/modules/nonsense/", {"on": False}).status_code == 404
    assert api.patch("/api/v1/core/modules/crm_sales/", {"on": "perhaps"}).status_code == 400


@pytest.mark.django_db
def test_only_administrators_switch_modules(rep):
    assert make.client(rep).patch("/api/v1/core/modules/crm_sales/", {"on": False}).status_code == 403


@pytest.mark.django_db
def test_what_went_along_comes_back_along_but_what_was_switched_by_itself_stays(company):
    admin = make.actor(company, "administrator")
    modules.switch(label="crm_retention", on=False, actor=admin)

    off = modules.switch(label="crm_customers", on=False, actor=admin)
    offered = modules.going_along(Company.objects.get(pk=company.pk), "crm_customers", on=True)
    on = modules.switch(label="crm_customers", on=True, actor=admin)

    assert [each.label for each in off] == ["crm_customers", "crm_sales"]
    assert [each.label for each in offered] == ["crm_sales"]
    assert [each.label for each in on] == ["crm_customers", "crm_sales"]
    kept = Company.objects.get(pk=company.pk)
    assert (kept.modules_off, kept.modules_along) == (["crm_retention"], {})


@pytest.mark.django_db
def test_what_needs_something_that_is_off_meanwhile_does_not_come_back(company):
    admin = make.actor(company, "administrator")
    modules.switch(label="crm_customers", on=False, actor=admin)
    modules.switch(label="erp_inventory", on=False, actor=admin)

    assert [each.label for each in modules.switch(label="crm_customers", on=True, actor=admin)] == ["crm_customers"]
    assert "crm_sales" in Company.objects.get(pk=company.pk).modules_off
