"""Files at records, for other systems: in the rights of the record, as on its page."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from suite.core.api import (
    Creating,
    Deleting,
    FilterSet,
    ServiceViewSet,
    StrictModelSerializer,
    StrictSerializer,
    action,
)
from suite.desk import documents, queries
from suite.desk.models import Attachment
from suite.desk.services import attachments

NO_RECORD = gettext_lazy("There is no such record")


class AttachmentSerializer(StrictModelSerializer):
    """A file at a record; `content/` gives what is in it."""

    class Meta:
        model = Attachment
        fields = (
            "id", "subject_kind", "subject_id", "name", "content_type", "size", "created_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewAttachment(StrictSerializer):
    """A file and the record it is for, as a form sends it (multipart/form-data)."""

    subject_kind = serializers.CharField(max_length=60, help_text=gettext_lazy("Such as crm_sales.order"))
    subject_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    file = serializers.FileField(max_length=200, allow_empty_file=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind, pk = attrs.pop("subject_kind"), attrs.pop("subject_id")
        attrs["subject"] = documents.find(self.context["request"].actor, kind, pk)
        if attrs["subject"] is None:
            raise serializers.ValidationError({"subject_id": [NO_RECORD]})
        return attrs


class AttachmentFilters(FilterSet):
    subject_kind = django_filters.CharFilter(required=True, max_length=60)
    subject_id = django_filters.NumberFilter(required=True, min_value=1, max_value=2**63 - 1)

    class Meta:
        model = Attachment
        fields = ()


class AttachmentViewSet(Creating, Deleting, ServiceViewSet):
    """The files of a record that the caller sees; `?subject_kind=&subject_id=` names it."""

    model = Attachment
    serializer_class = AttachmentSerializer
    filterset_class = AttachmentFilters
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]
    input_classes = {"create": NewAttachment}
    output_classes = {"content": "*/*"}
    action_permissions = {"content": "desk.view_attachment"}

    def get_queryset(self) -> QuerySet[Attachment]:
        if getattr(self, "swagger_fake_view", False) or self.action != "list":
            return Attachment.objects.none()
        kind, pk = (self.request.query_params.get(name, "") for name in ("subject_kind", "subject_id"))
        known = pk.isascii() and pk.isdigit() and len(pk) < 19
        subject = documents.find(self.actor, kind, int(pk)) if known else None
        if subject is None and kind and known:
            raise ValidationError({"subject_id": NO_RECORD})
        return queries.files_at(subject, self.actor) if subject else Attachment.objects.none()

    def get_object(self) -> Attachment:
        return self._found()[0]

    def _found(self) -> tuple[Attachment, Any]:
        found = queries.file_of(int(self.kwargs["pk"]), self.actor)
        if found is None:
            raise NotFound
        return found

    def add(self, values: dict[str, Any]) -> Attachment:
        try:
            return attachments.attach(actor=self.actor, subject=values["subject"], upload=values["file"])
        except ValidationError as error:
            raise ValidationError({"file": error.messages}) from None

    def remove(self, row: Attachment) -> None:
        attachments.remove(actor=self.actor, attachment=row, subject=self._found()[1])

    @action(detail=True)
    def content(self, request: Request, pk: str) -> FileResponse:
        """What is in the file."""
        return attachments.sent(self.get_object())
