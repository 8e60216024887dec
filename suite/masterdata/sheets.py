"""The columns that a sheet of products may have."""

from django.utils.translation import gettext_lazy as _

from suite.desk.imports import Field
from suite.masterdata.models import Product

PRODUCT_KEYS = ("code", "barcode", "external_ref")
PRODUCTS = (
    Field(
        "code",
        _("Code"),
        required=True,
        max_length=40,
        aliases=("商品编码", "物料编码", "编号", "SKU"),
        example="A-100",
    ),
    Field("name", _("Name"), required=True, aliases=("商品名称", "品名", "product"), example="六角螺栓"),
    Field("name_en", _("English name"), aliases=("英文名称",)),
    Field("kind", _("Kind"), "choice", choices=Product.Kind.choices, aliases=("类型",)),
    Field("category", _("Category"), max_length=80, aliases=("分类", "类别")),
    Field("specification", _("Specification"), aliases=("规格型号", "规格"), example="M8x40"),
    Field("specification_en", _("English specification"), aliases=("英文规格型号", "英文规格")),
    Field("barcode", _("Barcode"), max_length=40, aliases=("条码", "EAN")),
    Field("unit", _("Unit"), "ref", ref="unit", aliases=("计量单位", "单位", "UoM"), example="pcs"),
    Field("other_unit", _("Further unit"), "ref", ref="unit", aliases=("辅助单位",), example="box"),
    Field("other_unit_holds", _("One of the further unit holds"), "integer", aliases=("换算", "装箱数"), example="144"),
    Field("tax", _("Tax"), max_length=60, aliases=("税率", "VAT"), example="13%"),
    Field("sale_price", _("Sales price"), "number", aliases=("销售单价", "售价", "price"), example="1.13"),
    Field("sale_price_includes_tax", _("Sales price includes tax"), "bool", aliases=("含税",)),
    Field("floor_price", _("Floor price"), "number", aliases=("最低售价",)),
    Field("standard_cost", _("Standard cost"), "number", aliases=("成本", "标准成本", "cost"), example="0.6"),
    Field("costing", _("Costing method"), "choice", choices=Product.Costing.choices, aliases=("计价方法",)),
    Field("shortage", _("When short"), "choice", choices=Product.Shortage.choices, aliases=("缺货处理",)),
    Field("external_ref", _("Reference elsewhere"), max_length=60, aliases=("外部编号", "id")),
    Field("note", _("Note"), max_length=4000, aliases=("备注",)),
)
PRODUCTS_LEFT_OUT = (_("Changed"),)
