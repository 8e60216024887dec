"""How customers are graded: points for what is known of them, and what came of it for each."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.customers.models.profiles import Customer
from suite.core import clock
from suite.core.models import Company, CompanyRow


class GradePolicy(CompanyRow):
    """客户评级规则: one row per company; points from which a customer is an A, a B or a C, everybody else a D."""

    company = models.OneToOneField(Company, models.CASCADE, related_name="grade_policy", editable=False)
    is_on = models.BooleanField(_("in force"), default=False)
    a_from = models.SmallIntegerField(_("A from (points)"), default=60)
    b_from = models.SmallIntegerField(_("B from (points)"), default=35)
    c_from = models.SmallIntegerField(_("C from (points)"), default=10)
    looked_on = models.DateField(_("last gone through"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("rating rule")
        verbose_name_plural = _("rating rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(a_from__gt=F("b_from"), b_from__gt=F("c_from")), name="crm_grade_policy_falls",
                violation_error_message=_("An A takes more points than a B, a B more than a C"),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class GradeTerm(CompanyRow):
    """So many points from a value of a fact on; of several terms on one fact the one with the highest value counts."""

    policy = models.ForeignKey(GradePolicy, models.CASCADE, related_name="terms", verbose_name=_("rating rule"))
    fact = models.SlugField(_("fact"), max_length=30)
    at_least = models.DecimalField(_("at least"), max_digits=18, decimal_places=2)
    points = models.SmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("term of the rating")
        verbose_name_plural = _("terms of the rating")
        default_permissions = ()
        ordering = ["fact", "at_least"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "fact", "at_least"], name="crm_grade_term_once",
                violation_error_message=_("The same value stands there twice"),
            )
        ]  # fmt: skip


class Rating(CompanyRow):
    """评级结果: what the rule says of a customer, and the terms that made it: [{"fact", "value", "points"}, ...].

    The customer carries its grade unless somebody gave it another one by hand.
    """

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="rating", verbose_name=_("customer"))
    grade = models.CharField(_("grade by the rule"), max_length=1, choices=Customer.Grade)
    points = models.IntegerField(_("points"))
    terms = models.JSONField(_("terms"), default=list)
    at = models.DateTimeField(_("reckoned"), default=clock.now)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(grade__in=["A", "B", "C", "D"]), name="crm_rating_grade")]
