"""Days that are not what their weekday says."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core.models.documents import CompanyRow
from suite.core.models.people import Named


class CalendarDay(CompanyRow, Named):
    """节假日与调休: a weekday on which the company is free, or a day of the weekend on which it works."""

    date = models.DateField(_("date"))
    works = models.BooleanField(_("is worked"), default=False)

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "date"],
                name="core_calendar_day_once",
                violation_error_message=_("This day is in the calendar already"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.label}"
