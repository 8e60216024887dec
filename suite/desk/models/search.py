"""What the search box knows."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core.models import CompanyRow
from suite.core.said import SaidField


class SearchEntry(CompanyRow):
    """One record in the search table, cut into tokens (see `suite.desk.search`); rebuildable from the records."""

    OWNER = "owner"
    TEAM = "team"

    kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    team = models.ForeignKey("core.Team", models.SET_NULL, null=True, related_name="+", db_index=False)
    title = SaidField(max_length=200)
    subtitle = SaidField(max_length=200, blank=True)
    tokens = ArrayField(models.CharField(max_length=24))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="desk_search_once")]
        indexes = [GinIndex(fields=["company", "kind", "tokens"], name="desk_search_found", fastupdate=False)]

    def __str__(self) -> str:
        return self.title
