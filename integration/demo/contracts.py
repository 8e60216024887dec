"""Contracts of the demo company: one on its way, some in force, of which a payment is late and one ends soon."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from crm.sales.models import ContractTemplate, Milestone
from crm.sales.services import executing
from crm.sales.services.contracts import ContractDraft, create_contracts
from crm.sales.services.plans import MilestoneInput
from crm.sales.services.pricing import LineInput
from integration.demo.cast import Cast
from suite.core import clock

# Name, first day and length in days from today, first payment in percent with its day from today, whether in force.
AGREED = (
    ("年度框架供货合同", -300, 345, 30, -280, True),
    ("产线设备采购合同", -60, 365, 40, -2, True),
    ("备件供应合同", -20, 400, 50, 15, True),
    ("二期扩建供货合同", 5, 365, 30, 20, False),
)


def agree(cast: Cast, rng: random.Random) -> None:
    """Write them and put most of them into force, by a few statements."""
    today = clock.today(cast.company)
    template = ContractTemplate.objects.of(cast.company.pk).order_by("pk")[0]
    stocked = [product for product in cast.products if product.is_stocked]
    drafts = []
    for number, (name, first, length, share, due, _in_force) in enumerate(AGREED):
        rep = cast.reps[number % len(cast.reps)]
        begins = today + dt.timedelta(days=first)
        drafts.append(
            ContractDraft(
                party_id=rng.choice(cast.customers[rep.user_id or 0]).pk,
                name=name,
                template_id=template.pk,
                owner_id=rep.user_id,
                date=min(begins, today),
                starts_on=begins,
                ends_on=begins + dt.timedelta(days=length),
                signed_on=begins if first < 0 else None,
                lines=[
                    LineInput(product_id=product.pk, quantity=Decimal(rng.choice((10, 20, 40))))
                    for product in rng.sample(stocked, 2)
                ],
                plan=[
                    MilestoneInput(name="预付款", share=Decimal(share), due_on=today + dt.timedelta(days=due)),
                    MilestoneInput(name="图纸确认", due_on=today + dt.timedelta(days=due + 10)),
                    MilestoneInput(name="尾款", share=Decimal(100 - share), event=Milestone.Event.DELIVERED, days=30),
                ],
            )
        )
    made = create_contracts(drafts, actor=cast.house)
    signed = [row.pk for row, (*_rest, in_force) in zip(made, AGREED, strict=True) if in_force]
    executing.submit_contracts(contract_ids=signed, actor=cast.house)
