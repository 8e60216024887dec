"""Parties, products and what settles their terms, for other systems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Model, Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from suite.core.api import (
    Creating,
    Reason,
    Router,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    Updating,
    action,
)
from suite.masterdata import filters, standards
from suite.masterdata.models import (
    Address,
    Contact,
    Currency,
    ExchangeRate,
    Party,
    Product,
    ProductUnit,
    Region,
    Tax,
    Unit,
)
from suite.masterdata.services import contacts, parties, products, settings

LIVE_CONTACTS = Prefetch("contacts", Contact.objects.filter(is_archived=False))


class FieldRules:
    """Fields that only the holders of a permission see or set; for everybody else they do not exist."""

    guarded: dict[str, tuple[str, ...]] = {}

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()  # type: ignore[misc]
        request = self.context.get("request")  # type: ignore[attr-defined]
        actor = getattr(request, "actor", None)
        for code, names in self.guarded.items():
            if actor and not actor.may(code):
                for name in names:
                    fields.pop(name, None)
        return fields


class ContactSerializer(StrictModelSerializer):
    """A person at a party; with `id` an existing one is kept, without it a new one is made."""

    id = serializers.IntegerField(required=False)

    class Meta:
        model = Contact
        fields = (
            "id", "name", "name_en", "title", "phone", "email", "wechat", "preferences", "is_decision_maker",
            "is_primary",
        )  # fmt: skip
        own = {"read_only": False, "required": False}


class AddressSerializer(StrictModelSerializer):
    """Where to ship or to bill; with `id` an existing one is kept, without it a new one is made."""

    id = serializers.IntegerField(required=False)

    class Meta:
        model = Address
        fields = (
            "id", "kind", "region", "detail", "detail_en", "postcode", "country", "contact_name", "contact_phone",
            "is_default",
        )  # fmt: skip


class PartySerializer(FieldRules, StrictModelSerializer):
    """Everyone we sell to or buy from. Lists of contacts and addresses are whole: what is missing leaves."""

    guarded = {"masterdata.see_bank": ("bank_branch", "bank_account")}

    credit_code = serializers.CharField(
        max_length=40, required=False, allow_blank=True, validators=[standards.credit_code]
    )
    contacts = ContactSerializer(many=True, required=False)
    addresses = AddressSerializer(many=True, required=False)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Party
        fields = (
            "id", "code", "kind", "name", "name_en", "credit_code", "phone", "phone_raw", "email", "website", "region",
            "industry", "legal_representative", "invoice_title", "bank_branch", "bank_account", "external_ref", "note",
            "contacts", "addresses", "is_archived", "merged_into", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("code", "phone_raw", "is_archived", "merged_into", "created_at", "updated_at")


class Archiving:
    """`archive/` and `restore/`: out of every list to choose from, and back; nothing is deleted."""

    def put_away(self: Any, pk: str, archived: bool) -> Any:
        raise NotImplementedError

    @action(detail=True, methods=["post"])
    def archive(self: Any, request: Any, pk: str) -> Any:
        self.put_away(self.get_object(), True)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def restore(self: Any, request: Any, pk: str) -> Any:
        self.put_away(self.get_object(), False)
        return self.answer(pk)


class PartyViewSet(Archiving, Creating, Updating, ServiceViewSet):
    model = Party
    serializer_class = PartySerializer
    filterset_class = filters.PartyFilters
    ordering_fields = ("id", "name", "updated_at")
    prefetch = (LIVE_CONTACTS, "addresses")
    input_classes = {"archive": Reason, "restore": Reason}
    action_permissions = {"archive": "masterdata.change_party", "restore": "masterdata.change_party"}

    def add(self, values: dict[str, Any]) -> Party:
        values.pop("version", None)
        return parties.create_party(actor=self.actor, **values)

    def change(self, row: Party, values: dict[str, Any]) -> None:
        parties.change_party(party=row, actor=self.actor, **values)

    def put_away(self, row: Party, archived: bool) -> None:
        parties.archive_parties(parties=[row.pk], archived=archived, actor=self.actor, **self.input())


class ContactOfPartySerializer(ContactSerializer):
    """A person at a party, by itself."""

    id = serializers.IntegerField(read_only=True)
    party = ScopedRelatedField(Party)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta(ContactSerializer.Meta):
        fields = (
            "party", *ContactSerializer.Meta.fields, "is_archived", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("is_archived", "created_at", "updated_at")
        own: dict[str, Any] = {}


class ContactChange(ContactOfPartySerializer):
    """A contact stays with its party."""

    party = ScopedRelatedField(Party, read_only=True)


class ContactViewSet(Archiving, Creating, Updating, ServiceViewSet):
    """Contacts of all parties; they may be written with their party, too."""

    model = Contact
    serializer_class = ContactOfPartySerializer
    filterset_class = filters.ContactFilters
    ordering_fields = ("id", "name")
    input_classes = {"partial_update": ContactChange, "archive": Reason, "restore": Reason}
    action_permissions = {"archive": "masterdata.change_contact", "restore": "masterdata.change_contact"}

    def add(self, values: dict[str, Any]) -> Contact:
        values.pop("version", None)
        return contacts.create_contact(actor=self.actor, **values)

    def change(self, row: Contact, values: dict[str, Any]) -> None:
        contacts.change_contact(contact=row, actor=self.actor, **values)

    def put_away(self, row: Contact, archived: bool) -> None:
        contacts.archive_contacts(contacts=[row.pk], archived=archived, actor=self.actor, **self.input())


class AddressOfPartySerializer(AddressSerializer):
    id = serializers.IntegerField(read_only=True)
    party = ScopedRelatedField(Party, read_only=True)

    class Meta(AddressSerializer.Meta):
        fields = ("party", *AddressSerializer.Meta.fields)


class AddressViewSet(ServiceViewSet):
    """Addresses of all parties, to look through; they are written with their party."""

    model = Address
    serializer_class = AddressOfPartySerializer
    filterset_class = filters.AddressFilters


class ProductUnitSerializer(StrictModelSerializer):
    """One of `unit` is `numerator` / `denominator` of the product's own unit."""

    class Meta:
        model = ProductUnit
        fields = ("unit", "numerator", "denominator", "barcode")
        extra_kwargs = {"numerator": {"min_value": 1}, "denominator": {"min_value": 1}}


