"""What an import did, so that it can be undone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow


class ImportRow(CompanyRow):
    """One record that an import made or changed: the key, and the values before the change."""

    job = models.ForeignKey("core.Job", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        indexes = [models.Index(fields=["job", "id"], name="desk_import_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
