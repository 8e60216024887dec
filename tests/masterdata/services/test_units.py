from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.core.errors import BusinessError
from suite.masterdata.services import units
from tests import make


@pytest.fixture
def screws(company):
    return make.product(
        company,
        "SCREW",
        price="0.113",
        units=[{"unit_id": "box", "numerator": 144}, {"unit_id": "g", "numerator": 1, "denominator": 3}],
    )


def test_a_box_of_a_gross_is_144_pieces(screws):
    assert units.base_quantity(screws, "box", Decimal("2.5")) == Decimal(360)


def test_a_third_is_exact_until_it_is_written_down(screws):
    assert units.base_quantity(screws, "g", Decimal(1)) == Decimal("0.333333")
    assert units.base_quantity(screws, "g", Decimal(3)) == 1


def test_any_number_of_lines_costs_one_statement(screws, company, django_assert_num_queries):
    other = make.product(company)
    lines = [(screws, "box", Decimal(n)) for n in range(1, 40)] + [(other, "pcs", Decimal(7))]

    with django_assert_num_queries(1):
        found = units.base_quantities(lines)

    assert found[0] == 144
    assert found[-1] == 7


def test_base_units_alone_cost_none(screws, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert units.base_quantity(screws, "pcs", Decimal(5)) == 5


def test_a_unit_the_product_does_not_have_is_refused_at_its_line(screws):
    with pytest.raises(BusinessError) as refused:
        units.base_quantities([(screws, "pcs", Decimal(1)), (screws, "t", Decimal(1))])

    assert [(each.line, each.field) for each in refused.value.refusals] == [(1, "unit")]


@given(quantity=st.decimals("-1e9", "1e9", places=6), factor=st.fractions("1/1000", 1000))
def test_a_factor_and_its_inverse_lead_back_within_half_of_the_last_place(quantity, factor):
    there = units.times(quantity, factor)

    assert abs(Fraction(there) - Fraction(quantity) * factor) <= Fraction(1, 2_000_000)
