"""The columns that sheets of products and of contacts may have."""

from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.desk.imports import Field
from suite.masterdata import standards
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

CONTACT_KEYS = ("name", "phone", "email")
CONTACTS = (
    Field(
        "party", _("Company"), "ref", ref="party", required=True, aliases=("客户", "供应商", "单位"), example="P000001"
    ),
    Field("name", pgettext_lazy("person", "Name"), required=True, aliases=("联系人", "contact"), example="张伟"),
    Field("name_en", _("English name"), aliases=("英文名", "英文名称")),
    Field("title", _("Title"), max_length=60, aliases=("职务", "职位")),
    Field(
        "phone", _("Phone"), max_length=60, judge=standards.phone, aliases=("手机", "联系电话"), example="13800138000"
    ),
    Field("email", _("E-mail"), judge=validate_email, aliases=("邮箱",)),
    Field("wechat", _("WeChat"), max_length=60, aliases=("微信", "微信号")),
    Field("preferences", _("Preferences"), max_length=300, aliases=("偏好",)),
    Field("is_decision_maker", _("Decision maker"), "bool", aliases=("关键人",)),
)
CONTACTS_LEFT_OUT = (_("Primary contact"), _("Changed"))
