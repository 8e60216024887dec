"""What an import did, so that it can go on after a crash, and be undone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow


class ImportBatch(CompanyRow):
    """A portion of an import, written with its records: keys made, values before each change (those of
    own fields apart), lines refused or doubtful and why."""

    job = models.ForeignKey("core.Job", models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    made = ArrayField(models.BigIntegerField(), default=list)
    changed = models.JSONField(default=dict)
    own = models.JSONField(default=dict)
    refused = models.JSONField(default=dict)
    doubtful = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="desk_import_batch_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.position}"
