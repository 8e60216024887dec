"""Fields that a company adds to its records, and the sections they stand in."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.people import Named


class OwnSection(CompanyRow, Named):
    """分组: a heading under which own fields of a kind of record stand together."""

    VIEW = "desk.view_ownfield"

    kind = models.CharField(_("kind of record"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "name"],
                name="desk_own_section_once",
                violation_error_message=_("There is a section with this name already"),
            )
        ]


class OwnField(CompanyRow, Named):
    """自定义字段: a typed field of a kind of record; its values stand in the records, under its key in `own`."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        LONG = "long", _("Long text")
        NUMBER = "number", _("Number")
        MONEY = "money", pgettext_lazy("field", "Money")
        DATE = "date", _("Date")
        BOOL = "bool", _("Yes or no")
        CHOICE = "choice", _("Choice")
        CHOICES = "choices", _("Several choices")
        PARTY = "party", _("Party")
        PRODUCT = "product", _("Product")
        FILE = "file", _("File")

    class Index(models.TextChoices):
        """How far the index is by which lists sort and filter."""

        NONE = "", _("Not of this type")
        WAITING = "waiting", _("Being prepared")
        READY = "ready", pgettext_lazy("index", "Ready")
        FULL = "full", _("No: the kind has as many indexes as it may have")

    kind = models.CharField(_("kind of record"), max_length=60)
    key = models.CharField(_("key"), max_length=40)
    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.TEXT)
    section = models.ForeignKey(
        OwnSection, models.SET_NULL, null=True, blank=True, related_name="fields", verbose_name=_("section")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    required = models.BooleanField(_("required"), default=False)
    listed = models.BooleanField(_("shown in lists"), default=True)
    default = models.JSONField(_("default"), null=True, blank=True)
    options = models.JSONField(_("options"), default=list, blank=True)
    help = models.CharField(_("help"), max_length=300, blank=True)
    help_en = models.CharField(_("English help"), max_length=300, blank=True)
    seen_by = models.JSONField(_("seen by"), default=list, blank=True)
    changed_by = models.JSONField(_("filled in by"), default=list, blank=True)
    index = models.CharField(
        _("sorting and filtering"), max_length=10, choices=Index, default=Index.NONE, blank=True, editable=False
    )
    is_archived = models.BooleanField(_("archived"), default=False, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "key"],
                name="desk_own_field_key_once",
                violation_error_message=_("There is a field with this key already"),
            ),
            models.UniqueConstraint(
                "company",
                "kind",
                Lower("name"),
                name="desk_own_field_name_once",
                condition=Q(is_archived=False),
                violation_error_message=_("There is a field with this name already"),
            ),
        ]
        indexes = [models.Index(fields=["company", "kind", "position", "id"], name="desk_own_field_of_kind")]


class FieldRule(CompanyRow):
    """字段权限: who sees a field of the house in a kind of record, who may fill it in, and who must."""

    VIEW = "desk.view_ownfield"

    kind = models.CharField(_("kind of record"), max_length=60)
    field = models.CharField(_("field"), max_length=60)
    seen_by = models.JSONField(_("seen by"), default=list, blank=True)
    changed_by = models.JSONField(_("filled in by"), default=list, blank=True)
    required = models.BooleanField(_("required"), default=False)
    required_of = models.JSONField(_("required of"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("rule for a field")
        verbose_name_plural = _("rules for fields")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "field"],
                name="desk_field_rule_once",
                violation_error_message=_("There is a rule for this field already"),
            ),
            models.CheckConstraint(
                name="desk_field_rule_says_something",
                condition=~Q(seen_by=[], changed_by=[], required=False),
                violation_error_message=_("A rule says who sees a field, who fills it in, or that it is required"),
            ),
        ]
