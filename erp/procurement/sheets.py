"""What can be imported: the columns of sheets of suppliers."""

from django.utils.translation import gettext_lazy as _

from suite.desk.imports import Field

SUPPLIERS = (
    Field(
        "name",
        _("Name"),
        required=True,
        aliases=(_("Supplier"), "供应商名称", "公司名称", "company"),
        example="周记五金",
    ),
    Field("name_en", _("English name"), aliases=("英文名称",)),
    Field(
        "external_ref", _("Reference elsewhere"), max_length=60, aliases=("供应商编号", "供应商编码", "外部编号", "id")
    ),
    Field("credit_code", _("Unified social credit code"), max_length=40, aliases=("统一社会信用代码", "税号", "USCC")),
    Field("phone", _("Phone"), max_length=60, aliases=("电话", "手机", "mobile", "tel"), example="0769-8888 6666"),
    Field("email", _("E-mail"), aliases=("邮箱", "email")),
    Field("website", _("Website"), aliases=("网址",)),
    Field("term", _("Payment term"), max_length=60, aliases=("账期", "付款条件"), example="NET30"),
    Field("currency", _("Currency"), max_length=3, aliases=("币种",), example="CNY"),
    Field("lead_days", _("Lead time (days)"), "integer", aliases=("交货期", "提前期")),
    Field("bank_branch", _("Bank of deposit"), max_length=120, aliases=("开户行",)),
    Field("bank_account", _("Bank account"), max_length=40, aliases=("银行账号",)),
    Field("contact_name", _("Contact: name"), aliases=("联系人", "contact"), example="陈刚"),
    Field("contact_phone", _("Contact: phone"), max_length=60, aliases=("联系人电话", "联系电话")),
    Field("contact_email", _("Contact: e-mail"), aliases=("联系人邮箱",)),
    Field("address", _("Address"), max_length=300, aliases=("地址",)),
    Field("note", _("Note"), max_length=4000, aliases=("备注",)),
)
TERMS = (
    Field("supplier", _("Supplier"), "ref", ref="supplier", required=True, aliases=("供应商", "supplier")),
    Field("product", _("Product"), "ref", ref="product", required=True, aliases=("商品编码", "物料编码", "sku")),
    Field("price", _("Price without tax"), "money", required=True, aliases=("不含税单价", "price"), example="12.50"),
    Field("supplier_code", _("Supplier's code"), max_length=60, aliases=("供应商料号",)),
    Field("minimum", _("Minimum quantity"), "number", aliases=("起订量", "moq")),
    Field("pack", _("Pack of"), "number", aliases=("包装量",)),
    Field("lead_days", _("Lead time (days)"), "integer", aliases=("交货期", "提前期")),
    Field("priority", _("Priority"), "integer", aliases=("优先级",)),
)
SUPPLIER_KEYS = ("external_ref", "credit_code", "name")
SUPPLIERS_LEFT_OUT = (_("Code"), _("Blocked"))
