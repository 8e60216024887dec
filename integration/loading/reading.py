"""Reading tables as other programs export them, whatever they call their files and columns, in English or Chinese."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import gzip
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

# What a file may be called, and what its columns may be called; compared in lower case, without blanks and signs.
TABLES = {
    "lines": "lines orderlines orderline orderdetail orderdetails orderitem orderitems salesorderlines"
    " saleslines invoicelines invoiceitems salesorderdetail salesorderdetails orderproducts items sales"
    " transactions onlineretail 订单明细 销售明细 订单行 明细 销售",
    "orders": "order orders salesorders salesorderheader orderheader orderheaders invoice invoices 订单 销售订单"
    " 订单头",
    "customers": "customer customers client clients account accounts 客户 客户资料 客户档案",
    "suppliers": "supplier suppliers vendor vendors 供应商",
    "categories": "category categories productcategories 类别 分类 商品分类",
    "products": "product products goods stockitems articles tracks 商品 产品 物料 存货 货品",
}
COLUMNS = {
    "id": "id code number no key 编号 编码 代码",
    "order": "orderid order invoiceno invoice orderno ordernumber invoicenumber invoiceid documentno docno"
    " transactionid salesorder salesordernumber salesorderid salesorderno salesid saleid billno billid receiptno"
    " receiptid receipt 订单编号 订单号 单号 单据编号 发票号 发票号码 订单",
    "customer": "customerid customerkey custid custno customer customercode customerno customernumber clientid"
    " client clientcode buyer buyerid account accountid masterid memberid userid 客户编号 客户编码 客户代码"
    " 客户号 客户 购货单位 买方",
    "customer_name": "customername customerfullname companyname clientname company accountname 客户名称 公司名称"
    " 客户全称",
    "supplier": "supplierid supplier vendorid vendor 供应商编号 供应商编码 供应商",
    "category": "categoryid category productcategory 类别 类别编号 分类 商品分类",
    "product": "productid product stockcode sku productcode productno itemcode itemid itemno item partno"
    " articleno article articleid materialid materialno stockitemid productkey trackid 商品编号 商品编码"
    " 产品编号 产品编码 物料编码 存货编码 货号 商品 产品",
    "product_name": "productname description itemname itemdescription productdescription productline 品名"
    " 商品名称 产品名称 物料名称 存货名称 货品名称",
    "name": "name title categoryname 名称",
    "quantity": "quantity qty units quantityordered orderqty orderquantity 数量 销售数量 订购数量 订货数量",
    "price": "unitprice price salesprice saleprice listprice priceeach sellingprice priceperunit unitpriceamount"
    " 单价 价格 售价 销售单价 销售价",
    "amount": "amount linetotal lineamount netamount totalprice extendedprice salesamount netsales revenue sales"
    " total subtotal 金额 销售额 行金额 销售金额 小计",
    "discount": "discount discountpercent discountrate discountpct discountpercentage unitpricediscount 折扣 折扣率",
    "type": "type documenttype doctype transactiontype 类型 单据类型",
    "date": "orderdate invoicedate date transactiondate saledate salesdate documentdate orderpurchasetimestamp"
    " purchasedate orderdatetime orderedat ordertime datetime timestamp 日期 订单日期 下单日期 销售日期 单据日期"
    " 开票日期",
    "required": "requireddate requesteddate duedate 要求日期 需求日期 交货日期 要求交货日期",
    "shipped": "shippeddate shipdate shippingdate deliverydate 发货日期 出库日期",
    "first_name": "firstname givenname 名字",
    "last_name": "lastname surname familyname 姓氏",
    "contact": "contactname contact 联系人",
    "contact_title": "contacttitle 职务",
    "address": "address street shipaddress shippingaddress 地址 收货地址 详细地址",
    "city": "city shipcity 城市",
    "postcode": "postalcode postcode zip zipcode 邮编",
    "country": "country shipcountry 国家 国家地区",
    "phone": "phone telephone mobile tel 电话 手机 联系电话",
    "email": "email mail 邮箱 电子邮箱",
    "stock": "unitsinstock onhand stock stockquantity 库存 库存数量 现存量",
    "reorder": "reorderlevel reorderpoint 再订货点 安全库存",
    "specification": "quantityperunit specification 规格 规格型号",
}
FILES = {name: table for table, names in TABLES.items() for name in names.split()}
MEANINGS = {synonym: name for name, synonyms in COLUMNS.items() for synonym in synonyms.split()}
CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")


class NotUnderstood(ValueError):
    """A folder or file that cannot be read as sales, with what is missing."""


@dataclass
class Table:
    """The rows of the files of one kind, by our column names; a row knows its number within its file."""

    paths: list[Path] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    rows: list[dict[str, str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    day_first: bool = False

    def add(self, file: Table) -> None:
        self.paths += file.paths
        self.columns |= file.columns
        self.rows += file.rows
        self.numbers += file.numbers

    def demand(self, *choices: str) -> None:
        """Raise NotUnderstood unless one of these columns is there."""
        if not self.columns.intersection(choices):
            known = ", ".join(synonym for name in choices for synonym in COLUMNS[name].split())
            files = ", ".join(path.name for path in self.paths)
            raise NotUnderstood(f"{files}: no column for the {choices[0].replace('_', ' ')}; known names: {known}")

    def day(self, text: str | None) -> dt.date | None:
        """A day as this table writes it, with or without time, or None."""
        return day(text or "", day_first=self.day_first)


def read_tables(folder: Path) -> dict[str, Table]:
    """All tables of a folder by what they hold: by the name of the file, else by its columns.

    A file of orders that names products is one of lines. Several files of a kind are read as one.
    """
    tables: dict[str, Table] = {}
    paths = [path for path in sorted(folder.iterdir()) if path.name.lower().endswith((".csv", ".csv.gz"))]
    files = [_read(path) for path in paths]
    kinds = [_by_name(file) for file in files]
    for file, kind in zip(files, kinds, strict=True):
        guessed = _by_columns(file.columns)
        if kind or guessed not in kinds:
            tables.setdefault(kind or guessed, Table()).add(file)
    tables.pop("", None)
    for table in tables.values():
        dates = [row.get(name, "") for row in table.rows for name in ("date", "required", "shipped") if name in row]
        table.day_first = writes_day_first(dates)
    if "lines" not in tables:
        seen = ", ".join(path.name for path in paths) or "no .csv or .csv.gz file at all"
        raise NotUnderstood(
            f"{folder}: no file of order lines, that is with columns for product and quantity or price"
            f" (there is {seen})"
        )
    return tables


def _read(path: Path) -> Table:
    """One file; of several columns that mean the same the first wins."""
    text = decoded(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes(), path)
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t|", key=head.count))
    ours: dict[str, int] = {}
    for place, column in enumerate(next(reader, [])):
        meaning = MEANINGS.get(plain(column))
        if meaning:
            ours.setdefault(meaning, place)
    table = Table([path], set(ours))
    for row in reader:
        if any(row):
            table.rows.append({name: row[place].strip() for name, place in ours.items() if place < len(row)})
            table.numbers.append(reader.line_num)
    return table


def _by_name(file: Table) -> str:
    """What a file holds, by its name; sales are known by their columns."""
    name = file.paths[0].name.lower().removesuffix(".gz").removesuffix(".csv")
    words = [plain(name), *reversed([plain(word) for word in re.split(r"[\W_]+", name)])]
    said = next((word for word in words if word in FILES), "")
    named = FILES.get(said, "")
    if named in ("lines", "orders") and _has_lines(file.columns):
        return "lines"
    if named == "orders" and said != words[0] and not _has_orders(file.columns):
        return ""  # the payments of orders, say
    return "" if named == "lines" else named


def _by_columns(columns: set[str]) -> str:
    """What a file holds whose name says nothing; empty when nobody can say."""
    if _has_lines(columns):
        return "lines"
    if _has_orders(columns):
        return "orders"
    if columns & {"product", "product_name"} or ("name" in columns and "price" in columns):
        return "products"
    return "customers" if columns & {"customer", "customer_name"} else ""


def _has_lines(columns: set[str]) -> bool:
    """Products with quantities, or one of each where an order gives them a price."""
    counted = "quantity" in columns or ("order" in columns and bool(columns & {"price", "amount"}))
    return counted and bool(columns & {"product", "product_name"})


def _has_orders(columns: set[str]) -> bool:
    return bool(columns & {"order", "id"} and "date" in columns and columns & {"customer", "customer_name"})


def decoded(data: bytes, path: Path) -> str:
    """Text in UTF-8, as Chinese Excel writes it (GB 18030), or as Western Windows does."""
    for encoding in ("utf-8-sig", "gb18030", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Single accented letters are Chinese characters to GB 18030, but hardly ever two in a row.
        if encoding != "gb18030" or CHINESE.search(text):
            return text
    raise NotUnderstood(f"{path.name}: neither UTF-8 nor GB 18030 text")


def plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


NOT_A_NUMBER = re.compile(r"[\s¥￥$€£%]|元")


def number(text: str | None) -> Decimal | None:
    """A number of a file: 1,234.50, 1.234,50, ¥12, (5) or 5- for minus five; None where it is none."""
    cleaned = NOT_A_NUMBER.sub("", text or "")
    if cleaned[:1] == "(" and cleaned[-1:] == ")":
        cleaned = f"-{cleaned[1:-1]}"
    if cleaned[-1:] == "-":
        cleaned = f"-{cleaned[:-1]}"
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d{1,2}|-?\d+,\d{1,2}", cleaned):
        cleaned = cleaned.replace(".", "").replace(",", ".")
    try:
        value = Decimal(cleaned.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
NAMED = re.compile(r"(\d{1,2})[-\s.]*([A-Za-z]{3})[a-z]*[-\s.,]*(\d{4}|\d{2})(?!\d)")
NAMED_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})")
SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?$")
MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_abbr) if name}
EXCEL_BEGINS = dt.date(1899, 12, 30)


def writes_day_first(texts: Iterable[str]) -> bool:
    """Whether 9/12/2011 is meant as 9 December; where nothing tells, with dots it is, with slashes it is not."""
    dotted = False
    for text in texts:
        found = YEAR_LAST.match(text)
        if found:
            if int(found[1]) > 12:
                return True
            if int(found[3]) > 12:
                return False
            dotted = dotted or found[2] == "."
    return dotted


@lru_cache(maxsize=50_000)
def day(text: str, *, day_first: bool = False) -> dt.date | None:
    """A day in one of the usual forms (ISO, 2012年7月4日, 20120704, 7/4/2012, 4-Jul-12, a day of Excel), or None."""
    parts = _parts(text.strip(), day_first)
    try:
        return dt.date(*parts) if parts else None
    except ValueError:
        return None


def _parts(text: str, day_first: bool) -> tuple[int, int, int] | None:
    if found := YEAR_FIRST.match(text) or COMPACT.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := YEAR_LAST.match(text):
        first, second = int(found[1]), int(found[3])
        return _year(found[4]), *((second, first) if day_first else (first, second))  # type: ignore[return-value]
    if found := NAMED.match(text):
        return _year(found[3]), MONTHS.get(found[2].lower(), 0), int(found[1])
    if found := NAMED_FIRST.match(text):
        return _year(found[3]), MONTHS.get(found[1].lower(), 0), int(found[2])
    if SERIAL.match(text):
        date = EXCEL_BEGINS + dt.timedelta(days=int(float(text)))
        return date.year, date.month, date.day
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def first_of(row: Mapping[str, str], names: Sequence[str]) -> str:
    """The first of these columns that says something."""
    return next((row[name] for name in names if row.get(name)), "")
