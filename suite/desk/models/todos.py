"""What somebody has to do by when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock
from suite.core.models import Document
from suite.core.said import SaidField


class Task(Document):
    """待办: something to do, with an owner and a due time; may speak of any record, may come from a rule."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "Open")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        Status.OPEN: {Status.DONE, Status.CANCELLED},
        Status.DONE: {Status.OPEN},
        Status.CANCELLED: {Status.OPEN},
    }

    class Notified(models.TextChoices):
        """How far the reminders of the present due time have gone."""

        NOT_YET = "", _("Not yet")
        DUE = "due", _("Reminded")
        OVERDUE = "overdue", _("Reminded that it is overdue")

    title = SaidField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
        editable=False,
    )
    subject_kind = models.CharField(_("kind of record"), max_length=60, blank=True, editable=False)
    subject_id = models.BigIntegerField(null=True, editable=False)
    subject_label = SaidField(_("about"), max_length=200, blank=True, editable=False)
    source = models.CharField(_("made by"), max_length=60, blank=True, editable=False)
    dedupe_key = models.CharField(max_length=200, null=True, unique=True, editable=False)  # noqa: DJ001
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    notified = models.CharField(max_length=10, choices=Notified, default=Notified.NOT_YET, blank=True, editable=False)
    next_notice_at = models.DateTimeField(_("next reminder"), null=True, editable=False)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(
                fields=["company", "owner", "due_at", "id"], name="desk_task_open", condition=Q(status="open")
            ),
            models.Index(fields=["company", "due_at", "id"], name="desk_task_by_due"),
            models.Index(fields=["company", "status", "due_at", "id"], name="desk_task_by_status"),
            models.Index(fields=["next_notice_at", "id"], name="desk_task_notice", condition=Q(status="open")),
            models.Index(fields=["subject_kind", "subject_id"], name="desk_task_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        return self.status == self.Status.OPEN and self.due_at is not None and self.due_at < clock.now()
