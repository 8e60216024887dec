"""Where people agree: a document is submitted for approval, and its run goes on by what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from suite.automation import approvals as kinds
from suite.automation.flows.nodes.base import Came, Item, Kind, Outcome, Results, Setting
from suite.automation.flows.nodes.people import OWNER, People
from suite.automation.flows.nodes.ways import LISTEN
from suite.automation.models import Approval
from suite.automation.services import approvals
from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusals
from suite.core.models import User
from suite.core.said import in_each

APPROVED, REJECTED = "approved", "rejected"
REFUSED = {"no_approval_needed": APPROVED, "approval_refused": REJECTED}  # by the code of why it is not asked for


class AskApproval(Kind):
    """Asks for the approval of the document in the name of whoever looks after it, and waits for the decision.

    Who is asked the rules for approvals say; a document that nobody needs to agree to goes on at once.
    """

    name = "approval"
    label = gettext_lazy("Ask for approval")
    icon = "clipboard-check"
    group = "ways"
    listens = changes = True
    exits = ((APPROVED, gettext_lazy("Approved")), (REJECTED, gettext_lazy("Rejected")))

    def fits(self, subject: Subject) -> bool:
        return kinds.is_known(subject.name)

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        waiting = approvals.waiting_for([item.row for item in items])
        new = [item for item in items if not item.run.listens and item.row.pk not in waiting]
        refused = self._ask(new, setting) if new else {}
        known = approvals.last_of([item.row for item in items])
        return {item.run.pk: self._came(item, known.get(item.row.pk), refused, setting) for item in items}

    def _ask(self, items: Sequence[Item], setting: Setting) -> Refusals:
        """Submit the documents of each person in their name; why some were not, by key."""
        owners = People({"who": OWNER}, items, setting.subject, setting.actor)
        users = {user.pk: user for user in User.objects.filter(pk__in=owners.present)}
        asked: dict[int | None, dict[int, Any]] = {}
        for item in items:
            asked.setdefault(next(iter(owners.all(item)), None), {})[item.row.pk] = item.row
        refused: Refusals = {}
        for owner, documents in asked.items():
            actor = Actor(users[owner], setting.actor.company) if owner else setting.actor
            refused |= submit(setting.subject.name, list(documents), actor)
        return refused

    def _came(self, item: Item, approval: Approval | None, refused: Refusals, setting: Setting) -> Came:
        if refusal := refused.get(item.row.pk):
            way = REFUSED.get(refusal.code)
            outcome = {APPROVED: Outcome.YES, REJECTED: Outcome.NO, None: Outcome.FAILED}[way]
            return Came(outcome, in_each(lambda: str(refusal)), exit=way or "")
        status = approval.status if approval else Approval.Status.WITHDRAWN
        if status == Approval.Status.APPROVED:
            return Came(Outcome.YES, exit=APPROVED)
        if status not in Approval.OPEN:
            taken_back = status == Approval.Status.WITHDRAWN
            why = gettext_lazy("Nobody asks for the approval any more") if taken_back else ""
            return Came(Outcome.NO, why, exit=REJECTED)
        if setting.is_rehearsal:
            return Came(Outcome.YES, gettext_lazy("As if it were approved"), exit=APPROVED)
        assert approval is not None
        return Came(Outcome.WAITS, in_each(lambda: approval.reason), again_at=setting.moment + LISTEN)


def submit(name: str, pks: Sequence[int], actor: Actor) -> Refusals:
    """Submit documents of a kind; those that cannot be do not keep the others from it, and why comes back by key."""
    kind, refused = kinds.kind(name), Refusals()
    while pks:
        try:
            kind.submit(actor=actor, pks=pks)
            break
        except BusinessError as error:
            if not error.by_key.keys() & set(pks):
                raise
            refused |= error.by_key
            pks = [pk for pk in pks if pk not in refused]
    return refused
