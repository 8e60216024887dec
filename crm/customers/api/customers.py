"""Customers, what was done with them, and their tags, for other systems."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.customers import filters, quality, suggestions, timeline
from crm.customers.api.tagging import RatingSerializer, RuledTagSerializer
from crm.customers.models import Activity, Customer, Tag
from crm.customers.services import activities, customers
from suite.core.api import (
    Creating,
    ScopedRelatedField,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    Updating,
    action,
)
from suite.core.models import User
from suite.masterdata.api.profiles import NewProfile, ProfileSerializer
from suite.masterdata.matching.parties import Known
from suite.masterdata.models import Contact, Party
from suite.masterdata.services import duplicates


class CustomerSerializer(ProfileSerializer):
    """A customer with its party, contacts and addresses in one piece; lists of contacts and addresses are whole."""

    owner = ScopedRelatedField(User, required=False, allow_null=True)
    tags = ScopedRelatedField(Tag, many=True, required=False)
    rating = RatingSerializer(
        read_only=True, allow_null=True, help_text=_("What the rating rule says; empty while there is none")
    )
    ruled_tags = RuledTagSerializer(many=True, read_only=True, help_text=_("Those of the tags that rules put on"))

    class Meta:
        model = Customer
        fields = (
            "id", "party", "owner", "team", "stage", "grade", "rating", "tier", "source", "tags", "ruled_tags",
            "next_step", "next_step_at", "last_touch_at", "last_order_on", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("team", "stage", "last_touch_at", "last_order_on", "created_at", "updated_at")


class CustomerInput(NewProfile, CustomerSerializer):
    """A new customer: give what is known of the party, or the `party` that is here already."""

    party = ScopedRelatedField(Party, required=False, source="existing")
    allow_duplicate = serializers.BooleanField(
        default=False, help_text=_("Make it although the same phone or name is here already")
    )
    version = None

    class Meta(CustomerSerializer.Meta):
        fields = (*(name for name in CustomerSerializer.Meta.fields if name != "version"), "allow_duplicate")


class Transfer(StrictSerializer):
    """Which customers go to whom; to nobody when `owner` is null."""

    customers = ScopedRelatedField(Customer, many=True, allow_empty=False)
    owner = ScopedRelatedField(User, allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class Likeness(StrictSerializer):
    """What is known of somebody who may be here already."""

    name = serializers.CharField(required=False, default="", max_length=200)
    phone = serializers.CharField(required=False, default="", max_length=60)
    credit_code = serializers.CharField(required=False, default="", max_length=40)
    name_en = serializers.CharField(required=False, default="", max_length=200)
    kind = serializers.ChoiceField(Party.Kind.choices, required=False, default=Party.Kind.ORGANISATION)
    email = serializers.CharField(required=False, default="", max_length=254)
    address = serializers.CharField(required=False, default="", max_length=300)


class CandidateSerializer(serializers.Serializer):
    """Somebody who may be the same; `exact` ones stop a new customer."""

    party = serializers.IntegerField(source="party.pk")
    code = serializers.CharField(source="party.code")
    name = serializers.CharField(source="party.name")
    owner = serializers.CharField(source="party.customer.owner", default=None)
    reasons = serializers.ListField(child=serializers.CharField())
    exact = serializers.BooleanField()
    score = serializers.IntegerField(help_text="how likely the two are one, 0 to 100")


class HappeningSerializer(serializers.Serializer):
    """A row of the timeline: a record of `kind` with key `id`."""

    kind = serializers.CharField()
    id = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField()
    title = serializers.CharField()
    text = serializers.CharField()
    who = serializers.CharField()


class TimelineSerializer(serializers.Serializer):
    """Some happenings, the latest first; give `next` as `after` for earlier ones."""

    next = serializers.CharField()
    results = HappeningSerializer(many=True, source="rows")


class SuggestionSerializer(serializers.Serializer):
    """The next step that the house suggests, and the page on which it is done."""

    kind = serializers.CharField()
    sentence = serializers.CharField()
    url = serializers.CharField()


class ShareSerializer(serializers.Serializer):
    """How many customers pass a rule of the data's quality; the page leads to the others."""

    rule = serializers.CharField(source="rule.name")
    percent = serializers.FloatField()
    good = serializers.IntegerField()
    total = serializers.IntegerField()


