"""What lists of the API can be narrowed by."""

import django_filters as df
from django.db.models import Q, QuerySet

from crm.customers.models import Activity, Customer, Tag
from suite.core.api import FilterSet, ScopedChoiceFilter
from suite.core.models import User
from suite.masterdata.models import Party
from suite.masterdata.standards import phone, tried


class CustomerFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    owner = ScopedChoiceFilter(User)
    tag = ScopedChoiceFilter(Tag, field_name="tags")
    code = df.CharFilter("party__code")
    name = df.CharFilter("party__name")
    credit_code = df.CharFilter("party__credit_code")
    external_ref = df.CharFilter("party__external_ref")
    email = df.CharFilter("party__email")
    phone = df.CharFilter(method="by_phone")
    is_archived = df.BooleanFilter("party__is_archived")
    next_step_before = df.IsoDateTimeFilter("next_step_at", "lte")
    updated_since = df.IsoDateTimeFilter("updated_at", "gte")

    class Meta:
        model = Customer
        fields = ("stage", "grade", "tier", "source")

    def by_phone(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """Of the customer or of one of its contacts, however it is written."""
        standard = tried(phone, value)
        same = Q(party__phone=standard) | Q(party__contacts__phone=standard)
        return rows.filter(pk__in=rows.filter(same).values("pk")) if standard else rows.none()


class ActivityFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    since = df.IsoDateTimeFilter("happened_at", "gte")
    until = df.IsoDateTimeFilter("happened_at", "lt")

    class Meta:
        model = Activity
        fields = ("kind",)
