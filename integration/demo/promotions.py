"""Promotions of the demo company: one that runs, and one that needs a quantity and begins next month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crm.sales.services.promotions import Scope, Step, create_promotion
from integration.demo.cast import Cast
from suite.core import clock


def promote(cast: Cast) -> None:
    """Write them after everything that was sold: nothing of the story costs another sum."""
    today, goods = clock.today(cast.company), [product for product in cast.products if product.is_stocked]
    create_promotion(
        code="AUTUMN", name="秋季促销", name_en="Autumn sale", valid_from=today, valid_to=today + dt.timedelta(days=30),
        steps=[Step(Decimal(10))], scopes=[Scope(product_id=goods[0].pk)], actor=cast.house,
    )  # fmt: skip
    create_promotion(
        code="BULK", name="组合满量优惠", name_en="Bulk saver", valid_from=today + dt.timedelta(days=30), together=True,
        steps=[Step(Decimal(5), Decimal(50)), Step(Decimal(8), Decimal(200))],
        scopes=[Scope(product_id=product.pk) for product in goods[1:4]], actor=cast.house,
    )  # fmt: skip
