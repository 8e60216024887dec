"""What is owed, and the money that settles it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from erp.finance import filters, ports, services
from erp.finance.models import (
    Account,
    CreditAccount,
    MoneyMovement,
    OpenItem,
    Payable,
    Payment,
    PaymentTerm,
    PaymentTermLine,
    Receipt,
    Receivable,
    Settlement,
)
from erp.finance.services import MoneyInput, settings
from suite.core.api import (
    Creating,
    DecimalField,
    Reason,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.desk.papers.rest import Printing
from suite.masterdata.models import Party

LARGEST = 2**63 - 1
ITEMS_AT_MOST = 1000


def amount_field(**kwargs: Any) -> DecimalField:
    """An amount of money."""
    return DecimalField(max_digits=18, decimal_places=2, **kwargs)


class SettlementSerializer(StrictModelSerializer):
    """So much of the open item `item` was settled, by money or by another open item."""

    item_number = serializers.CharField(source="item.number", read_only=True)

    class Meta:
        model = Settlement
        fields = ("item", "item_number", "amount", "money", "counter_item", "posting_date")


class OpenItemSerializer(StrictModelSerializer):
    """`amount` less what `settlements` add up to is `open_amount`; credits are negative.

    `taken_back` is what of that nobody paid: of a cancelled order, of returned goods, set off by a reversal.
    `written_off` is what was given up.
    """

    settlements = SettlementSerializer(many=True, read_only=True)

    class Meta:
        model = OpenItem
        fields = (
            "id", "number", "status", "party", "date", "due_date", "amount", "open_amount", "taken_back", "written_off",
            "summary", "order_kind", "order_id", "order_number", "invoice", "voucher", "settlements", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class WriteOff(StrictSerializer):
    """Without `amount` all that is open."""

    amount = amount_field(required=False, default=None, min_value=Decimal("0.01"))
    reason = serializers.CharField(max_length=500)


class OpenItemViewSet(ServiceViewSet):
    serializer_class = OpenItemSerializer
    filterset_class = filters.OpenItemFilters
    ordering_fields = ("id", "due_date", "date")
    prefetch = ("settlements__item",)

    @action(detail=True, methods=["post"], url_path="set-off")
    def set_off(self, request: Request, pk: str) -> Response:
        """Use up an open credit with what else its party has open, the oldest first."""
        services.set_off(item_id=self.get_object().pk, actor=self.actor)
        return self.answer(pk)


class ReceivableViewSet(OpenItemViewSet):
    """What customers owe."""

    model = Receivable
    action_permissions = {
        "write_off": "erp_finance.write_off_receivable",
        "undo_write_off": "erp_finance.write_off_receivable",
        "set_off": "erp_finance.allocate_receipt",
    }
    input_classes = {"write_off": WriteOff, "undo_write_off": Reason}

    @action(detail=True, methods=["post"], url_path="write-off")
    def write_off(self, request: Request, pk: str) -> Response:
        services.write_off(item_id=self.get_object().pk, actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"], url_path="undo-write-off")
    def undo_write_off(self, request: Request, pk: str) -> Response:
        """Have all that was written off of it owed again."""
        services.undo_write_off(item_id=self.get_object().pk, actor=self.actor, **self.input())
        return self.answer(pk)


class PayableViewSet(OpenItemViewSet):
    """What we owe suppliers."""

    model = Payable
    action_permissions = {"set_off": "erp_finance.allocate_payment"}


class AllocationSerializer(StrictSerializer):
    """So much of an open item of the party, above zero for credits too."""

    item = ScopedRelatedField(OpenItem)
    amount = amount_field(min_value=Decimal("0.01"))


class MoneySerializer(StrictModelSerializer):
    """`unapplied` is what is not allocated: an advance."""

    settlements = SettlementSerializer(many=True, read_only=True)

    class Meta:
        model = MoneyMovement
        fields = (
            "id", "number", "status", "party", "date", "account", "method", "amount", "unapplied", "reference", "note",
            "order_kind", "order_id", "refunds", "settlements", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class ReceiptSerializer(MoneySerializer):
    class Meta(MoneySerializer.Meta):
        model = Receipt


class PaymentSerializer(MoneySerializer):
    class Meta(MoneySerializer.Meta):
        model = Payment


class MoneyToBook(StrictSerializer):
    """Money, and what it settles: the items named, with `oldest_first` whatever is open, after the party's credits.

    Else nothing yet: an advance. Or it gives back so much of one of the other direction that is named in `refunds`.
    `exchange_gain` is what foreign money brought beyond the `amount` (paid: saved); below zero a loss.
    """

    party = ScopedRelatedField(Party)
    amount = amount_field(min_value=Decimal("0.01"))
    date = serializers.DateField(required=False, default=None)
    account = ScopedRelatedField(Account, required=False, default=None)
    method = serializers.ChoiceField(MoneyMovement.Method.choices, default=MoneyMovement.Method.BANK)
    reference = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    charges = amount_field(required=False, default=Decimal(0), min_value=Decimal(0))
    exchange_gain = amount_field(required=False, default=Decimal(0))
    refunds = ScopedRelatedField(MoneyMovement, required=False, default=None)
    order = serializers.IntegerField(
        required=False, default=None, min_value=1, max_value=LARGEST, help_text=_("The sales order a deposit is for")
    )
    oldest_first = serializers.BooleanField(required=False, default=False)
    allocations = AllocationSerializer(many=True, required=False, default=list, max_length=ITEMS_AT_MOST)


class Allocations(Reason):
    """Without `allocations` the oldest items first, after the party's credits."""

    allocations = AllocationSerializer(many=True, required=False, default=list, max_length=ITEMS_AT_MOST)


