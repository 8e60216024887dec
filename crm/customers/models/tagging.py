"""Tags that rules put on customers: the rule, and which tags of whom are its doing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.customers.models.profiles import Customer, Tag
from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.people import Named


class TagRule(CompanyRow, Named):
    """标签规则: customers on whom its conditions hold carry its tag, and lose it when they hold no more.

    `conditions` are those of flows over customers (`suite.automation.conditions`); without any it says nothing of
    anybody. `code` names a rule that comes with the house.
    """

    code = models.SlugField(_("code"), max_length=40, blank=True, editable=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="rules", verbose_name=_("tag"))
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    is_on = models.BooleanField(_("in force"), default=True)
    looked_on = models.DateField(_("last gone through"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("tag rule")
        verbose_name_plural = _("tag rules")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"], name="crm_tag_rule_once",
                violation_error_message=_("There is a rule of this name already"),
            ),
            models.UniqueConstraint(
                fields=["company", "code"], condition=~models.Q(code=""), name="crm_tag_rule_code_once"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["company", "-updated_at", "-id"], name="crm_tag_rule_by_change")]


class RuledTag(CompanyRow):
    """A tag that a rule put on a customer. A tag without such a row was put on by hand, and no rule takes it off."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="ruled_tags", verbose_name=_("customer"))
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", verbose_name=_("tag"), db_index=False)
    rule = models.ForeignKey(TagRule, models.CASCADE, related_name="+", verbose_name=_("rule"), db_index=False)
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("tag set by a rule")
        verbose_name_plural = _("tags set by rules")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "tag"], name="crm_ruled_tag_once")]
        indexes = [models.Index(fields=["rule", "customer"], name="crm_ruled_tag_by_rule")]
