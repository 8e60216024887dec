"""The ways that deals go: pipelines with stages, and what is to be done and known at each."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core.models import CompanyRow
from suite.core.models.people import Named
from suite.core.money import PercentField


class Pipeline(CompanyRow, Named):
    """销售流程: the stages through which deals of one kind go; the first one is taken where none is named."""

    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="crm_pipeline_name_once",
                violation_error_message=_("There is a pipeline with this name already"),
            )
        ]


class Stage(CompanyRow, Named):
    """阶段: a step of a pipeline. One that deals have been in is archived, so that their past keeps its names.

    `criteria` are what must be so before a deal goes on from here (`services.criteria` knows them by their words).
    """

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("opportunity", "Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages", verbose_name=_("pipeline"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.OPEN)
    probability = PercentField(_("probability %"), default=Decimal(0))
    target_days = models.PositiveSmallIntegerField(_("target days"), null=True, blank=True)
    guidance = models.TextField(_("guidance"), blank=True)
    guidance_en = models.TextField(_("guidance in English"), blank=True)
    criteria = models.JSONField(_("exit criteria"), default=list, blank=True)
    needs_approval = models.BooleanField(_("only with approval"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False, editable=False)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=100),
                name="crm_stage_probability",
                violation_error_message=_("A probability lies between 0 and 100"),
            ),
            models.UniqueConstraint(
                fields=["pipeline", "kind"],
                condition=~Q(kind="open") & Q(is_archived=False),
                name="crm_stage_one_end",
                violation_error_message=_("A pipeline has one stage for what is won and one for what is lost"),
            ),
        ]


class KeyAction(CompanyRow, Named):
    """关键动作: what is to be done in a stage; a task of whoever looks after the deal, once for each visit."""

    SOURCE = "crm.sales.stage"  # of the tasks that key actions become

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="actions", verbose_name=_("stage"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    days = models.PositiveSmallIntegerField(_("due after (days)"), default=1)

    class Meta:
        verbose_name = _("key action")
        verbose_name_plural = _("key actions")
        ordering = ["position", "id"]


class LostReason(CompanyRow, Named):
    """输单原因."""

    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("reason for losing")
        verbose_name_plural = _("reasons for losing")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="crm_lost_reason_once")]


class Rival(CompanyRow, Named):
    """竞争对手: who else wants the deal."""

    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("rival")
        verbose_name_plural = _("rivals")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="crm_rival_once")]
