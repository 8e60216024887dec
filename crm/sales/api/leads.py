"""Leads, the rules that find their owners, and how quickly they are answered, for other systems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import IsoDateTimeFilter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.customers.services.proposing import product_names
from crm.sales import cards
from crm.sales.models import Lead, LeadActivity, LeadRule, LeadSeat, WebForm
from crm.sales.queries.leads import on_time
from crm.sales.services import converting, lead_duplicates, lead_rules, leads, web_forms
from crm.sales.services.lead_rules import Seat
from suite.core.api import (
    Creating,
    DecimalField,
    Deleting,
    FilterSet,
    Reason,
    ScopedChoiceFilter,
    ServiceView,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.errors import BusinessError
from suite.core.models import User
from suite.desk.queries import colleagues
from suite.masterdata.models import Party

ZERO = Decimal(0)


class LeadActivitySerializer(StrictModelSerializer):
    """Something done about a lead."""

    class Meta:
        model = LeadActivity
        fields = ("id", "kind", "happened_at", "text", "by")
        read_only_fields = ("by",)
        extra_kwargs = {"kind": {"required": True}}


class AlikeSerializer(serializers.Serializer):
    """Who a lead may be already, found when it arrived: a `party` or another `lead`, and how likely of a hundred."""

    kind = serializers.CharField()
    id = serializers.IntegerField()
    score = serializers.IntegerField()
    exact = serializers.BooleanField()
    reasons = serializers.SerializerMethodField()

    def get_reasons(self, row: dict[str, Any]) -> list[str]:
        return [str(each) for each in lead_duplicates.reasons_of(row)]


class LeadSerializer(StrictModelSerializer):
    """A lead. Without `owner` the rules of the company find one, and `chosen_why` says by which.

    Its status is changed by `contact`, `qualify`, `disqualify`, `reopen` and `convert` alone.
    """

    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    clock = serializers.CharField(source="colour", read_only=True, help_text="green, amber, red; blank: none is due")
    chosen_why = serializers.CharField(read_only=True)
    alike = AlikeSerializer(many=True, read_only=True)

    class Meta:
        model = Lead
        fields = (
            "id", "number", "status", "name", "organisation", "phone", "email", "text", "products", "region", "source",
            "campaign", "received_at", "owner", "team", "rule", "chosen_why", "due_at", "responded_at", "clock",
            "consent", "consent_at", "alike", "reason", "party", "contact", "opportunity", "closed_at", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "number", "status", "team", "rule", "due_at", "responded_at", "reason", "party", "contact", "opportunity",
            "closed_at", "version", "created_at", "updated_at",
        )  # fmt: skip
        extra_kwargs = {
            "products": {"required": False, "allow_empty": True},
            "owner": {"required": False},
            "received_at": {"required": False},
            "consent": {"read_only": False, "required": False, "allow_blank": True, "max_length": 20_000},
            "consent_at": {"read_only": False, "required": False},
        }


class LeadChange(LeadSerializer):
    """What changes of a lead."""

    version = serializers.IntegerField(required=False)

    class Meta(LeadSerializer.Meta):
        read_only_fields = tuple(
            name for name in (*LeadSerializer.Meta.read_only_fields, "received_at") if name != "version"
        )
        extra_kwargs = {"products": {"required": False, "allow_empty": True}}


class Disqualify(StrictSerializer):
    """Why it leads nowhere."""

    reason = serializers.CharField(max_length=500)


class Assign(StrictSerializer):
    """Who gets it."""

    owner = serializers.IntegerField()


class Convert(StrictSerializer):
    """What it becomes: a new customer, or a deal of the `party` that is here; `allow_duplicate` makes another one."""

    party = serializers.IntegerField(required=False, allow_null=True, default=None)
    with_opportunity = serializers.BooleanField(required=False, default=True)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    amount = DecimalField(max_digits=18, decimal_places=2, min_value=ZERO, required=False, allow_null=True)
    stage = serializers.IntegerField(required=False, allow_null=True, default=None)
    allow_duplicate = serializers.BooleanField(required=False, default=False)


class Read(StrictSerializer):
    """A business card, a message, a mail."""

    text = serializers.CharField(max_length=cards.LONGEST)


class Proposed(serializers.Serializer):
    """What the text says; nothing was written."""

    name = serializers.CharField(required=False)
    organisation = serializers.CharField(required=False)
    phone = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    source = serializers.CharField(required=False)
    products = serializers.ListField(child=serializers.IntegerField(), required=False)
    text = serializers.CharField()


class LeadFilters(FilterSet):
    owner = ScopedChoiceFilter(User)
    party = ScopedChoiceFilter(Party)
    received__gte = IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received__lte = IsoDateTimeFilter(field_name="received_at", lookup_expr="lte")

    class Meta:
        model = Lead
        fields = {"status": ["exact", "in"], "source": ["exact"], "campaign": ["exact"], "number": ["exact"]}


class LeadViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = Lead
    serializer_class = LeadSerializer
    input_classes = {
        "partial_update": LeadChange, "disqualify": Disqualify, "assign": Assign, "convert": Convert, "read": Read,
        "log": LeadActivitySerializer, "reopen": Reason,
    }  # fmt: skip
    output_classes = {"read": Proposed}
    filterset_class = LeadFilters
    ordering_fields = ("id", "received_at", "due_at")
    ordering = "-id"
    prefetch = ("products",)
    action_permissions = {
        "contact": "crm_sales.change_lead",
        "qualify": "crm_sales.change_lead",
        "disqualify": "crm_sales.change_lead",
        "reopen": "crm_sales.change_lead",
        "claim": "crm_sales.change_lead",
        "log": "crm_sales.change_lead",
        "assign": "crm_sales.assign_lead",
        "convert": "crm_sales.convert_lead",
        "read": "crm_sales.add_lead",
    }

    def add(self, values: dict[str, Any]) -> Lead:
        return leads.create_lead(actor=self.actor, **values)

    def change(self, row: Lead, values: dict[str, Any]) -> None:
        if "owner" in values and not self.actor.may("crm_sales.assign_lead"):
            values.pop("owner")
        leads.change_lead(lead_id=row.pk, actor=self.actor, **values)

    def remove(self, row: Lead) -> None:
        if refused := leads.delete_leads(lead_ids=[row.pk], actor=self.actor):
            raise BusinessError(*refused.values())

    @action(detail=False, methods=["post"])
    def read(self, request: Request) -> Response:
        """Read a text for a lead; write nothing."""
        return Response(Proposed(cards.read(self.input()["text"], product_names(self.actor))).data)

    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str) -> Response:
        """Take a lead of nobody; 409 names who was quicker."""
        leads.claim_leads(lead_ids=[self.get_object().pk], actor=self.actor, all_or_nothing=True)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def contact(self, request: Request, pk: str) -> Response:
        """Say that somebody has spoken with them."""
        leads.contact_leads(lead_ids=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def qualify(self, request: Request, pk: str) -> Response:
        """Say that they are worth an offer."""
        leads.qualify_leads(lead_ids=[self.get_object().pk], actor=self.actor)
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def disqualify(self, request: Request, pk: str) -> Response:
        """Close it as leading nowhere, with the reason."""
        leads.disqualify_leads(lead_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take it up again."""
        leads.reopen_leads(lead_ids=[self.get_object().pk], actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Hand it to somebody of the company."""
        owner = colleagues(self.actor).filter(pk=self.input()["owner"]).first()
        if owner is None:
            raise serializers.ValidationError({"owner": [_("Nobody of this company")]})
        outcome = leads.assign_leads(lead_ids=[self.get_object().pk], owner=owner, actor=self.actor)
        if outcome.refused:
            raise BusinessError(*outcome.refused.values())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def log(self, request: Request, pk: str) -> Response:
        """Log what was done about it; a call, visit, message or mail is the first answer."""
        leads.log_activity(lead_id=self.get_object().pk, actor=self.actor, **self.input())
        return self.answer(pk)

    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: str) -> Response:
        """Make a customer, a contact and a deal of it; 409 `converted` the second time, `duplicate` with who it is."""
        values = self.input()
        given, stage = values.pop("party"), values.pop("stage")
        party = get_object_or_404(Party.objects.visible_to(self.actor), pk=given) if given is not None else None
        converting.convert_lead(lead_id=self.get_object().pk, party=party, stage_id=stage, actor=self.actor, **values)
        return self.answer(pk)


class SeatSerializer(StrictModelSerializer):
    """Somebody in the pool, and how many open leads are enough (null: no limit)."""

    class Meta:
        model = LeadSeat
        fields = ("user", "quota")


class LeadRuleSerializer(StrictModelSerializer):
    """A rule: the first whose conditions a lead meets chooses among its `seats`."""

    seats = SeatSerializer(many=True, required=False)
    conditions = serializers.JSONField(required=False)

    class Meta:
        model = LeadRule
        fields = ("id", "name", "name_en", "position", "conditions", "way", "team", "is_active", "turns", "seats")
        read_only_fields = ("turns",)


class LeadRuleViewSet(Creating, Updating, Deleting, ServiceViewSet):
    model = LeadRule
    serializer_class = LeadRuleSerializer
    ordering_fields = ("id",)
    ordering = "id"
    prefetch = (Prefetch("seats"),)

    def add(self, values: dict[str, Any]) -> LeadRule:
        return lead_rules.create_rule(actor=self.actor, seats=seats_of(values.pop("seats", ())), **values)

    def change(self, row: LeadRule, values: dict[str, Any]) -> None:
        given = values.pop("seats", None)
        seats = None if given is None else seats_of(given)
        lead_rules.change_rule(rule_id=row.pk, seats=seats, actor=self.actor, **values)

    def remove(self, row: LeadRule) -> None:
        lead_rules.delete_rules(rule_ids=[row.pk], actor=self.actor)


def seats_of(rows: Any) -> list[Seat]:
    return [Seat(row["user"], row.get("quota")) for row in rows]


class WebFormSerializer(StrictModelSerializer):
    """A form on the company's site: strangers find it at `/f/<token>/`.

    `fields` are asked in this order: `name`, `organisation`, `phone`, `email`, `text`, or own fields as `own.<key>`;
    each is `{"name": ..., "required": ...}`.
    """

    class Meta:
        model = WebForm
        fields = (
            "id", "name", "name_en", "token", "title", "title_en", "intro", "intro_en", "fields", "consent",
            "consent_en", "thanks", "thanks_en", "source", "campaign", "product", "is_active", "created_at",
        )  # fmt: skip
        read_only_fields = ("token", "created_at")


class WebFormViewSet(Creating, Updating, ServiceViewSet):
    model = WebForm
    serializer_class = WebFormSerializer
    ordering_fields = ("id",)
    ordering = "-id"

    def add(self, values: dict[str, Any]) -> WebForm:
        return web_forms.create_form(actor=self.actor, **values)

    def change(self, row: WebForm, values: dict[str, Any]) -> None:
        web_forms.change_form(form_id=row.pk, actor=self.actor, **values)


class ResponseQuery(StrictSerializer):
    """Of which days the leads are, both included, and whether they are counted by owner or by source."""

    since = serializers.DateField()
    until = serializers.DateField()
    by = serializers.ChoiceField(choices=["owner", "source"], required=False, default="owner")


class ResponseRow(serializers.Serializer):
    """The leads of one owner or source: in time, late, never answered and overdue, not due yet."""

    key = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    total = serializers.IntegerField()
    on_time = serializers.IntegerField()
    late = serializers.IntegerField()
    missed = serializers.IntegerField()
    waiting = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="How many of a hundred that are decided were in time")


class Responses(serializers.Serializer):
    rows = ResponseRow(many=True)


class ResponseView(ServiceView):
    """How many leads were answered in time."""

    action_permissions = {"get": "crm_sales.view_lead"}
    query_class = ResponseQuery
    serializer_class = Responses

    def get(self, request: Request) -> Response:
        asked = self.query()
        return Response(Responses({"rows": on_time(self.actor, asked["by"], asked["since"], asked["until"])}).data)
