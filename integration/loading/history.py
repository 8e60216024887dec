"""Reading a folder of customers, products and orders as other programs export them, whatever they call the columns."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

# What a table may be called, and what its columns may be called; compared in lower case without blanks and underscores.
TABLES = {
    "customers": ("customer", "customers", "clients", "accounts"),
    "suppliers": ("supplier", "suppliers", "vendors"),
    "categories": ("category", "categories"),
    "products": ("product", "products", "items"),
    "orders": ("order", "orders", "invoices"),
    "lines": ("orderdetail", "orderdetails", "orderlines", "lines", "sales"),
}
COLUMNS = {
    "id": ("id", "code", "number"),
    "order": ("orderid", "invoiceno", "invoice", "orderno", "ordernumber"),
    "customer": ("customerid", "customer", "customercode", "clientid"),
    "supplier": ("supplierid", "supplier", "vendorid"),
    "category": ("categoryid", "category"),
    "product": ("productid", "stockcode", "sku", "productcode", "itemcode"),
    "name": ("companyname", "productname", "categoryname", "name", "customername", "description"),
    "quantity": ("quantity", "qty"),
    "price": ("unitprice", "price", "salesprice"),
    "discount": ("discount",),
    "date": ("orderdate", "invoicedate", "date"),
    "required": ("requireddate", "requesteddate"),
    "shipped": ("shippeddate", "deliverydate"),
    "contact": ("contactname", "contact"),
    "contact_title": ("contacttitle",),
    "address": ("address", "shipaddress"),
    "city": ("city", "shipcity"),
    "postcode": ("postalcode", "postcode", "zip"),
    "country": ("country", "shipcountry"),
    "phone": ("phone", "telephone"),
    "email": ("email", "mail"),
    "stock": ("unitsinstock", "onhand", "stock"),
    "reorder": ("reorderlevel", "reorderpoint"),
    "specification": ("quantityperunit", "specification"),
    "discontinued": ("discontinued", "archived"),
}


@dataclass(slots=True)
class PartyRow:
    ref: str
    name: str
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
    price: Decimal = Decimal(0)
    category: str = ""
    specification: str = ""
    supplier: str = ""
    stock: Decimal = Decimal(0)
    reorder: Decimal = Decimal(0)
    is_service: bool = False


@dataclass(slots=True)
class LineRow:
    """One sold (or, with a negative quantity, returned) position; `discount` in percent, `row` for the report."""

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
    """A row that cannot be loaded, and why."""

    table: str
    row: int
    key: str
    reason: str


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


class NotUnderstood(ValueError):
    """The folder holds no sales that could be read."""


def read(folder: Path) -> History:
    """Read a folder of CSV files (gzipped or not). Raises NotUnderstood when there are no order lines in it."""
    tables = {table: list(_rows(path)) for table, path in _tables(folder).items()}
    if "lines" not in tables:
        raise NotUnderstood(f"{folder}: no file of order lines; expected one of {', '.join(TABLES['lines'])}.csv")
    history = History(rows=len(tables["lines"]))
    history.customers = {row["id"]: _party(row) for row in tables.get("customers", ())}
    history.suppliers = {row["id"]: _party(row) for row in tables.get("suppliers", ())}
    categories = {row["id"]: row.get("name", "") for row in tables.get("categories", ())}
    history.products = {row["id"]: _product(row, categories) for row in tables.get("products", ())}
    headers = {row["id"]: row for row in tables.get("orders", ())}
    listed: dict[str, frozenset[str]] = {
        name: frozenset(getattr(history, name)) for name in ("customers", "products") if name in tables
    }
    _read_lines(history, tables["lines"], headers, listed)
    return history


def _tables(folder: Path) -> dict[str, Path]:
    found = {}
    for path in sorted(folder.iterdir()):
        name = path.name.lower().removesuffix(".gz").removesuffix(".csv")
        if path.name.lower().endswith((".csv", ".csv.gz")):
            for table, names in TABLES.items():
                if _plain(name) in names:
                    found[table] = path
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file with our column names; the first of several columns that mean the same wins."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        ours: dict[str, str] = {}
        for column in reader.fieldnames or ():
            for name, synonyms in COLUMNS.items():
                if _plain(column) in synonyms:
                    ours.setdefault(name, column)
        for row in reader:
            yield {name: (row[column] or "").strip() for name, column in ours.items()}


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "")


def _party(row: Mapping[str, str]) -> PartyRow:
    return PartyRow(
        ref=row["id"],
        name=row.get("name") or row["id"],
        contact=row.get("contact", ""),
        contact_title=row.get("contact_title", ""),
        address=" ".join(part for part in (row.get("address", ""), row.get("city", "")) if part),
        postcode=row.get("postcode", ""),
        country=row.get("country", ""),
        phone=row.get("phone", ""),
        email=row.get("email", ""),
    )


def _product(row: Mapping[str, str], categories: Mapping[str, str]) -> ProductRow:
    return ProductRow(
        ref=row["id"],
        name=row.get("name") or row["id"],
        price=number(row.get("price")) or Decimal(0),
        category=categories.get(row.get("category", ""), row.get("category", "")),
        specification=row.get("specification", ""),
        supplier=row.get("supplier", ""),
        stock=number(row.get("stock")) or Decimal(0),
        reorder=number(row.get("reorder")) or Decimal(0),
    )


def _read_lines(
    history: History,
    rows: list[dict[str, str]],
    headers: Mapping[str, Mapping[str, str]],
    listed: Mapping[str, frozenset[str]],
) -> None:
    """Gather lines into orders and returns; headers come from the table of orders or from the lines themselves."""
    discounts = [number(row.get("discount")) or Decimal(0) for row in rows]
    per = Decimal(100) if max(discounts, default=Decimal(0)) <= 1 else Decimal(1)
    found: dict[str, OrderRow] = {}
    for index, row in enumerate(rows):
        key = row.get("order") or row.get("id", "")
        header = headers.get(key, row)
        reason = _fault(listed, row, header)
        if reason:
            history.skipped.append(Skipped("lines", index + 2, f"{key} {row.get('product', '')}", reason))
            continue
        quantity, price = number(row["quantity"]), number(row["price"])
        assert quantity is not None
        assert price is not None
        line = LineRow(row["product"], quantity, price, discounts[index] * per, index + 2)
        _learn(history, row, header, line)
        order = found.get(key)
        if order is None:
            order = found[key] = _order(key, header)
            (history.returns if quantity < 0 else history.orders).append(order)
        order.lines.append(line)


def _fault(listed: Mapping[str, frozenset[str]], row: Mapping[str, str], header: Mapping[str, str]) -> str:
    """Why a line cannot be booked, or nothing."""
    if not row.get("product"):
        return "no product"
    if not header.get("customer"):
        return "no customer"
    if "customers" in listed and header["customer"] not in listed["customers"]:
        return f"unknown customer {header['customer']}"
    if "products" in listed and row["product"] not in listed["products"]:
        return f"unknown product {row['product']}"
    quantity, price = number(row.get("quantity")), number(row.get("price"))
    if quantity is None or quantity == 0:
        return f"quantity {row.get('quantity')!r}"
    if price is None or price < 0:
        return f"price {row.get('price')!r}"
    if day(header.get("date")) is None:
        return f"date {header.get('date')!r}"
    return ""


def _learn(history: History, row: Mapping[str, str], header: Mapping[str, str], line: LineRow) -> None:
    """Where there is no table of customers or products, the lines tell of them."""
    customer = header["customer"]
    if customer not in history.customers:
        history.customers[customer] = PartyRow(customer, customer, country=header.get("country", ""))
    product = history.products.get(line.product)
    if product is None:
        # A code without a digit (POST, BANK CHARGES) is a charge, not goods.
        is_service = not any(char.isdigit() for char in line.product)
        history.products[line.product] = ProductRow(
            line.product, row.get("name") or line.product, price=line.price, is_service=is_service
        )
    elif product.name == product.ref and row.get("name"):
        product.name = row["name"]


def _order(key: str, header: Mapping[str, str]) -> OrderRow:
    date = day(header.get("date"))
    assert date is not None
    return OrderRow(
        ref=key,
        customer=header["customer"],
        date=date,
        required=day(header.get("required")),
        shipped=day(header.get("shipped")),
        address=" ".join(
            part for part in (header.get("address", ""), header.get("city", ""), header.get("country", "")) if part
        ),
    )


def number(text: str | None) -> Decimal | None:
    """A number of a file, or None where it is none."""
    try:
        value = Decimal((text or "").replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def day(text: str | None) -> dt.date | None:
    """A day of a file (with or without time), or None."""
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