class MoneyViewSet(Creating, ServiceViewSet):
    filterset_class = filters.MoneyFilters
    ordering_fields = ("id", "date")
    prefetch = ("settlements__item",)
    input_classes = {"create": MoneyToBook, "allocate": Allocations, "reverse": Reason}
    book: Any

    def add(self, values: dict[str, Any]) -> MoneyMovement:
        order, account, party = values.pop("order"), values.pop("account"), values.pop("party")
        advance = values.pop("refunds")
        source = ports.sales_order(self.actor, party.pk, order) if order else None
        if order and source is None:
            raise ValidationError({"order": _("There is no such order")})
        money = MoneyInput(
            party_id=party.pk,
            account_id=account.pk if account else None,
            order=source,
            refunds_id=advance and advance.pk,
            allocations=amounts(values.pop("allocations")),
            **values,
        )
        return type(self).book([money], actor=self.actor)[0]

    @action(detail=True, methods=["post"])
    def allocate(self, request: Request, pk: str) -> Response:
        values = self.input()
        services.allocate(
            money_id=self.get_object().pk,
            allocations=amounts(values["allocations"]),
            reason=values["reason"],
            actor=self.actor,
        )
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        services.reverse_money(money_id=self.get_object().pk, actor=self.actor, **self.input())
        return self.answer(pk)


def amounts(allocations: list[dict[str, Any]]) -> dict[int, Decimal]:
    """Amount by item; an item named twice is refused at its line."""
    found: dict[int, Decimal] = {}
    for index, each in enumerate(allocations):
        if each["item"].pk in found:
            raise ValidationError({"allocations": _("Item %(number)s is named twice") % {"number": index + 1}})
        found[each["item"].pk] = each["amount"]
    return found


class ReceiptViewSet(Printing, MoneyViewSet):
    """Money in."""

    model = Receipt
    serializer_class = ReceiptSerializer
    action_permissions = {"allocate": "erp_finance.allocate_receipt", "reverse": "erp_finance.reverse_receipt"}
    book = staticmethod(services.receive)


class PaymentViewSet(Printing, MoneyViewSet):
    """Money out."""

    model = Payment
    serializer_class = PaymentSerializer
    action_permissions = {"allocate": "erp_finance.allocate_payment", "reverse": "erp_finance.reverse_payment"}
    book = staticmethod(services.pay)


class CreditAccountSerializer(StrictModelSerializer):
    """`exposure`: open receivables and confirmed orders, less unapplied advances. No limit: null."""

    class Meta:
        model = CreditAccount
        fields = ("id", "party", "limit", "term", "exposure", "is_blocked")
        extra_kwargs = {"limit": {"min_value": 0}, "party": {"validators": []}}


class CreditChanges(StrictModelSerializer):
    class Meta:
        model = CreditAccount
        fields = ("limit", "term", "is_blocked")
        extra_kwargs = {"limit": {"min_value": 0}}


class CreditAccountViewSet(Creating, Updating, ServiceViewSet):
    """Posted again for the same party, it replaces limit, term and stop."""

    model = CreditAccount
    serializer_class = CreditAccountSerializer
    input_classes = {"partial_update": CreditChanges}
    filterset_class = filters.CreditFilters
    one_per = ("party",)

    def add(self, values: dict[str, Any]) -> CreditAccount:
        return services.set_credit(actor=self.actor, **values)

    def change(self, row: CreditAccount, values: dict[str, Any]) -> None:
        now = {"limit": row.limit, "term": row.term, "is_blocked": row.is_blocked}
        services.set_credit(party=row.party, actor=self.actor, **{**now, **values})


class InstalmentSerializer(StrictModelSerializer):
    """A percentage so many days after the document, or the end of its month; the last has none and takes the rest."""

    class Meta:
        model = PaymentTermLine
        fields = ("percent", "days", "from_month_end")
        extra_kwargs = {"days": {"max_value": 3650}}


class PaymentTermSerializer(StrictModelSerializer):
    lines = InstalmentSerializer(many=True, max_length=36)

    class Meta:
        model = PaymentTerm
        fields = ("id", "code", "name", "name_en", "is_prepaid", "is_default", "lines")


class PaymentTermChanges(PaymentTermSerializer):
    class Meta(PaymentTermSerializer.Meta):
        read_only_fields = ("code",)


class PaymentTermViewSet(Creating, Updating, ServiceViewSet):
    model = PaymentTerm
    serializer_class = PaymentTermSerializer
    input_classes = {"partial_update": PaymentTermChanges}
    filterset_class = filters.TermFilters
    ordering_fields = ("id", "code")
    prefetch = ("lines",)

    def add(self, values: dict[str, Any]) -> PaymentTerm:
        return settings.create_term(actor=self.actor, **values)

    def change(self, row: PaymentTerm, values: dict[str, Any]) -> None:
        settings.change_term(term=row, actor=self.actor, **values)
