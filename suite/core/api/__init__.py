"""The door for other systems. An area's `api.py` needs nothing but what is named here:

class OrderViewSet(Creating, Updating, ServiceViewSet):
    model = Order
    serializer_class = OrderSerializer
    filterset_class = OrderFilters
    ordering_fields = ("number", "ordered_on")
    select, prefetch = ("party",), ("lines__product",)
    action_permissions = {"confirm": "crm_sales.confirm_order"}

    def add(self, values): return services.create_order(**values, actor=self.actor)

    def change(self, row, values): services.amend_order(order=row, **values, actor=self.actor)

    @action(detail=True, methods=["post"])
    def confirm(self, request, pk):
        services.confirm_orders(order_ids=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

router = Router()
router.register("orders", OrderViewSet)
"""

from rest_framework.decorators import action

from suite.core.api.authentication import SessionAuthentication, TokenAuthentication
from suite.core.api.errors import Busy, explain
from suite.core.api.fields import DateTimeField, DecimalField, ScopedRelatedField
from suite.core.api.filters import DeclaredFilters, DeclaredOrdering, FilterSet, ScopedChoiceFilter
from suite.core.api.house import router, urlpatterns
from suite.core.api.paging import KeysetPagination
from suite.core.api.parsers import StrictJSONParser
from suite.core.api.policy import DeclaredPolicy
from suite.core.api.routes import Router
from suite.core.api.serializers import InItsCurrency, Nothing, Reason, StrictModelSerializer, StrictSerializer
from suite.core.api.throttles import ClientThrottle
from suite.core.api.viewsets import Creating, Deleting, ServiceView, ServiceViewSet, Updating

__all__ = [
    "Busy",
    "ClientThrottle",
    "Creating",
    "DateTimeField",
    "DecimalField",
    "DeclaredFilters",
    "DeclaredOrdering",
    "DeclaredPolicy",
    "Deleting",
    "FilterSet",
    "InItsCurrency",
    "KeysetPagination",
    "Nothing",
    "Reason",
    "Router",
    "ScopedChoiceFilter",
    "ScopedRelatedField",
    "ServiceView",
    "ServiceViewSet",
    "SessionAuthentication",
    "StrictJSONParser",
    "StrictModelSerializer",
    "StrictSerializer",
    "TokenAuthentication",
    "Updating",
    "action",
    "explain",
    "router",
    "urlpatterns",
]
