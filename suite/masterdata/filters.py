"""What lists of the API can be narrowed by."""

import django_filters as df
from django.db.models import QuerySet

from suite.core.api import FilterSet, ScopedChoiceFilter
from suite.masterdata.models import Address, Contact, Duplicate, ExchangeRate, Party, Product, Region, Tax
from suite.masterdata.standards import phone, tried


class PartyFilters(FilterSet):
    phone = df.CharFilter(method="by_phone")
    updated_since = df.IsoDateTimeFilter("updated_at", "gte")

    class Meta:
        model = Party
        fields = ("code", "name", "kind", "credit_code", "email", "external_ref", "is_archived")

    def by_phone(self, rows: QuerySet[Party], name: str, value: str) -> QuerySet[Party]:
        standard = tried(phone, value)
        return rows.filter(phone=standard) if standard else rows.none()


class DuplicateFilters(FilterSet):
    class Meta:
        model = Duplicate
        fields = ("status", "is_exact")


class ContactFilters(FilterSet):
    party = ScopedChoiceFilter(Party)
    phone = df.CharFilter(method="by_phone")

    class Meta:
        model = Contact
        fields = ("name", "email", "is_primary", "is_archived")

    by_phone = PartyFilters.by_phone


class AddressFilters(FilterSet):
    party = ScopedChoiceFilter(Party)

    class Meta:
        model = Address
        fields = ("kind",)


class ProductFilters(FilterSet):
    updated_since = df.IsoDateTimeFilter("updated_at", "gte")

    class Meta:
        model = Product
        fields = ("code", "name", "kind", "category", "barcode", "external_ref", "is_archived")


class TaxFilters(FilterSet):
    class Meta:
        model = Tax
        fields = ("code", "rate", "is_default")


class ExchangeRateFilters(FilterSet):
    class Meta:
        model = ExchangeRate
        fields = ("currency", "valid_from")


class RegionFilters(FilterSet):
    parent = df.CharFilter("parent_id", max_length=12)

    class Meta:
        model = Region
        fields = ("name",)
