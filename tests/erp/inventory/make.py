"""A company with goods, and orders that ask for them."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

from erp.finance import services as finance
from erp.finance.models import Period
from erp.inputs import DemandLine, DemandOrder, DemandSet, Source
from erp.inventory import services
from erp.inventory.models import Delivery, GoodsReceipt, StockBalance, StockValue
from erp.inventory.services import Difference, ReceiptInput, ReceiptLine
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import acting
from suite.masterdata.models import Party, Product, Tax, Unit
from tests import make

ORDER = "crm_sales.order"
_ids = itertools.count(1)


class Shop:
    """Acme, its house actor, its customer and its main warehouse."""

    def __init__(self, code: str = "acme") -> None:
        self.company = make.company(code)
        self.actor = Actor.system(self.company)
        self.warehouse_id = services.default_warehouse_id(self.company.pk)
        self.customer = Party.objects.create(company=self.company, name="客户")
        self.supplier = Party.objects.create(company=self.company, name="供应商")
        self.unit, _made = Unit.objects.get_or_create(code="pcs", defaults={"name": "件"})
        self.tax, _made = Tax.objects.get_or_create(
            company=self.company, code="VAT13", defaults={"name": "13%", "rate": 13}
        )

    def product(self, code: str, *, stock: int = 0, cost: str = "10", **fields: object) -> Product:
        """A product, with opening stock when there is any."""
        product = Product.objects.create(
            company=self.company, code=code, name=code, unit=self.unit, tax=self.tax, **fields
        )
        if stock:
            self.open_stock((product, stock, cost))
        return product

    def open_stock(self, *lines: tuple[Product, int | str, str]) -> None:
        services.opening_stock(
            [Difference(product.pk, Decimal(quantity), Decimal(cost)) for product, quantity, cost in lines],
            warehouse_id=self.warehouse_id,
            actor=self.actor,
        )

    def order(
        self,
        *lines: tuple[Product, int | str],
        refuse: bool = False,
        promised: dt.date | None = None,
        owner: int | None = None,
    ) -> DemandOrder:
        """An order as the corridor would hand it over: 1,000 net and 13 % VAT a piece."""
        order_id = next(_ids)
        return DemandOrder(
            source=Source(ORDER, order_id, f"SO{order_id:06}"),
            party_id=self.customer.pk,
            owner_id=owner,
            team_id=None,
            date=clock.today(self.company),
            promised_date=promised,
            lines=[
                DemandLine(
                    line_id=next(_ids),
                    position=position,
                    product_id=product.pk,
                    is_stocked=product.is_stocked,
                    refuse_when_short=refuse,
                    quantity=Decimal(quantity),
                    net=1000 * Decimal(quantity),
                    tax=130 * Decimal(quantity),
                )
                for position, (product, quantity) in enumerate(lines)
            ],
        )

    def confirm(self, *orders: DemandOrder) -> list[Delivery]:
        """What the corridor has the back wing do for confirmed orders; returns their deliveries."""
        demanded = DemandSet(orders)
        with acting(self.actor):
            finance.open_orders(demanded, actor=self.actor)
            deliveries = services.open_deliveries(demanded, actor=self.actor)
            services.reserve(demanded, actor=self.actor)
        return deliveries

    def sell(self, *lines: tuple[Product, int | str]) -> Delivery:
        """Confirm an order and ship all of it."""
        [delivery] = self.confirm(self.order(*lines))
        [shipped] = services.ship([delivery], actor=self.actor)
        return shipped

    def buy(self, *lines: tuple[Product, int | str, str], received_on: dt.date | None = None) -> GoodsReceipt:
        """Receive goods from the supplier: product, quantity, cost a piece."""
        receipt = ReceiptInput(
            warehouse_id=self.warehouse_id,
            party_id=self.supplier.pk,
            lines=[
                ReceiptLine(product.pk, Decimal(quantity), Decimal(quantity) * Decimal(cost))
                for product, quantity, cost in lines
            ],
        )
        return services.receive([receipt], actor=self.actor, received_on=received_on)[0]

    def company_period(self, day: dt.date) -> Period:
        return Period.objects.get(company=self.company, starts__lte=day, ends__gte=day)

    def reserve(self, *orders: DemandOrder) -> services.Reserved:
        return services.reserve(DemandSet(orders), actor=self.actor)

    def balance(self, product: Product) -> tuple[Decimal, Decimal]:
        """On hand and reserved."""
        row = StockBalance.objects.get(product=product, warehouse_id=self.warehouse_id)
        return row.on_hand, row.reserved

    def worth(self, product: Product) -> tuple[Decimal, Decimal]:
        """Quantity and value."""
        row = StockValue.objects.get(product=product)
        return row.quantity, row.value
