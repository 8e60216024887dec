"""The columns that a sheet of customers may have: the party, the profile, two contacts, one address."""

from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Customer
from suite.desk.imports import Field
from suite.masterdata import standards
from suite.masterdata.models import Party

CUSTOMER_KEYS = ("external_ref", "credit_code", "phone", "email", "name")
CUSTOMERS = (
    Field(
        "name", _("Name"), required=True, aliases=("客户名称", "公司名称", "company"), example="上海宏远贸易有限公司"
    ),
    Field("name_en", _("English name"), aliases=("英文名称",)),
    Field("kind", _("Kind"), "choice", choices=Party.Kind.choices, aliases=("类型",)),
    Field("external_ref", _("Reference elsewhere"), max_length=60, aliases=("客户编号", "客户编码", "外部编号", "id")),
    Field(
        "credit_code",
        _("Unified social credit code"),
        max_length=40,
        judge=standards.credit_code,
        aliases=("统一社会信用代码", "税号", "USCC"),
    ),
    Field(
        "phone",
        _("Phone"),
        max_length=60,
        judge=standards.phone,
        aliases=("电话", "手机", "mobile", "tel"),
        example="138-0013 8000",
    ),
    Field("email", _("E-mail"), judge=validate_email, aliases=("邮箱", "email")),
    Field("website", _("Website"), aliases=("网址",)),
    Field("region", _("Region"), "ref", ref="region", aliases=("地区", "行政区划", "城市"), example="310115"),
    Field("industry", _("Industry"), max_length=60, aliases=("行业",)),
    Field("owner", _("Owner"), "ref", ref="user", aliases=("负责人", "业务员")),
    Field("grade", _("Grade"), "choice", choices=Customer.Grade.choices, aliases=("客户级别", "等级")),
    Field("tier", _("Price tier"), max_length=20, aliases=("价格等级",)),
    Field("source", _("Source"), max_length=40, aliases=("来源", "客户来源")),
    Field("next_step", _("Next step"), aliases=("下一步",)),
    Field("next_step_at", _("Next follow-up time"), "datetime", aliases=("下次跟进时间",)),
    Field("legal_representative", _("Legal representative"), max_length=60, aliases=("法定代表人",)),
    Field("invoice_title", _("Invoice title"), aliases=("发票抬头", "开票名称")),
    Field("bank_branch", _("Bank of deposit"), max_length=120, aliases=("开户行",)),
    Field("bank_account", _("Bank account"), max_length=40, aliases=("银行账号",)),
    Field("contact_name", _("Contact: name"), aliases=("联系人", "联系人姓名", "contact"), example="张伟"),
    Field("contact_title", _("Contact: title"), max_length=60, aliases=("联系人职务", "职务")),
    Field(
        "contact_phone", _("Contact: phone"), max_length=60, judge=standards.phone, aliases=("联系人电话", "联系电话")
    ),
    Field("contact_email", _("Contact: e-mail"), judge=validate_email, aliases=("联系人邮箱",)),
    Field("contact_wechat", _("Contact: WeChat"), max_length=60, aliases=("微信", "微信号")),
    Field("contact_preferences", _("Contact: preferences"), max_length=300, aliases=("偏好",)),
    Field("contact2_name", _("Second contact: name"), aliases=("联系人2",)),
    Field("contact2_title", _("Second contact: title"), max_length=60, aliases=("联系人2职务",)),
    Field("contact2_phone", _("Second contact: phone"), max_length=60, judge=standards.phone, aliases=("联系人2电话",)),
    Field("contact2_email", _("Second contact: e-mail"), judge=validate_email, aliases=("联系人2邮箱",)),
    Field("address", _("Address"), max_length=300, aliases=("地址", "收货地址", "详细地址")),
    Field("address_en", _("Address in English"), max_length=300, aliases=("英文地址",)),
    Field("postcode", _("Postcode"), max_length=12, aliases=("邮编",)),
    Field("country", _("Country"), max_length=60, aliases=("国家",)),
    Field("address_contact", _("Address: contact"), max_length=100, aliases=("收货人",)),
    Field("address_phone", _("Address: phone"), max_length=60, judge=standards.phone, aliases=("收货电话",)),
    Field("note", _("Note"), max_length=4000, aliases=("备注",)),
)
CUSTOMERS_LEFT_OUT = (_("Lifecycle"), _("Last contact"), _("Last order"), _("Code"), _("Changed"), _("Tags"))