class Transferred(serializers.Serializer):
    """How many customers changed hands."""

    transferred = serializers.IntegerField()


class CustomerViewSet(Creating, Updating, ServiceViewSet):
    model = Customer
    serializer_class = CustomerSerializer
    input_classes = {"create": CustomerInput, "transfer": Transfer}
    output_classes = {
        "timeline": TimelineSerializer,
        "suggestion": SuggestionSerializer,
        "duplicates": CandidateSerializer(many=True),
        "quality": ShareSerializer(many=True),
        "transfer": Transferred,
    }
    filterset_class = filters.CustomerFilters
    ordering_fields = ("id", "updated_at", "last_touch_at", "next_step_at")
    select = ("party", "rating")
    prefetch = (
        Prefetch("party__contacts", Contact.objects.filter(is_archived=False)),
        "party__addresses",
        "tags",
        "ruled_tags__rule",
    )
    action_permissions = {
        "transfer": "crm_customers.transfer_customer",
        "timeline": "crm_customers.view_customer",
        "suggestion": "crm_customers.view_customer",
        "duplicates": "crm_customers.add_customer",
        "quality": "crm_customers.view_customer",
    }

    @property
    def query_keys(self) -> tuple[str, ...]:  # type: ignore[override]
        return {"timeline": ("after", "kinds", "q"), "duplicates": tuple(Likeness().fields)}.get(self.action, ())

    def add(self, values: dict[str, Any]) -> Customer:
        return customers.create_customer(actor=self.actor, **values)

    def change(self, row: Customer, values: dict[str, Any]) -> None:
        customers.change_customer(customer=row, actor=self.actor, **values)

    @action(detail=False, methods=["post"])
    def transfer(self, request: Request) -> Response:
        """Hand customers over."""
        values = self.input()
        pks = [row.pk for row in values.pop("customers")]
        rows = customers.transfer_customers(customers=pks, actor=self.actor, **values)
        return Response({"transferred": len(rows)})

    @action(detail=True)
    def timeline(self, request: Request, pk: str) -> Response:
        """What happened with the customer, the latest first."""
        page = timeline.timeline_of(
            actor=self.actor,
            party_id=self.get_object().party_id,
            kinds=[kind for kind in request.query_params.get("kinds", "").split(",") if kind],
            after=request.query_params.get("after", ""),
            q=request.query_params.get("q", "").replace("\x00", "")[:100],
        )
        return Response(TimelineSerializer(page).data)

    @action(detail=True)
    def suggestion(self, request: Request, pk: str) -> Response:
        """What had better be done next with the customer; blank where nothing presses."""
        found = suggestions.next_best(self.actor, self.get_object())
        return Response(SuggestionSerializer(found).data if found else {"kind": "", "sentence": "", "url": ""})

    @action(detail=False)
    def quality(self, request: Request) -> Response:
        """The shares of customers that are valid, unique and owned, counted now."""
        return Response(ShareSerializer(quality.shares(self.actor), many=True).data)

    @action(detail=False)
    def duplicates(self, request: Request) -> Response:
        """Who may be the same as somebody about to be entered."""
        known = self.values(Likeness, request.query_params.dict())
        found = duplicates.candidates(
            Known.of_values(known, [], [{"detail": known["address"]}]), actor=self.actor, also=("customer__owner",)
        )
        return Response(CandidateSerializer(found, many=True).data)


class ActivitySerializer(StrictModelSerializer):
    """A call, visit, message or note; without a title the first line of the text serves."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)

    class Meta:
        model = Activity
        fields = (
            "id",
            "party",
            "contact",
            "kind",
            "happened_at",
            "title",
            "text",
            "product",
            "place",
            "owner",
            "created_at",
        )
        read_only_fields = ("owner", "created_at")


class ActivityViewSet(Creating, Updating, ServiceViewSet):
    model = Activity
    serializer_class = ActivitySerializer
    filterset_class = filters.ActivityFilters
    ordering_fields = ("id", "happened_at")

    def add(self, values: dict[str, Any]) -> Activity:
        return activities.log_activity(actor=self.actor, **values)

    def change(self, row: Activity, values: dict[str, Any]) -> None:
        activities.change_activity(activity=row, actor=self.actor, **values)
