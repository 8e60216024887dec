"""A folder of customers, products and orders, understood: what was sold, what came back, and what nobody can book."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from integration.loading.reading import NotUnderstood, Table, first_of, number, read_tables

ZERO = Decimal(0)
WALK_IN = "WALK-IN"  # whom lines without a customer were sold to: somebody who came, paid and went
CREDIT_NUMBER = re.compile(r"(C|CN|CR|CM|RE|RET|RMA|SR|退|红)[-_ ]?\d", re.IGNORECASE)
CREDIT_TYPES = {
    "return",
    "returns",
    "credit",
    "creditnote",
    "creditmemo",
    "refund",
    "cancellation",
    "退货",
    "红字",
    "退款",
}


@dataclass(slots=True)
class PartyRow:
    ref: str
    name: str
    name_en: str = ""
    contact: str = ""
    contact_title: str = ""
    address: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


@dataclass(slots=True)
class ProductRow:
    ref: str
    name: str
    price: Decimal = ZERO
    category: str = ""
    specification: str = ""
    supplier: str = ""
    stock: Decimal = ZERO
    reorder: Decimal = ZERO
    is_service: bool = False
    is_measured: bool = False  # parts of a unit are sold, or on hand


@dataclass(slots=True)
class LineRow:
    """One position that was sold or came back: positive quantity, `discount` in percent, `row` for the report."""

    product: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    row: int

    @property
    def exact_net(self) -> Decimal:
        return self.quantity * self.price * (100 - self.discount) / 100


@dataclass(slots=True)
class OrderRow:
    ref: str
    customer: str
    date: dt.date
    required: dt.date | None = None
    shipped: dt.date | None = None
    address: str = ""
    lines: list[LineRow] = field(default_factory=list)


@dataclass(slots=True)
class Skipped:
    """A row that cannot be loaded, why, and what it is worth (below zero for what came back)."""

    row: int
    key: str
    reason: str
    net: Decimal = ZERO
    detail: str = ""


@dataclass(slots=True)
class History:
    """A folder, read: `orders` sell, `returns` take back; what could not be understood stands in `skipped`."""

    customers: dict[str, PartyRow] = field(default_factory=dict)
    suppliers: dict[str, PartyRow] = field(default_factory=dict)
    products: dict[str, ProductRow] = field(default_factory=dict)
    orders: list[OrderRow] = field(default_factory=list)
    returns: list[OrderRow] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    rows: int = 0
    exact_net: Decimal = ZERO  # of all rows, as they are written


def read(folder: Path) -> History:
    """Read a folder of CSV files (gzipped or not).

    Raises NotUnderstood naming the file and the column where order lines, or what they need, are missing.
    """
    tables = read_tables(folder)
    return _Reader(tables).history


class _Reader:
    """Gathers lines into orders and returns; headers come from the table of orders or from the lines themselves."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables, self.lines = tables, tables["lines"]
        self.heads = tables.get("orders", self.lines)
        self._demand_columns()
        self.history = History(rows=len(self.lines.rows))
        self._read_masters()
        self.headers = {first_of(row, ("order", "id")): row for row in self._rows("orders")}
        self.listed = {name: frozenset(getattr(self.history, name)) for name in ("customers", "products")}
        self.discounts = self._discounts()
        self.credit_numbers = self._marks_credits()
        self.found: dict[tuple[str, bool], OrderRow] = {}
        for index, row in enumerate(self.lines.rows):
            self._read_line(index, row)

    def _demand_columns(self) -> None:
        self.lines.demand("order", "id") if "orders" not in self.tables else self.lines.demand("order")
        self.lines.demand("product", "product_name")
        if "price" not in self.tables.get("products", self.lines).columns:
            self.lines.demand("price", "amount")
        self.heads.demand("date")
        self.heads.demand("customer", "customer_name")
        for name, own in (("customers", "customer"), ("products", "product")):
            if name in self.tables:
                self.tables[name].demand(own, "id", f"{own}_name")

    def _read_masters(self) -> None:
        history = self.history
        for name in ("customers", "suppliers"):
            parties: dict[str, PartyRow] = getattr(history, name)
            for row in self._rows(name):
                party = _party(row, name.removesuffix("s"))
                parties[party.ref] = party
        categories = {first_of(row, ("category", "id")): row.get("name", "") for row in self._rows("categories")}
        for row in self._rows("products"):
            product = _product(row, categories)
            history.products[product.ref] = product

    def _rows(self, name: str) -> list[dict[str, str]]:
        return self.tables[name].rows if name in self.tables else []

    def _discounts(self) -> list[Decimal]:
        """The discount of each line in percent; what a line comes to in the end has it in already."""
        if "price" not in self.lines.columns and "amount" in self.lines.columns:
            return [ZERO] * len(self.lines.rows)
        discounts = [number(row.get("discount")) or ZERO for row in self.lines.rows]
        per = 100 if max(discounts, default=ZERO) <= 1 else 1
        return [discount * per for discount in discounts]

    def _quantity(self, row: Mapping[str, str]) -> Decimal | None:
        """How many; one where lines are not counted."""
        return number(row.get("quantity")) if "quantity" in self.lines.columns else Decimal(1)

    def _marks_credits(self) -> bool:
        """Whether some numbers are marked as credit notes; where all are, it is just how orders are named."""
        marked = {bool(CREDIT_NUMBER.match(first_of(row, ("order", "id")))) for row in self.lines.rows}
        return marked == {True, False}

    def _read_line(self, index: int, row: Mapping[str, str]) -> None:
        key = first_of(row, ("order", "id"))
        header = self.headers.get(key, row)
        code = first_of(row, ("product", "product_name"))
        quantity = self._quantity(row)
        price = self._price(row, code, quantity)
        if quantity and quantity > 0 and self._is_credit(key, row, header):
            quantity = -quantity
        line = LineRow(code, abs(quantity or ZERO), price or ZERO, self.discounts[index], self.lines.numbers[index])
        net = -line.exact_net if quantity and quantity < 0 else line.exact_net
        self.history.exact_net += net
        customer = first_of(header, ("customer", "customer_name")) or WALK_IN
        date = self.heads.day(header.get("date"))
        reason, detail = self._fault(row, header, code, customer, quantity, price, date)
        if reason or date is None or quantity is None:
            self.history.skipped.append(Skipped(line.row, f"{key} {code}", reason, net, detail))
            return
        self._learn(row, header, customer, line)
        order = self.found.get((key, quantity < 0))
        if order is None:
            order = self.found[key, quantity < 0] = self._order(key, customer, date, header)
            (self.history.returns if quantity < 0 else self.history.orders).append(order)
        order.lines.append(line)

    def _price(self, row: Mapping[str, str], code: str, quantity: Decimal | None) -> Decimal | None:
        """The price of the line; else from its amount, else from the list of products."""
        price = number(row.get("price"))
        if price is not None:
            return price
        amount = number(row.get("amount"))
        if amount is not None and quantity:
            return abs(amount / quantity).quantize(Decimal("0.000001"))
        product = self.history.products.get(code)
        return product.price if product and "price" not in self.lines.columns else None

    def _is_credit(self, key: str, row: Mapping[str, str], header: Mapping[str, str]) -> bool:
        kind = (header.get("type") or row.get("type") or "").lower().replace(" ", "").replace("_", "")
        return kind in CREDIT_TYPES or (self.credit_numbers and bool(CREDIT_NUMBER.match(key)))

    def _fault(
        self,
        row: Mapping[str, str],
        header: Mapping[str, str],
        code: str,
        customer: str,
        quantity: Decimal | None,
        price: Decimal | None,
        date: dt.date | None,
    ) -> tuple[str, str]:
        """Why a line cannot be booked and what it says there, or nothing."""
        if not first_of(row, ("order", "id")):
            return "no order number", ""
        if self.headers and header is row:
            return "its order is not among the orders", ""
        if not code:
            return "no product", ""
        if "customers" in self.tables and customer not in self.listed["customers"] and customer != WALK_IN:
            return "unknown customer", customer
        if "products" in self.tables and code not in self.listed["products"]:
            return "unknown product", code
        if quantity is None:
            return "the quantity is no number", row.get("quantity", "")
        if quantity == 0:
            return "the quantity is zero", ""
        if date is None:
            return "the date is none", header.get("date", "")
        if price is None:
            return "the price is no number", row.get("price", "")
        if price < 0:
            return "the price is below zero", row.get("price", "")
        if price == 0:
            return ("a stock correction: quantity below zero, no price" if quantity < 0 else "no price"), ""
        return "", ""

    def _learn(self, row: Mapping[str, str], header: Mapping[str, str], customer: str, line: LineRow) -> None:
        """Where there is no table of customers or products, the lines tell of them."""
        history = self.history
        if customer == WALK_IN:
            history.customers.setdefault(WALK_IN, PartyRow(WALK_IN, "散客", "Walk-in customer"))
        elif customer not in history.customers:
            name = header.get("customer_name") or customer
            history.customers[customer] = PartyRow(customer, name, country=header.get("country", ""))
        product = history.products.get(line.product)
        name = row.get("product_name") or row.get("name") or ""
        if product is None:
            # A code without a digit (POST, BANK CHARGES) is a charge, not goods; a name is no code.
            is_service = "product" in row and not any(char.isdigit() for char in line.product)
            history.products[line.product] = ProductRow(
                line.product, name or line.product, price=line.price, is_service=is_service
            )
        elif product.name == product.ref and name:
            product.name = name
        history.products[line.product].is_measured |= line.quantity % 1 != 0

    def _order(self, key: str, customer: str, date: dt.date, header: Mapping[str, str]) -> OrderRow:
        return OrderRow(
            ref=key,
            customer=customer,
            date=date,
            required=self.heads.day(header.get("required")),
            shipped=self.heads.day(header.get("shipped")),
            address=" ".join(
                part for part in (header.get("address", ""), header.get("city", ""), header.get("country", "")) if part
            ),
        )


