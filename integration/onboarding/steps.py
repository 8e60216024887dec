"""The six steps of setting a company up: each can be left out and is found again in the setup centre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suite.automation.models import Webhook
from suite.core.access import Actor
from suite.core.models import Membership
from suite.desk.models import FirstSteps
from suite.masterdata.models import Party, Product


def saved(code: str) -> Callable[[Actor], bool]:
    """Whether an administrator of the company has been through a step that leaves no other trace."""
    return lambda actor: FirstSteps.objects.of(actor.company_id).filter(done__contains=[f"setup.{code}"]).exists()


def has_data(actor: Actor) -> bool:
    return Party.objects.of(actor.company_id).exists() or Product.objects.of(actor.company_id).exists()


@dataclass(frozen=True)
class Step:
    """A step: what it asks for, and whether that is there."""

    code: str
    title: str | Promise
    text: str | Promise
    icon: str
    is_done: Callable[[Actor], bool]


STEPS = (
    Step(
        "language", _("Language and time zone"), _("In which language you work, and when a day begins"), "language",
        saved("language"),
    ),
    Step(
        "company", _("Your company"), _("Name, credit code, kind of taxpayer, first month of the books"), "building",
        lambda actor: bool(actor.company.credit_code) or saved("company")(actor),
    ),
    Step(
        "industry", _("Industry"), _("Settings, modules, menus and tags as your trade begins with"), "building-store",
        lambda actor: bool(actor.company.industry),
    ),
    Step(
        "people", _("People"), _("Invite colleagues and give them roles"), "users",
        lambda actor: Membership.objects.filter(company=actor.company_id)[1:2].exists(),
    ),
    Step("data", _("Your data"), _("Customers, products, opening stock; or sample data to try with"), "database",
         has_data),
    Step(
        "channels", _("Channels"), _("Groups and systems that are told what happens here"), "message-circle",
        lambda actor: Webhook.objects.of(actor.company_id).exists() or saved("channels")(actor),
    ),
)  # fmt: skip


def step(code: str) -> Step | None:
    return next((each for each in STEPS if each.code == code), None)


def after(code: str) -> Step | None:
    """The step that follows, whether it is done or not."""
    codes = [each.code for each in STEPS]
    place = codes.index(code) + 1
    return STEPS[place] if place < len(STEPS) else None
