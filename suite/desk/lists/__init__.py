"""The one list of the house: declared by `ListSpec`, shown by `list_view`.

class OrderList(ListSpec):
    model = Order
    columns = [Column("number", _("Number"), sort=True, card="title"), ...]
    filters = [ChoiceFilter("status", _("Status"), choices=Order.Status), OwnerFilter(), DateFilter("date", _("Date"))]
    acts = [Act("confirm", _("Confirm"), "crm_sales.confirm_order", confirm_orders_by_pks, icon="check")]

@door("crm_sales.view_order")
def order_list(request):
    return list_view(request, OrderList)
"""

from suite.desk.lists.columns import Column, Edit
from suite.desk.lists.filters import (
    BoolFilter,
    ChoiceFilter,
    DateFilter,
    Filter,
    NumberFilter,
    OwnerFilter,
    PickFilter,
    TextFilter,
)
from suite.desk.lists.spec import Act, Create, ListSpec, Measure, Memory, Rate, View
from suite.desk.lists.state import ListState
from suite.desk.lists.views import list_view

__all__ = [
    "Act",
    "BoolFilter",
    "ChoiceFilter",
    "Column",
    "Create",
    "DateFilter",
    "Edit",
    "Filter",
    "ListSpec",
    "ListState",
    "Measure",
    "Memory",
    "NumberFilter",
    "OwnerFilter",
    "PickFilter",
    "Rate",
    "TextFilter",
    "View",
    "list_view",
]
