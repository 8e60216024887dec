"""Parties: everyone we sell to or buy from, once."""

from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models import CompanyRow, NumberField
from suite.core.models.people import Named
from suite.masterdata import standards
from suite.masterdata.models.shared import SharedManager


class Region(Named):
    """行政区划: province, city or county by its GB/T 2260 code; levels may be missing (东莞 has no counties)."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    objects = SharedManager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]

    @property
    def path(self) -> str:
        """The region with what lies above it: 广东省 深圳市 南山区; reads the parents."""
        return f"{self.parent.path} {self.label}" if self.parent else self.label


class Party(CompanyRow, Named):
    """往来单位: an organisation or person we trade with. Being a customer or a supplier is a profile on it."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("Organisation")
        PERSON = "person", _("Person")

    code = NumberField("P", verbose_name=_("code"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANISATION)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        blank=True,
        validators=[standards.credit_code],  # type: ignore[list-item]
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True, validators=[standards.phone])  # type: ignore[list-item]
    phone_raw = models.CharField(_("phone as entered"), max_length=60, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=60, blank=True)
    invoice_title = models.CharField(_("invoice title"), max_length=200, blank=True)
    bank_branch = models.CharField(_("bank of deposit"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    external_ref = models.CharField(
        _("reference elsewhere"), max_length=60, blank=True, help_text=_("Its key in another system, for import")
    )
    note = models.TextField(_("note"), blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("merged into")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    own = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        permissions = [
            ("see_bank", "Can see bank accounts"),
            ("see_cost", "Can see costs and margins"),
            ("merge_party", "Can merge parties"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="masterdata_party_code_once"),
            models.UniqueConstraint(
                fields=["company", "credit_code"],
                condition=~Q(credit_code=""),
                name="masterdata_party_credit_code_once",
                violation_error_message=_("Another party has this credit code"),
            ),
            models.UniqueConstraint(
                fields=["company", "external_ref"], condition=~Q(external_ref=""), name="masterdata_party_ref_once"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "name", "id"], name="masterdata_party_by_name"),
            models.Index(fields=["company", "-updated_at", "-id"], name="masterdata_party_by_change"),
            models.Index(fields=["company", "phone"], name="masterdata_party_by_phone"),
        ]


class Contact(CompanyRow, Named):
    """联系人: a person at a party."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="contacts", verbose_name=_("party"))
    title = models.CharField(_("title"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True, validators=[standards.phone])  # type: ignore[list-item]
    phone_raw = models.CharField(_("phone as entered"), max_length=60, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    preferences = models.CharField(_("preferences"), max_length=300, blank=True)
    is_decision_maker = models.BooleanField(_("decision maker"), default=False)
    is_primary = models.BooleanField(_("primary contact"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    own = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(is_primary=True), name="masterdata_contact_one_primary"
            )
        ]
        indexes = [
            models.Index(fields=["company", "phone"], name="masterdata_contact_by_phone"),
            models.Index(fields=["company", "name", "id"], name="masterdata_contact_by_name"),
        ]


class Address(CompanyRow):
    """地址: where to ship or to bill."""

    class Kind(models.TextChoices):
        SHIPPING = "shipping", _("Shipping")
        BILLING = "billing", _("Billing")
        OFFICE = "office", _("Office")

    party = models.ForeignKey(Party, models.CASCADE, related_name="addresses", verbose_name=_("party"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SHIPPING)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    detail = models.CharField(_("address"), max_length=300)
    detail_en = models.CharField(
        _("address in English"), max_length=300, blank=True, help_text=_("The whole line, for English papers")
    )
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    contact_name = models.CharField(_("contact"), max_length=100, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True, validators=[standards.phone])  # type: ignore[list-item]
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "kind"], condition=Q(is_default=True), name="masterdata_address_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.detail

    @property
    def one_line(self) -> str:
        """The whole address as the carrier reads it; reads the region and what lies above it."""
        with translation.override("zh-hans"):
            region = self.region.path if self.region else ""
        return " ".join(part for part in (self.postcode, self.country, region, self.detail) if part)
