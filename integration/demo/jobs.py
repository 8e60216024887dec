"""The demo as background work: the larger company, and taking a demo company away."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from integration.demo import removal, story
from suite.core import companies, jobs
from suite.core.access import Actor
from suite.core.models import Company, Job, Membership
from suite.core.said import said

LOAD, REMOVE = "integration.load_demo", "integration.remove_demo"


def connect() -> None:
    """Called once when the project starts."""
    jobs.register(LOAD, _load)
    jobs.register(REMOVE, _remove)


def load_large(*, actor: Actor, pks: list[int]) -> None:
    """Have the larger demo company loaded beside the one that is there."""
    jobs.enqueue(kind=LOAD, title=said(_("Load the large demo company")), actor=actor)


def load_beside(*, actor: Actor) -> Job:
    """Have a demo company loaded in which the actor may do everything, beside the one they work in."""
    return jobs.enqueue(kind=LOAD, title=said(_("Load the demo company")), params={"size": "small"}, actor=actor)


def remove(*, actor: Actor, pks: list[int]) -> None:
    """Have the demo company removed in which the actor works."""
    jobs.enqueue(kind=REMOVE, title=said(_("Remove the demo company")), actor=actor)


def _load(job: Job, actor: Actor, progress: jobs.Progress) -> dict[str, Any]:
    """The company is there as a whole or not at all, so a job that died is simply done again."""
    size = story.SIZES[job.params.get("size", "large")]
    if not Company.objects.filter(code=size.code).exists():
        story.tell(size)
    company = Company.objects.get(code=size.code)
    if actor.user and not Membership.objects.filter(user=actor.user, company=company).exists():
        companies.join(user=actor.user, role_codes=["administrator"], actor=Actor.system(company))
    return {"company": size.code}


def _remove(job: Job, actor: Actor, progress: jobs.Progress) -> None:
    removal.remove(actor.company)
