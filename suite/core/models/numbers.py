"""Counters for numbers without gaps, and how the numbers of papers look."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core.models.documents import CompanyRow


class Counter(CompanyRow):
    """The last number given in a series (a voucher word in a period, say); taken last in a transaction."""

    series = models.CharField(max_length=60)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "series"], name="core_counter_once")]

    def __str__(self) -> str:
        return f"{self.series}: {self.value}"


# No digit stands right before the counter: so two patterns, of today and of last year, never make the same number.
PREFIX = r"^[A-Z0-9./_-]*[A-Z./_-]$"


class NumberPattern(CompanyRow):
    """编号规则: how the numbers of a kind of paper look. Triggers read it at INSERT; what has a number keeps it."""

    class Stamp(models.TextChoices):
        NONE = "", pgettext_lazy("in a number", "No date")
        YEAR = "YYYY", _("Year")
        MONTH = "YYYYMM", _("Year and month")
        DAY = "YYYYMMDD", _("Day")

    kind = models.CharField(max_length=4, editable=False)
    prefix = models.CharField(
        _("prefix"),
        max_length=10,
        validators=[
            RegexValidator(PREFIX, _("Capital letters, digits and . / _ - ; a digit does not stand at the end"))
        ],
    )
    stamp = models.CharField(_("date in the number"), max_length=8, choices=Stamp, default=Stamp.NONE, blank=True)
    width = models.PositiveSmallIntegerField(
        _("digits"), default=6, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta:
        verbose_name = _("number pattern")
        verbose_name_plural = _("number patterns")
        constraints = [
            models.UniqueConstraint(fields=["company", "kind"], name="core_number_pattern_once"),
            models.UniqueConstraint(
                fields=["company", "prefix"],
                name="core_number_prefix_once",
                violation_error_message=_("Another kind of paper has this prefix"),
            ),
            models.CheckConstraint(
                condition=Q(prefix__regex=PREFIX, width__gte=1, width__lte=12), name="core_number_pattern_sane"
            ),
        ]

    def __str__(self) -> str:
        from suite.core.numbering import kinds

        found = kinds().get(self.kind)
        return capfirst(str(found._meta.verbose_name)) if found else self.kind

    @property
    def example(self) -> str:
        """A number as it will look."""
        from suite.core import clock

        formats = {"YYYY": "%Y", "YYYYMM": "%Y%m", "YYYYMMDD": "%Y%m%d"}
        stamp = f"{clock.today(self.company):{formats[self.stamp]}}-" if self.stamp else ""
        return f"{self.prefix}{stamp}{'1':0>{self.width}}"
