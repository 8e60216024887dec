"""Leads from sheets: each row arrives as any other lead does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.sales.models import Lead
from crm.sales.services.leads import delete_leads, receive_leads
from suite.core.access import Actor
from suite.core.models import User
from suite.desk.imports import Batch, Field, Saved
from suite.masterdata import standards
from suite.masterdata.models import Product, Region

FIELDS = (
    Field("name", pgettext_lazy("lead", "Person"), max_length=100, aliases=("联系人", "姓名"), example="李雷"),
    Field("organisation", _("Organisation"), aliases=("公司", "单位", "公司名称")),
    Field("phone", _("Phone"), max_length=60, aliases=("电话", "手机"), judge=standards.phone),
    Field("email", _("E-mail"), aliases=("邮箱",)),
    Field("text", pgettext_lazy("lead", "Enquiry"), max_length=20_000, aliases=("需求", "留言")),
    Field("product", _("Interested in"), "ref", ref="product", aliases=("感兴趣的产品", "意向产品")),
    Field("region", _("Region"), "ref", ref="region", aliases=("地区",)),
    Field("source", _("Source"), max_length=40, aliases=("来源",)),
    Field("campaign", _("Campaign"), max_length=60, aliases=("活动",)),
    Field("received_at", pgettext_lazy("lead", "Received"), "datetime", aliases=("收到时间",)),
    Field("owner", _("Owner"), "ref", ref="user", aliases=("负责人", "业务员")),
)
LEFT_OUT = (
    _("Lead"), _("Number"), _("First answer"), _("Status"), _("Owner chosen by"), _("Answer due"),
    _("First answer on"), _("Reason"), _("Agreed on"), _("Closed"),
)  # fmt: skip
PLAIN = ("name", "organisation", "phone", "email", "text", "source", "campaign", "received_at")


def save(*, actor: Actor, batch: Batch, key: str = "", update: bool = True) -> Saved:
    """Take the leads of a batch in by a fixed number of statements; a bad row names its reason."""
    saved = Saved()
    products = Product.objects.of(actor.company_id).in_bulk(set(batch.column("product")) - {None})
    regions = Region.objects.in_bulk(set(batch.column("region")) - {None})
    owners = User.objects.in_bulk(set(batch.column("owner")) - {None})
    good: dict[int, dict[str, Any]] = {}
    for place, row in enumerate(batch.dicts()):
        values = {name: row[name] for name in PLAIN if row.get(name) not in (None, "")}
        values["products"] = [products[row["product"]]] if row.get("product") in products else []
        values |= {"region": regions[row["region"]]} if row.get("region") in regions else {}
        values |= {"owner": owners[row["owner"]]} if row.get("owner") in owners else {}
        if reason := _wrong(values):
            saved.refused[place] = reason
        else:
            good[place] = values
    made = receive_leads(leads=list(good.values()), actor=actor) if good else []
    saved.made = [lead.pk for lead in made]
    saved.placed = dict(zip(good, saved.made, strict=True))
    return saved


def _wrong(values: Mapping[str, Any]) -> str:
    if not (values.get("name") or values.get("organisation")):
        return str(_("Say who it is: a person or an organisation"))
    try:
        Lead._meta.get_field("email").clean(values.get("email", ""), None)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """Take the leads out again that became no customers."""
    return {pk: str(refusal) for pk, refusal in delete_leads(lead_ids=made, actor=actor).items()}
