from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from suite.core.errors import BusinessError
from suite.masterdata.models import Unit
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
    assert units.base_quantity(screws, "box", Decimal(3)) == Decimal(432)


def test_a_third_is_exact_until_it_is_written_down(company):
    rope = make.product(company, "ROPE", unit_id="m", units=[{"unit_id": "pcs", "numerator": 1, "denominator": 3}])

    assert units.base_quantity(rope, "pcs", Decimal(1)) == Decimal("0.333333")
    assert units.base_quantity(rope, "pcs", Decimal(3)) == 1


@pytest.mark.parametrize(
    ("unit", "quantity", "said"),
    [
        ("pcs", "0.5", "SCREW Product SCREW comes in whole units (piece), not in 0.5"),
        ("box", "2.5", "SCREW Product SCREW comes in whole units (box), not in 2.5"),
        ("g", "1.0001", "SCREW Product SCREW: 1.0001 has more than the 3 decimal places of the unit gram"),
        ("g", "1", "SCREW Product SCREW comes in whole units (piece), not in 0.333333"),
    ],
)
def test_a_quantity_that_its_unit_cannot_say_is_refused_at_the_line(screws, unit, quantity, said):
    with pytest.raises(BusinessError) as refused:
        units.base_quantities([(screws, "pcs", Decimal(1)), (screws, unit, Decimal(quantity))])

    [refusal] = refused.value.refusals
    assert (refusal.code, refusal.line, refusal.field, str(refusal)) == ("unit_places", 1, "quantity", said)


def test_the_refusal_is_said_in_the_language_of_the_reader(screws):
    with translation.override("zh-hans"):
        assert str(units.misfit(screws, Decimal("0.5"))) == "SCREW Product SCREW 以“个”计数，数量须为整数，不能是 0.5"


def test_the_rest_of_what_came_out_of_a_conversion_goes_as_it_came(company):
    rope = make.product(company, "ROPE", unit_id="m")
    third = Decimal("0.333333")

    assert units.misfit(rope, third)
    assert units.misfit(rope, third, rest=third) is None
    assert units.misfit(rope, Decimal("0.1"), rest=third) is None


def test_a_unit_that_was_added_since_is_known(screws):
    units.misfit(screws, Decimal(1))
    Unit.objects.create(code="tube", name="管", digits=1)

    assert units.misfit(screws, Decimal("0.5"), unit="tube") is None


def test_any_number_of_lines_costs_one_statement(screws, company, django_assert_num_queries):
    units.misfit(screws, Decimal(1))  # the process has its copy of the units
    other = make.product(company)
    lines = [(screws, "box", Decimal(n)) for n in range(1, 40)] + [(other, "pcs", Decimal(7))]

    with django_assert_num_queries(1):
        found = units.base_quantities(lines)

    assert found[0] == 144
    assert found[-1] == 7


def test_base_units_alone_cost_none(screws, django_assert_num_queries):
    units.misfit(screws, Decimal(1))
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