class ProductSerializer(FieldRules, StrictModelSerializer):
    """What is sold, bought, stocked or made. `units` is the whole list of further units."""

    guarded = {"masterdata.see_cost": ("floor_price", "standard_cost")}

    unit = ScopedRelatedField(Unit, required=False)
    tax = ScopedRelatedField(Tax, required=False)
    units = ProductUnitSerializer(many=True, required=False)
    version = serializers.IntegerField(required=False, min_value=1, help_text=_("The version that was read"))

    class Meta:
        model = Product
        fields = (
            "id", "code", "name", "name_en", "kind", "category", "specification", "specification_en", "barcode", "unit",
            "units", "tax", "sale_price", "sale_price_includes_tax", "floor_price", "standard_cost", "costing",
            "shortage", "external_ref", "note", "is_archived", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("is_archived", "created_at", "updated_at")
        extra_kwargs = {name: {"min_value": 0} for name in ("sale_price", "floor_price", "standard_cost")}


class ProductViewSet(Archiving, Creating, Updating, ServiceViewSet):
    model = Product
    serializer_class = ProductSerializer
    filterset_class = filters.ProductFilters
    ordering_fields = ("id", "code", "name", "updated_at")
    prefetch = ("units",)
    input_classes = {"archive": Reason, "restore": Reason}
    action_permissions = {"archive": "masterdata.change_product", "restore": "masterdata.change_product"}

    def add(self, values: dict[str, Any]) -> Product:
        values.pop("version", None)
        return products.create_product(actor=self.actor, **values)

    def change(self, row: Product, values: dict[str, Any]) -> None:
        products.change_product(product=row, actor=self.actor, **values)

    def put_away(self, row: Product, archived: bool) -> None:
        products.archive_products(products=[row.pk], archived=archived, actor=self.actor, **self.input())


class TaxSerializer(StrictModelSerializer):
    class Meta:
        model = Tax
        fields = (
            "id", "code", "name", "name_en", "rate", "method", "valid_from", "valid_to", "legal_basis", "is_default",
        )  # fmt: skip


class TaxViewSet(Creating, Updating, ServiceViewSet):
    model = Tax
    serializer_class = TaxSerializer
    filterset_class = filters.TaxFilters

    def add(self, values: dict[str, Any]) -> Tax:
        return settings.create_tax(actor=self.actor, **values)

    def change(self, row: Tax, values: dict[str, Any]) -> None:
        settings.change_tax(tax=row, actor=self.actor, **values)


class ExchangeRateSerializer(StrictModelSerializer):
    """What one unit of a currency is worth in the company's own, from a day on."""

    class Meta:
        model = ExchangeRate
        fields = ("id", "currency", "valid_from", "rate")
        extra_kwargs = {"rate": {"min_value": Decimal("0.00000001")}}


class ExchangeRateViewSet(Creating, ServiceViewSet):
    """A rate posted again for the same day replaces the one before."""

    model = ExchangeRate
    serializer_class = ExchangeRateSerializer
    filterset_class = filters.ExchangeRateFilters
    one_per = ("currency", "valid_from")
    ordering_fields = ("id", "valid_from")

    def add(self, values: dict[str, Any]) -> ExchangeRate:
        return settings.set_exchange_rate(actor=self.actor, **values)


class SharedViewSet(ServiceViewSet):
    """Rows all companies share, known by their codes."""

    lookup_value_regex = "[A-Za-z0-9]{1,12}"
    ordering = "code"

    def add(self, values: dict[str, Any]) -> Model:
        return settings.create_shared(model=self.model, actor=self.actor, **values)


class UnitSerializer(StrictModelSerializer):
    class Meta:
        model = Unit
        fields = ("code", "name", "name_en", "digits")
        extra_kwargs = {"digits": {"max_value": 6}}


class UnitViewSet(Creating, SharedViewSet):
    model = Unit
    serializer_class = UnitSerializer


class CurrencySerializer(StrictModelSerializer):
    class Meta:
        model = Currency
        fields = ("code", "name", "name_en", "symbol", "digits")


class CurrencyViewSet(Creating, SharedViewSet):
    model = Currency
    serializer_class = CurrencySerializer


class RegionSerializer(StrictModelSerializer):
    class Meta:
        model = Region
        fields = ("code", "name", "name_en", "parent")


class RegionViewSet(SharedViewSet):
    model = Region
    serializer_class = RegionSerializer
    filterset_class = filters.RegionFilters


router = Router()
router.register("parties", PartyViewSet, basename="party")
router.register("contacts", ContactViewSet, basename="contact")
router.register("addresses", AddressViewSet, basename="address")
router.register("products", ProductViewSet, basename="product")
router.register("taxes", TaxViewSet, basename="tax")
router.register("exchange-rates", ExchangeRateViewSet, basename="exchangerate")
router.register("units", UnitViewSet, basename="unit")
router.register("currencies", CurrencyViewSet, basename="currency")
router.register("regions", RegionViewSet, basename="region")
