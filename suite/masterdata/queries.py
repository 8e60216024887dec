"""What holds on a day (taxes, exchange rates), and how master data are found and shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suite.core import cached
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company
from suite.desk.own import rules
from suite.masterdata.models import Address, Contact, Currency, ExchangeRate, Party, Product, Region, Tax


def taxes_on(company_id: int, day: dt.date) -> QuerySet[Tax]:
    """The taxes in force on a day, the highest first."""
    return Tax.objects.of(company_id).filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    )


def tax_on(tax: Tax, day: dt.date) -> Tax:
    """The row that holds the code of `tax` on a day: rates change by law, codes stay. BusinessError where none does."""
    if (tax.valid_from is None or tax.valid_from <= day) and (tax.valid_to is None or day <= tax.valid_to):
        return tax
    successor = taxes_on(tax.company_id, day).filter(code=tax.code).first()
    if successor is None:
        raise BusinessError(
            Refusal(
                "no_tax", _("No rate is in force for %(code)s on %(day)s"), {"code": tax.code, "day": day}, field="tax"
            )
        )
    return successor


def default_tax(company: Company, day: dt.date) -> Tax:
    """The company's usual tax on a day; raises BusinessError where none is marked."""
    tax = Tax.objects.of(company.pk).filter(is_default=True).first()
    if tax is None:
        raise BusinessError(Refusal("no_default_tax", _("No tax is marked as the usual one"), field="tax"))
    return tax_on(tax, day)


def is_currency(code: str) -> bool:
    """Whether there is a currency with this code."""
    return Currency.objects.filter(pk=code).exists()


def places_of(currency: str) -> int:
    """How many places the amounts of a currency have; two where there is no such currency."""
    return cached.rows(cached.ALL, "masterdata.places", _places).get(currency, 2)


def _places(_company_id: int) -> dict[str, int]:
    return dict(Currency.objects.values_list("pk", "digits"))


def exchange_rate(company: Company, currency: str, day: dt.date) -> Decimal:
    """What one unit of a currency is worth in the company's, by the latest rate up to a day; 1 for its own.

    Raises BusinessError when no rate is known by then.
    """
    if currency == company.currency:
        return Decimal(1)
    rates = ExchangeRate.objects.of(company.pk).filter(currency=currency, valid_from__lte=day)
    rate = rates.order_by("-valid_from").values_list("rate", flat=True).first()
    if rate is None:
        raise BusinessError(
            Refusal(
                "no_rate",
                _("There is no exchange rate for %(currency)s on %(day)s"),
                {"currency": currency, "day": day},
                field="currency",
            )
        )
    return rate


def words_of_party(party: Party) -> Iterator[str]:
    """Everything a party is found by: names, numbers and those of its contacts."""
    yield from (party.name, party.name_en, party.code, party.credit_code, party.phone, party.email, party.external_ref)
    for contact in party.contacts.all():
        if not contact.is_archived:
            yield from words_of_contact(rules.public(contact))


def words_of_contact(contact: Contact) -> tuple[str, ...]:
    """What a contact is found by."""
    return contact.name, contact.name_en, contact.phone, contact.email, contact.wechat


def words_of_product(product: Product) -> tuple[str, ...]:
    """Everything a product is found by."""
    return (
        product.code, product.name, product.name_en, product.barcode, product.specification,
        product.specification_en, product.category, product.external_ref,
    )  # fmt: skip


def address_for_reader(text: str) -> str:
    """One address of `addresses_for_reader`."""
    return addresses_for_reader([text])[text]


def addresses_for_reader(texts: Iterable[str], *, of: Collection[int] = ()) -> dict[str, str]:
    """Addresses that were kept as texts, in the reader's language: as the parties `of` which they are say them in
    English, or else with their provinces, cities and counties in English.

    Regions are known by their Chinese names, one below the other, with blanks between them or without; what follows
    them is the carrier's and stays. Two statements for English readers, none for Chinese ones.
    """
    kept = set(texts)
    if not (get_language() or "").startswith("en"):
        return {text: text for text in kept}
    said = Address.objects.filter(party__in=of).exclude(detail_en="").values_list("detail", "detail_en") if of else ()
    english = dict(sorted(said, key=lambda pair: -len(pair[0])))
    whole = {text: detail for text in kept if (detail := next((each for each in english if each in text), ""))}
    parts = {text: _at_first_region(text) for text in kept - whole.keys()}
    heads = {
        rest[at : at + end].strip()
        for _before, rest in parts.values()
        for at in range(min(len(rest), 40))
        for end in range(2, min(12, len(rest) + 1))
    }
    known: dict[str, list[Region]] = {}
    for region in Region.objects.filter(name__in=heads).exclude(name_en="") if heads else ():
        known.setdefault(region.name, []).append(region)
    told = {text: text.replace(detail, english[detail], 1) for text, detail in whole.items()}
    return told | {text: _translated(before, rest, known) for text, (before, rest) in parts.items()}


def _at_first_region(text: str) -> tuple[str, str]:
    """What stands before the first Chinese character, and what begins with it."""
    start = re.search(r"[\u3400-\u9fff]", text)
    return (text[: start.start()].strip(), text[start.start() :]) if start else (text, "")


def _translated(before: str, rest: str, known: dict[str, list[Region]]) -> str:
    words, above = [before], ""
    while found := _leading_region(rest, known, above):
        words.append(found.name_en)
        rest, above = rest[len(found.name) :].lstrip(), re.sub("(00)+$", "", found.code)
    return " ".join(word for word in (*words, rest) if word)


def _leading_region(text: str, known: dict[str, list[Region]], above: str) -> Region | None:
    """The region with the longest name that a text begins with, if it lies in the one above it."""
    names = sorted((name for name in known if text.startswith(name)), key=len, reverse=True)
    inside = (each for name in names for each in known[name] if each.code.startswith(above) and each.code != above)
    return next(inside, None)


def archived(row: Party | Product | Contact) -> tuple[str, str] | None:
    """The state badge of master data."""
    return (str(_("Archived")), "secondary") if row.is_archived else None
