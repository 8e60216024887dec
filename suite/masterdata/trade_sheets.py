"""Columns that the sheets of all papers of trade have, called as people call them."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from suite.desk.imports import Field

DATE = Field("date", _("Date"), "date", aliases=("日期",))
PRODUCT = Field(
    "product", _("Product"), "ref", ref="product", required=True, aliases=("product code", "商品编码", "sku")
)
QUANTITY = Field("quantity", _("Quantity"), "number", required=True, aliases=("qty", "数量"), example="12")
UNIT_PRICE = Field("unit_price", _("Unit price"), "money", aliases=("price", "单价"))
DISCOUNT = Field("discount", _("Discount %"), "number", aliases=("discount", "折扣"))
INCLUDES_TAX = Field("prices_include_tax", _("Prices include tax"), "bool", default=True, aliases=("含税",))
NOTE = Field("note", _("Note"), max_length=5000, aliases=("备注",))


def called(field: Field, *aliases: str) -> Field:
    """A column that one kind of paper calls otherwise, too."""
    return replace(field, aliases=(*field.aliases, *aliases))
