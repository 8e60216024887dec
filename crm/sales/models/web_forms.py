"""Forms that strangers fill in on the company's site."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suite.core import clock
from suite.core.models import CompanyRow
from suite.core.models.people import Named
from suite.masterdata.models import Product


def new_token() -> str:
    """128 random bits: the address of a form is not guessed."""
    return secrets.token_urlsafe(16)


class WebForm(CompanyRow, Named):
    """落地页表单: makes leads. The name is for the company, title and texts are what strangers read.

    `fields` are what is asked, in order: [{"name": "phone", "required": true}, {"name": "own.size", ...}].
    """

    FIELDS = {
        "name": pgettext_lazy("lead", "Person"),
        "organisation": _("Organisation"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "text": pgettext_lazy("lead", "Enquiry"),
    }

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    intro = models.TextField(_("words above the form"), max_length=2000, blank=True)
    intro_en = models.TextField(_("words above the form in English"), max_length=2000, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    consent = models.TextField(_("what is agreed to"), max_length=4000, blank=True)
    consent_en = models.TextField(_("what is agreed to in English"), max_length=4000, blank=True)
    thanks = models.TextField(_("thanks"), max_length=2000, blank=True)
    thanks_en = models.TextField(_("thanks in English"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=40, blank=True)
    campaign = models.CharField(_("campaign"), max_length=60, blank=True)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("product"), db_index=False
    )
    is_active = models.BooleanField(_("open"), default=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="crm_web_form_name_once",
                violation_error_message=_("There is a form with this name already"),
            )
        ]
        indexes = [models.Index(fields=["company", "-id"], name="crm_web_form_latest")]
