"""Grades by rule: points for facts, with the terms that made them, and never over what somebody set by hand."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers import grading as facts
from crm.customers.models import Customer, GradePolicy, Rating
from crm.customers.services import grading
from crm.customers.services.activities import log_activity
from crm.customers.services.customers import change_customer
from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.inventory import services as inventory
from erp.inventory.models import Delivery
from tests import make


def term(fact: str, least: int, points: int) -> dict:
    return {"fact": fact, "at_least": Decimal(least), "points": points}


@pytest.fixture
def rule(company, admin) -> GradePolicy:
    return grading.change_policy(
        is_on=True, a_from=60, b_from=35, c_from=10, actor=admin,
        terms=[
            term("revenue", 1000, 20), term("revenue", 5000, 50), term("orders", 2, 15), term("complaints", 1, -10),
        ],
    )  # fmt: skip


def buy(rep, customer, product, quantity: int) -> None:
    order = create_order(party=customer.party, lines=[LineInput(product.pk, Decimal(quantity))], actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)


def test_every_customer_gets_a_grade_and_the_terms_that_made_it(company, rep, house, rule):
    product = make.product(company, price=1130)
    make.stock(product, 100)
    big, small, new = (make.customer(rep) for _each in range(3))
    for quantity in (3, 2):  # 5,650 in two orders: 50 + 15 points
        buy(rep, big, product, quantity)
    buy(rep, small, product, 1)  # 1,130 in one: 20 points
    log_activity(party=small.party, kind="complaint", title="Too late", actor=rep)  # less 10

    assert grading.go_through(actor=house) == 3

    grades = {row.pk: row.grade for row in Customer.objects.all()}
    assert grades == {big.pk: "A", small.pk: "C", new.pk: "D"}
    rating = Rating.objects.get(customer=big)
    assert rating.points == 65
    assert [(each.label, each.value, each.points) for each in facts.reasons(rating, rep)] == [
        ("Number of orders in 12 months", "2", 15), ("Orders of 12 months, with tax", "5,650.00", 50),
    ]  # fmt: skip
    assert Rating.objects.get(customer=small).points == 10


def test_a_grade_set_by_hand_stays_and_the_rule_is_told_beside_it(client, rep, house, rule):
    customer = make.customer(rep)
    grading.go_through(actor=house)
    customer.refresh_from_db()
    change_customer(customer=customer, actor=rep, grade="A")

    grading.go_through(actor=house)

    customer.refresh_from_db()
    assert (customer.grade, customer.rating.grade) == ("A", "D")
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    page = client.get(f"/crm/customers/{customer.pk}/").content.decode()
    assert "D by the rating rule: 0 points" in page
    assert "the grade was set by hand" in page


def test_the_margin_counts_but_is_told_only_to_who_may_see_costs(company, rep, manager, admin, house, rule):
    grading.change_policy(actor=admin, terms=[term("margin", 20, 40)])
    product = make.product(company, price=113)  # 100 without tax
    make.stock(product, 10, unit_cost=60)
    customer = make.customer(rep)
    buy(rep, customer, product, 2)
    inventory.ship(Delivery.objects.all(), actor=house)

    grading.go_through(actor=house)

    rating = Rating.objects.get()
    assert (rating.grade, Decimal(rating.terms[0]["value"])) == ("B", 40)
    assert [each.value for each in facts.reasons(rating, manager)] == ["40%"]
    assert facts.reasons(rating, rep) == []
    url = f"/api/v1/crm/customers/customers/{customer.pk}/"
    assert make.client(rep).get(url).json()["rating"]["terms"] == []
    assert len(make.client(admin).get(url).json()["rating"]["terms"]) == 1


def test_without_a_rule_in_force_nobody_is_graded(rep, house):
    make.customer(rep)

    assert grading.go_through_when_due(actor=house) == 0
    assert not Rating.objects.exists()


def test_the_statements_do_not_grow_with_the_customers(rep, house, rule):
    counts = []
    for many in (1, 8):
        rows = [make.customer(rep).pk for _each in range(many)]
        with CaptureQueriesContext(connection) as seen:
            grading.grade_customers(customers=rows, actor=house)
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_a_rule_that_makes_no_sense_is_refused(admin, rule):
    with pytest.raises(ValidationError):
        grading.change_policy(actor=admin, a_from=10, b_from=20)
    with pytest.raises(ValidationError):
        grading.change_policy(actor=admin, terms=[term("luck", 1, 1)])
    with pytest.raises(ValidationError):
        grading.change_policy(actor=admin, terms=[term("orders", 1, 1), term("orders", 1, 2)])


def test_the_rule_is_written_on_its_page_and_customers_are_sorted_by_grade(client, rep, admin, house):
    client.force_login(admin.user, "suite.core.auth.CompanyBackend")
    grid = {"terms-TOTAL_FORMS": 1, "terms-INITIAL_FORMS": 0}
    line = {"terms-0-fact": "orders", "terms-0-at_least": "1", "terms-0-points": "70"}
    edges = {"is_on": "on", "a_from": 60, "b_from": 30, "c_from": 10}

    wrong = client.post("/crm/customers/grading/", {**grid, **line, **edges, "b_from": 90})
    right = client.post("/crm/customers/grading/", {**grid, **line, **edges})
    for grade in "BA":
        make.customer(rep, f"Grade {grade}", grade=grade)
    sorted_page = client.get("/crm/customers/?sort=grade").content.decode()

    assert (wrong.status_code, right.status_code) == (409, 302)
    assert GradePolicy.objects.get().terms.get().points == 70
    assert sorted_page.index("Grade A") < sorted_page.index("Grade B")
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    assert client.get("/crm/customers/grading/").status_code == 403
