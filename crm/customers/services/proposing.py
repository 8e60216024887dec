"""From a text to proposals: what it promises or asks for, with the records it names and what speaks against it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from crm.customers import ports, reading
from crm.customers.models import Activity, Commitment, Customer
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import Refusal
from suite.desk import search
from suite.desk.models import SearchEntry
from suite.masterdata.matching.organisations import organisation_of
from suite.masterdata.matching.text import words
from suite.masterdata.models import Contact, Party, Product, Unit
from suite.masterdata.services import units

MOST_NAMES = 50_000  # products whose names are looked for: those changed last
KEPT = 8  # companies whose names a process keeps
COMPANY = re.compile(
    r"[\u4e00-\u9fff]{2,24}?(?:有限公司|公司|集团|厂|商行|超市|酒店|医院|学校|中心|商店|电器|科技|贸易|实业)|(?:[A-Z][\w&'-]+\s?){1,5}"
)
ADDRESS = re.compile(r"[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,20}){1,4}")
HEAD = 4000  # characters in which the customer of a text is looked for
ASKED_AT_MOST = 12
COUNTERS = {"", "pcs", "unit"}  # said of anything: 100个, 100台, 100 units

_names: dict[int, tuple[tuple[int, dt.datetime | None], reading.Names]] = {}


@dataclass(frozen=True)
class Proposal:
    """A commitment that is not written yet; `asked` for rather than promised; what speaks against it."""

    commitment: Commitment
    asked: bool
    end: int
    concerns: Sequence[Refusal] = ()


def propose(
    *,
    text: str,
    actor: Actor,
    party: Party | None = None,
    day: dt.date | None = None,
    from_them: bool | None = None,
    activity: Activity | None = None,
) -> list[Proposal]:
    """What a text promises or asks for; writes nothing, reads with a fixed number of statements.

    `day` is when it was written (else what it says itself, else today), `from_them` who speaks: the customer, we, or
    nobody knows. Without a `party` the text is searched for one of the actor's customers. ValidationError for a text
    that is too long.
    """
    if len(text) > reading.LONGEST:
        raise ValidationError({"text": _("This is longer than %(most)s characters") % {"most": reading.LONGEST}})
    found = reading.read(text, day=day or clock.today(actor.company), names=product_names(actor), from_them=from_them)
    if not found:
        return []
    party = party or customer_in(text, actor)
    return weighed([_row(each, party, activity, actor) for each in found], found, text, actor)


def weighed(rows: list[Commitment], found: Sequence[reading.Found], text: str, actor: Actor) -> list[Proposal]:
    """The rows with their products, units and people, and what speaks against them."""
    _name_products(rows, found)
    _name_contacts(rows, found)
    against = ports.concerns(actor, rows)
    return [
        Proposal(row, each.asked, each.end, concerns) for row, each, concerns in zip(rows, found, against, strict=True)
    ]


def _row(each: reading.Found, party: Party | None, activity: Activity | None, actor: Actor) -> Commitment:
    return Commitment(
        company_id=actor.company_id,
        party=party,
        activity=activity,
        owner=actor.user,
        sentence=each.sentence,
        start=each.start,
        deed=each.kind,
        document=each.document,
        product_id=each.product,
        quantity=each.quantity,
        price=each.price,
        discount=each.discount,
        amount=each.amount,
        due_on=each.due,
        by_them=each.by_them,
        origin=Commitment.Origin.RULE,
    )


def product_names(actor: Actor) -> reading.Names:
    """The names of the company's products, kept by the process until one of them changes; one statement, else two."""
    rows = Product.objects.of(actor.company_id).filter(is_archived=False)
    version = rows.aggregate(count=Count("pk"), last=Max("updated_at"))
    known, key = _names.get(actor.company_id), (version["count"], version["last"])
    if known and known[0] == key:
        return known[1]
    latest = rows.order_by("-updated_at", "-pk")[:MOST_NAMES]
    columns = ("pk", "name", "name_en", "code", "specification", "specification_en", "barcode")
    read = latest.values_list(*columns)
    known_names = reading.Names((pk, (name, english), known) for pk, name, english, *known in read)
    while len(_names) >= KEPT:
        _names.pop(next(iter(_names)))
    _names[actor.company_id] = key, known_names
    return known_names


def customer_in(text: str, actor: Actor) -> Party | None:
    """The one customer of the actor whom a text names: by address, code, or name with or without its legal form."""
    head = text[:HEAD]
    spoken = list(dict.fromkeys(match[0].strip() for match in COMPANY.finditer(head)))[:ASKED_AT_MOST]
    conditions = [search.condition(_own_name(word)) for word in spoken]
    named = reduce(or_, filter(None, conditions), Q())
    entries = SearchEntry.objects.of(actor.company_id).filter(named, kind="masterdata.party")
    wanted = Q(pk__in=entries.values("object_id")) if named else Q()
    if mails := set(ADDRESS.findall(head)[:ASKED_AT_MOST]):
        people = Contact.objects.of(actor.company_id).filter(email__in=mails)
        wanted |= Q(email__in=mails) | Q(pk__in=people.values("party"))
    if not wanted:
        return None
    mine = Customer.objects.visible_to(actor).values("party")
    rows = Party.objects.of(actor.company_id).filter(wanted, pk__in=mine, is_archived=False).order_by("pk")[:50]
    sure = [row for row in rows if _is_named(row, "".join(words(head)), mails)]
    return sure[0] if len(sure) == 1 else None


def _is_named(party: Party, text: str, mails: Iterable[str]) -> bool:
    if party.email in mails:
        return True
    names = {_own_name(name) for name in (party.name, party.name_en) if name}
    return any(len(name) > 1 and name in text for name in names) or bool(party.code and party.code.lower() in text)


def _own_name(name: str) -> str:
    """A company's name in one spelling, without its form and town."""
    found = organisation_of(name)
    return found.own if found else name


def _name_products(rows: Sequence[Commitment], found: Sequence[reading.Found]) -> None:
    """Put products and the units they are traded in on rows; three statements."""
    pks = {row.product_id for row in rows if row.product_id}
    products = {row.pk: row for row in Product.objects.filter(pk__in=pks).select_related("unit")} if pks else {}
    factors = units.factors(pks) if any(each.unit for each in found) and pks else {}
    known = {unit.pk: unit for unit in Unit.objects.all()} if any(row.quantity for row in rows) else {}
    for row, each in zip(rows, found, strict=True):
        if row.product_id:
            row.product = products.get(row.product_id)
        if row.product and row.quantity:
            traded = (row.product_id, each.unit) in factors or each.unit == row.product.unit_id
            counted = each.unit in COUNTERS and not traded
            row.unit = known.get(row.product.unit_id if counted else each.unit)
        elif row.quantity and each.unit in known:
            row.unit = known[each.unit]


def _name_contacts(rows: Sequence[Commitment], found: Sequence[reading.Found]) -> None:
    """Put the person whom a sentence names on its row; one statement."""
    party = next((row.party for row in rows if row.party_id), None)
    people = list(party.contacts.filter(is_archived=False)) if party else []
    for row in rows:
        sentence = row.sentence.lower()
        named = [
            each for each in people if any(name and name.lower() in sentence for name in (each.name, each.name_en))
        ]
        row.contact = named[0] if len(named) == 1 else None
