"""Counters for numbers without gaps."""

from django.db import models

from suite.core.models.documents import CompanyRow


class Counter(CompanyRow):
    """The last number given in a series (a voucher word in a period, say); taken last in a transaction."""

    series = models.CharField(max_length=60)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "series"], name="core_counter_once")]

    def __str__(self) -> str:
        return f"{self.series}: {self.value}"