def _party(row: Mapping[str, str], kind: str) -> PartyRow:
    ref = first_of(row, (kind, "id", "customer_name", "name"))
    person = " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)
    return PartyRow(
        ref=ref,
        name=first_of(row, ("customer_name", "name")) or person or ref,
        contact=row.get("contact", ""),
        contact_title=row.get("contact_title", ""),
        address=" ".join(part for part in (row.get("address", ""), row.get("city", "")) if part),
        postcode=row.get("postcode", ""),
        country=row.get("country", ""),
        phone=row.get("phone", ""),
        email=row.get("email", ""),
    )


def _product(row: Mapping[str, str], categories: Mapping[str, str]) -> ProductRow:
    ref = first_of(row, ("product", "id", "product_name", "name"))
    stock = number(row.get("stock")) or ZERO
    return ProductRow(
        ref=ref,
        name=first_of(row, ("product_name", "name")) or ref,
        price=number(row.get("price")) or ZERO,
        category=categories.get(row.get("category", ""), row.get("category", "")),
        specification=row.get("specification", ""),
        supplier=row.get("supplier", ""),
        stock=stock,
        reorder=number(row.get("reorder")) or ZERO,
        is_measured=stock % 1 != 0,
    )


__all__ = ["WALK_IN", "History", "LineRow", "NotUnderstood", "OrderRow", "PartyRow", "ProductRow", "Skipped", "read"]
