"""What setting up brings to the ground below: the first cards of the setup centre."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integration.onboarding import guides
from integration.onboarding.steps import STEPS, Step
from suite.core.access import Actor
from suite.desk import setup


def connect() -> None:
    """Called once, from apps.py."""
    guides.connect()
    for number, step in enumerate(STEPS):
        setup.register(
            _("Setting up"), step.title, "onboarding:step", args=(step.code,), text=step.text, icon=step.icon,
            permission="core.change_company", todo=todo(step), order=number,
        )  # fmt: skip


def todo(step: Step) -> setup.Todo:
    def said(actor: Actor) -> bool:
        return not step.is_done(actor)

    return said
