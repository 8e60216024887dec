"""What inventory tells the rest of the house when it starts, and answers it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from erp.inventory import checks, flows, papers, queries, tiles
from erp.inventory.models import Delivery, GoodsReceipt, StockAdjustment, StockTransfer, Warehouse
from erp.inventory.services import importing
from erp.inventory.services.warehouses import found_default
from suite.core import modules
from suite.core.access import Actor
from suite.core.companies import on_founding
from suite.desk import choices, documents, events, imports, navigation, own, records, workbench
from suite.desk import papers as printing
from suite.desk.imports import Field
from suite.masterdata import ports

CLERKS = {"warehouse", "administrator"}


def connect() -> None:
    """Called once, from apps.py."""
    modules.register(
        "erp_inventory", _("Stock"), order=40,
        purpose=_("Warehouses, deliveries, goods receipts, counts, the value of stock"),
        without=_("No goods come or go. Selling and purchasing go with it: an order becomes revenue by its delivery."),
    )  # fmt: skip
    on_founding(found_default, order=30)
    checks.register()
    ports.moved = queries.moved

    documents.register(Delivery, _("Delivery"), "inventory:delivery", icon="truck-delivery", order=60, sides=side_of)
    documents.register(
        GoodsReceipt, _("Goods receipt"), "inventory:receipt", icon="package-import", order=50, sides=side_of
    )
    printing.register(Delivery, papers.deliveries)
    printing.register(GoodsReceipt, papers.receipts)
    printing.register(StockAdjustment, papers.adjustments)
    printing.register(StockTransfer, papers.transfers)
    own.register(Delivery, list_url="admin:erp_inventory_delivery_changelist", change="erp_inventory.ship_delivery")
    receipts = "admin:erp_inventory_goodsreceipt_changelist"
    own.register(GoodsReceipt, list_url=receipts, change="erp_inventory.add_goodsreceipt")
    adjustment = "admin:erp_inventory_stockadjustment_change"
    documents.register(StockAdjustment, _("Stock adjustment"), adjustment, icon="adjustments")
    adjustments = "admin:erp_inventory_stockadjustment_changelist"
    own.register(StockTransfer, list_url="admin:erp_inventory_stocktransfer_changelist")
    own.register(StockAdjustment, list_url=adjustments, change="erp_inventory.add_stockadjustment")
    documents.register(
        StockTransfer, _("Stock transfer"), "inventory:transfer", icon="arrows-exchange", status=way_of, order=55
    )
    events.register("erp.inventory.transfer", _("Stock transfer"), "shipped", "received")
    events.register("erp.inventory.delivery", _("Delivery"), "shipped")
    events.register("erp.inventory.goods", _("Goods"), "received", "returned", "reversed")
    events.register("erp.inventory.adjustment", _("Stock adjustment"), "posted", "reversed")
    events.register("erp.inventory.stock", _("Stock"), "low", "back")
    flows.connect()
    choices.register(
        "warehouse",
        Warehouse,
        rows=live,
        fields=("code", "name", "name_en"),
        exact=("code", "name", "name_en"),
        order="code",
    )
    stock = "inventory:product_stock", "erp_inventory.view_stockbalance"
    records.register_tab("masterdata.product", "stock", _("Stock on hand"), *stock, order=10)
    _imports()
    _import_transfers()
    _menu()
    _workbench()
    tiles.connect()


def side_of(paper: Delivery | GoodsReceipt) -> tuple[str | Promise, int]:
    """Name and place of a paper in a chain: what goes back follows what came, or what was delivered."""
    if isinstance(paper, Delivery):
        goes_back = paper.kind_of == Delivery.Kind.SUPPLIER_RETURN
        return (_("Return to supplier"), 51) if goes_back else (_("Delivery"), 60)
    if paper.kind_of == GoodsReceipt.Kind.CUSTOMER_RETURN:
        return _("Customer return"), 62
    return _("Goods receipt"), 50


def way_of(transfer: StockTransfer) -> tuple[str, str]:
    """State and colour: what is on the way is not done yet."""
    colours = documents.COLOURS | {StockTransfer.Status.SHIPPED: "info"}
    return str(transfer.get_status_display()), colours[transfer.status]


def live(actor: Actor) -> QuerySet[Warehouse]:
    return Warehouse.objects.visible_to(actor).usable()


def _imports() -> None:
    product = ("商品", "商品编码", "物料编码", _("Code"), "SKU")
    quantity, cost = ("数量", "期初数量", _("On hand")), ("单位成本", "成本单价", "单价", "Cost")
    imports.register(
        "opening_stock",
        _("Opening stock"),
        permission="erp_inventory.add_stockadjustment",
        fields=[
            Field("product", _("Product"), "ref", ref="product", required=True, aliases=product, example="P-100"),
            Field("warehouse", _("Warehouse"), "ref", ref="warehouse", aliases=("仓库", "仓库编码"), example="MAIN"),
            Field("quantity", _("Quantity"), "number", required=True, aliases=quantity, example="12"),
            Field("unit_cost", _("Unit cost"), "number", aliases=cost, example="8.5"),
        ],
        left_out=(
            _("Specification"),
            _("Category"),
            _("Reserved"),
            _("Free"),
            _("Unit"),
            _("Value"),
            _("Changed"),
        ),
        save=importing.import_opening_stock,
        undo=importing.undo_import,
        url_name="admin:erp_inventory_stockbalance_changelist",
    )
    imports.register(
        "stock-rules",
        _("Stock rules"),
        permission="erp_inventory.add_stockrule",
        fields=[
            Field("product", _("Product"), "ref", ref="product", required=True, aliases=product, example="P-100"),
            Field("warehouse", _("Warehouse"), "ref", ref="warehouse", aliases=("仓库", "仓库编码"), example="MAIN"),
            Field("reorder_point", _("Reorder point"), "number", required=True, aliases=("再订货点",), example="10"),
            Field("target", _("Fill up to"), "number", required=True, aliases=("最高库存",), example="50"),
            Field("safety_stock", _("Safety stock"), "number", aliases=("安全库存",)),
        ],
        left_out=(_("Free"), _("Low now")),
        save=importing.import_rules,
        undo=importing.undo_rules,
        url_name="admin:erp_inventory_stockrule_changelist",
    )


def _import_transfers() -> None:
    numbers, product = ("调拨单号", "transfer number"), ("商品编码", "物料编码", "product code", "sku")
    imports.register(
        "stock-transfers",
        _("Stock transfers"),
        permission="erp_inventory.add_stocktransfer",
        fields=[
            Field("reference", _("Number"), required=True, max_length=60, aliases=numbers, example="1"),
            Field(
                "source",
                _("From warehouse"),
                "ref",
                ref="warehouse",
                required=True,
                aliases=("调出仓",),
                example="MAIN",
            ),
            Field(
                "target", _("To warehouse"), "ref", ref="warehouse", required=True, aliases=("调入仓",), example="EAST"
            ),
            Field("expected_date", _("Expected date"), "date", aliases=("预计到货日期",)),
            Field("product", _("Product"), "ref", ref="product", required=True, aliases=product, example="P-100"),
            Field("quantity", _("Quantity"), "number", required=True, aliases=("数量", "qty"), example="12"),
            Field("note", _("Note"), max_length=200, aliases=("备注",)),
        ],
        left_out=(
            _("Status"),
            _("Shipped on"),
            _("Received on"),
            _("On the way"),
            _("Received"),
            _("Lost on the way"),
            _("By"),
        ),
        save=importing.TRANSFERS.save,
        undo=importing.undo_transfers,
        group="reference",
        batch=2000,
        url_name="admin:erp_inventory_stocktransfer_changelist",
        model=StockTransfer,
    )


def _menu() -> None:
    goods = _("Goods")
    for order, (label, model, icon) in enumerate(
        [
            (_("Stock on hand"), "stockbalance", "packages"),
            (_("Goods receipts"), "goodsreceipt", "package-import"),
            (_("Demands and reservations"), "demand", "hourglass"),
            (_("Stock ledger"), "stockmove", "list-details"),
            (_("Stock transfers"), "stocktransfer", "arrows-exchange"),
            (_("Stock adjustments"), "stockadjustment", "clipboard-list"),
            (_("Stock rules"), "stockrule", "target-arrow"),
            (_("Warehouses"), "warehouse", "building-warehouse"),
        ]
    ):
        page, permission = f"admin:erp_inventory_{model}_changelist", f"erp_inventory.view_{model}"
        navigation.register(goods, label, page, icon=icon, permission=permission, order=43 + order)
    navigation.register(
        goods, _("Deliveries"), "admin:erp_inventory_delivery_changelist", icon="truck-delivery",
        permission="erp_inventory.view_delivery", badge=queries.count_to_ship, order=41, query="?view=open",
    )  # fmt: skip
    navigation.register(
        goods, _("Scan"), "inventory:scan", icon="scan", permission="erp_inventory.ship_delivery", order=42, phone=2
    )
    navigation.register_quick(
        _("Count"), "inventory:count", icon="clipboard-list", permission="erp_inventory.add_stockadjustment", order=60
    )


def _workbench() -> None:
    workbench.register(
        "to-ship", _("To ship"), "erp/inventory/blocks/_shipping.html", queries.shipping_block,
        permission="erp_inventory.ship_delivery", roles=CLERKS, order=20,
        link="admin:erp_inventory_delivery_changelist", query="?view=open",
    )  # fmt: skip
    workbench.register(
        "shortages", _("Shortages"), "erp/inventory/blocks/_shortages.html", queries.shortage_block,
        permission="erp_inventory.view_demand", roles={*CLERKS, "buyer", "planner"}, order=30,
        link="admin:erp_inventory_demand_changelist", query="?view=waiting",
    )  # fmt: skip
    workbench.register(
        "low-stock", _("Low stock"), "erp/inventory/blocks/_low.html", queries.low_block,
        permission="erp_inventory.view_stockrule", roles={*CLERKS, "buyer", "planner"}, order=40,
        link="admin:erp_inventory_stockrule_changelist", query="?view=low",
    )  # fmt: skip
