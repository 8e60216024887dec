"""What customers want as everybody sees it: which needs contradict each other, and how they are told."""

from __future__ import annotations

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Lower, Trim
from django.urls import reverse

from crm.customers.models import Need
from crm.customers.timeline import Line
from suite.core.access import Actor

COLOURS = {"open": "info", "met": "success", "dropped": "secondary"}
SHOWN = 8


def _thing(name: type[F] | type[OuterRef]) -> Coalesce:
    """What is wanted: the product, without one the words however they are written, behind a blank: no key has one."""
    return Coalesce(Cast(name("product_id"), CharField()), Concat(Value(" "), Lower(Trim(name("text")))))


def _contradicting() -> Exists:
    """Another open need of the same customer, by another author and of another thing."""
    others = Need.objects.filter(party=OuterRef("party"), status=Need.Status.OPEN).annotate(thing=_thing(F))
    return Exists(others.exclude(owner=OuterRef("owner")).exclude(thing=_thing(OuterRef)))


CONFLICTING = Q(_contradicting(), status=Need.Status.OPEN)


def with_conflicts(rows: QuerySet[Need]) -> QuerySet[Need]:
    """Needs with `conflicts`: whether somebody else heard otherwise."""
    return rows.annotate(conflicts=Case(When(CONFLICTING, then=True), default=False))


def needs_of(actor: Actor, party_id: int) -> QuerySet[Need]:
    """What was written down of a customer's needs, for those who may see it."""
    return Need.objects.visible_to(actor).filter(party=party_id).select_related("owner", "product")


def open_needs(actor: Actor, party_id: int) -> list[Need]:
    """The latest open needs of a customer, with `conflicts`; one statement."""
    rows = with_conflicts(needs_of(actor, party_id)).filter(status=Need.Status.OPEN)
    return list(rows.order_by("-heard_on", "-pk")[:SHOWN])


def need_line(row: Need) -> Line:
    """A need as the timeline shows it."""
    title = f"{row.what} · {row.get_status_display()}"
    return Line(title=title, who=str(row.owner or ""), url=reverse("customers:need", args=[row.pk]))


def words_of_need(row: Need) -> tuple[str, ...]:
    """What a need is found by."""
    product = (row.product.code, row.product.name, row.product.name_en) if row.product else ()
    return row.text, row.party.name, row.party.name_en, *product
