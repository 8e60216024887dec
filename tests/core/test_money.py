"""Money: one rounding, parts that add up."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.core.money import line_amounts, part_of, round_money, spread

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
rates = st.sampled_from([D(0), D(1), D(3), D(6), D(9), D(13)])


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("1.004", "1.00")]
)
def test_amounts_round_half_up(value, rounded):
    assert round_money(D(value)) == D(rounded)


def test_a_price_with_tax_is_what_is_owed():
    assert line_amounts(quantity=D(3), unit_price=D("33.33"), discount=D(0), rate=D(13), included=True) == (
        D("88.49"),
        D("11.50"),
        D("99.99"),
    )


def test_parts_follow_the_worked_example():
    net, tax, already_net, already_tax = [], [], D(0), D(0)
    for done in (1, 2, 3):
        net.append(part_of(D("88.49"), done=D(done), ordered=D(3), already=already_net))
        tax.append(part_of(D("11.50"), done=D(done), ordered=D(3), already=already_tax))
        already_net, already_tax = already_net + net[-1], already_tax + tax[-1]

    assert net == [D("29.50"), D("29.49"), D("29.50")]
    assert tax == [D("3.83"), D("3.84"), D("3.83")]


@given(
    quantity=st.decimals(min_value="0.001", max_value=10**6, places=3),
    price=amounts,
    rate=rates,
    included=st.booleans(),
)
def test_net_and_tax_make_the_gross(quantity, price, rate, included):
    net, tax, gross = line_amounts(quantity=quantity, unit_price=price, discount=D(0), rate=rate, included=included)

    assert net + tax == gross
    assert all(part == round_money(part) for part in (net, tax, gross))


@given(total=amounts, weights=st.lists(st.decimals(min_value=0, max_value=1000, places=3), min_size=1, max_size=20))
def test_what_is_spread_adds_up_again(total, weights):
    parts = spread(total, weights)

    assert sum(parts) == (total if sum(weights) else 0)
