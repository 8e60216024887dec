"""Tax invoices, issued and received."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suite.core.models import NumberField
from suite.core.money import QuantityField
from suite.masterdata.models import TradeDocument, TradeLine


class Invoice(TradeDocument):
    """发票: a tax document. `serial` is gapless per company and year for sales; the tax platform's number is apart."""

    class Direction(models.TextChoices):
        SALES = "sales", _("Sales")
        PURCHASE = "purchase", _("Purchase")

    class Kind(models.TextChoices):
        SPECIAL = "special", _("Special VAT invoice")
        ORDINARY = "ordinary", _("Ordinary invoice")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        VOID = "void", _("Void")

    # What is issued is corrected in red; a supplier's invoice that was booked by mistake is taken off the books again.
    MOVES = {Status.DRAFT: {Status.ISSUED, Status.VOID}, Status.ISSUED: {Status.VOID}}

    number = NumberField("INV")
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    kind_of = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SPECIAL)
    serial = models.PositiveIntegerField(_("serial number"), null=True, editable=False)
    year = models.PositiveSmallIntegerField(_("year"), null=True, editable=False)
    tax_number = models.CharField(
        _("number of the tax invoice"), max_length=40, blank=True, help_text=_("20 digits for a fully digital invoice")
    )
    due_date = models.DateField(_("due date"), null=True, blank=True)
    is_red = models.BooleanField(_("red-letter"), default=False, editable=False)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    order_kind = models.CharField(max_length=60, blank=True, editable=False)
    order_id = models.BigIntegerField(null=True, editable=False)
    order_number = models.CharField(_("order"), max_length=40, blank=True, editable=False)
    issued_at = models.DateTimeField(_("issued"), null=True, editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        permissions = [("issue_invoice", "Can issue invoices"), ("reverse_invoice", "Can reverse invoices")]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "direction", "year", "serial"],
                condition=Q(serial__isnull=False),
                name="erp_invoice_serial_once",
            ),
            models.UniqueConstraint(
                fields=["company", "party", "tax_number"],
                condition=Q(direction="purchase") & ~Q(tax_number="") & ~Q(status="void"),
                name="erp_invoice_supplier_number_once",
                violation_error_message=_("This supplier's invoice is booked already"),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "direction", "-date", "-id"], name="erp_invoice_by_date"),
            models.Index(fields=["party", "-date"], name="erp_invoice_by_party"),
            models.Index(fields=["order_kind", "order_id"], name="erp_invoice_by_order"),
        ]


class InvoiceLine(TradeLine):
    """A line of an invoice and the order line it bills."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    source_line_id = models.BigIntegerField(null=True, editable=False)
    cost_price = QuantityField(null=True, editable=False)

    class Meta(TradeLine.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        constraints = TradeLine.sane("erp_invoice_line")
