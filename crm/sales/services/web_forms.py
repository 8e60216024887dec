"""Forms on the company's site: drawn up by the company, filled in by strangers, and guarded against robots."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Lead, WebForm
from crm.sales.services import guarding, leads
from suite.core import clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.desk.own import book
from suite.desk.own.book import Definition, Type

log = logging.getLogger(__name__)

MOST = 30  # fields of a form
SALT = "crm.sales.web-form"
LEAST = 2  # seconds that a person takes to fill a form in
LONGEST = 24 * 3600  # seconds that a page may stand open
PER_ADDRESS, PER_FORM = 10, 300  # so many may be sent within the window of `guarding`
ASKABLE = {Type.TEXT, Type.LONG, Type.NUMBER, Type.MONEY, Type.DATE, Type.BOOL, Type.CHOICE, Type.CHOICES}


def own_fields(company_id: int) -> dict[str, Definition]:
    """The own fields of leads that strangers may be asked for: those that every role of the company sees."""
    return {
        each.name: each
        for each in book.of(Lead.kind(), company_id)
        if each.type in ASKABLE and not each.seen_by and not each.changed_by
    }


@service
def create_form(*, actor: Actor, reason: str = "", **values: Any) -> WebForm:
    """Draw up a form. Raises ValidationError by field."""
    row = WebForm(company=actor.company, **values)
    _judge(row)
    row.save()
    current_act().audit(row, "created", {"name": (None, row.name)})
    return row


@service
def change_form(*, form_id: int, actor: Actor, reason: str = "", **values: Any) -> WebForm:
    """Change a form; its address stays. Raises ValidationError by field."""
    row = WebForm.objects.of(actor.company_id).lock([form_id]).get()
    proposed = WebForm.objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(proposed, name, value)
    _judge(proposed)
    save_changes(row, values)
    return row


@service
def close_forms(*, form_ids: Sequence[int], is_open: bool, actor: Actor, reason: str = "") -> int:
    """Close forms, or open them again; says how many were different."""
    rows = list(WebForm.objects.of(actor.company_id).exclude(is_active=is_open).lock(form_ids))
    for row in rows:
        current_act().audit(row, "changed", {"is_active": (not is_open, is_open)})
    WebForm.objects.filter(pk__in=[row.pk for row in rows]).update(is_active=is_open)
    return len(rows)


def _judge(row: WebForm) -> None:
    row.clean_fields(exclude=["company", "product", "fields"])
    if WebForm.objects.of(row.company_id).filter(name=row.name).exclude(pk=row.pk).exists():
        raise ValidationError({"name": _("There is a form with this name already")})
    known = {*WebForm.FIELDS, *own_fields(row.company_id)}
    shape = isinstance(row.fields, list) and all(
        isinstance(each, dict) and set(each) == {"name", "required"} and isinstance(each["required"], bool)
        for each in row.fields
    )
    if not shape or len(row.fields) > MOST:
        raise ValidationError({"fields": _("A form asks for at most %(count)s fields") % {"count": MOST}})
    names = [each["name"] for each in row.fields]
    if unknown := [name for name in names if name not in known]:
        raise ValidationError({"fields": _("There is no field %(name)s") % {"name": str(unknown[0])[:60]}})
    if len(names) != len(set(names)):
        raise ValidationError({"fields": _("Each field once, please")})
    if not any(each["required"] for each in row.fields if each["name"] in ("name", "organisation")):
        raise ValidationError({"fields": _("Ask who it is: person or organisation must be filled in")})
    if not {"phone", "email"} & set(names):
        raise ValidationError({"fields": _("Ask for a phone or a mail address, or nobody can answer")})


@service
def submit(
    *, form: WebForm, values: Mapping[str, Any], consent: str, actor: Actor, raw: Mapping[str, str] | None = None
) -> Lead:
    """Make a lead of what a stranger has filled in: source, campaign and product are the form's; `consent` is the text
    that was agreed to. Raises ValidationError by field."""
    own = {name.removeprefix("own."): value for name, value in values.items() if name.startswith("own.")}
    plain = {name: value for name, value in values.items() if name in WebForm.FIELDS}
    return leads.create_lead(
        actor=actor, **plain, own={name: value for name, value in own.items() if value not in (None, "", [])},
        source=form.source, campaign=form.campaign, products=[form.product] if form.product else [], consent=consent,
        raw=dict(raw or {}), web_form=form,
    )  # fmt: skip


# The guard: nothing of it asks another service.


def stamp(form: WebForm) -> str:
    """What a page carries, so that it is known when it was read, and that it is sent once."""
    return signing.dumps([form.token, clock.now().timestamp(), secrets.token_urlsafe(9)], salt=SALT, compress=True)


class Sent:
    """How a page was sent: `doubt` says why it is shown once more, with a new stamp where the old one is stale."""

    def __init__(self, form: WebForm, text: str) -> None:
        self.nonce, age = _read(form, text)
        self.doubt: Any = ""
        self.is_stale = age is None or age > LONGEST
        if self.is_stale:
            self.doubt = _("This page has stood open for too long. Please send it once more.")
        elif age is not None and age < LEAST:
            self.doubt = _("That was very quick. Please look it over and send it once more.")

    def is_first(self) -> bool:
        """Whether this page was not sent before; a double click is one lead."""
        try:
            return bool(cache.add(f"web-form:{self.nonce}", 1, LONGEST))
        except Exception:
            log.warning("The cache did not answer; a form that is sent twice becomes two leads")
            return True


def _read(form: WebForm, text: str) -> tuple[str, float | None]:
    try:
        token, moment, nonce = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return "", None
    return str(nonce), clock.now().timestamp() - float(moment) if token == form.token else None


def too_many(form: WebForm, address: str) -> bool:
    """Whether so many were sent from this address, or to this form, that the next one must wait; counts this one."""
    what = f"web-form:{form.pk}"
    return guarding.too_many((f"{what}:{address}", PER_ADDRESS), (what, PER_FORM))
