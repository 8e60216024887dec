"""What the closed deals of a pipeline taught about winning."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.sales.models.pipelines import Pipeline
from suite.core import clock
from suite.core.models import CompanyRow


class ChanceModel(CompanyRow):
    """赢率模型: counts of won and lost deals of a pipeline, and how well they would have told (`services.odds`).

    `stages` are [key, won, lost, name, English name] in their order, `fields` maps a field to {value: [won, lost, name,
    English name]}; they are blank while there is too little data, and `tested` is what the back-test came to.
    """

    VIEW = "crm_sales.view_pipeline"

    pipeline = models.OneToOneField(Pipeline, models.CASCADE, related_name="chances", verbose_name=_("pipeline"))
    learned_at = models.DateTimeField(_("learned"), default=clock.now)
    won = models.PositiveIntegerField(_("won"), default=0)
    lost = models.PositiveIntegerField(_("lost"), default=0)
    stages = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    tested = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("win probability model")
        verbose_name_plural = _("win probability models")

    def __str__(self) -> str:
        return str(self.pipeline)

    @property
    def knows_enough(self) -> bool:
        """Whether there was enough to learn from."""
        return bool(self.stages)
