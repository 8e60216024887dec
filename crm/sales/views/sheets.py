"""Writing quotations and orders: header, grid of lines, live prices, refusals at the line they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.sales import ports
from crm.sales.forms import PaperForm, lines_of, plain
from crm.sales.models import Order, Quotation
from crm.sales.models.promotions import promotion_text
from crm.sales.services import allowance, promising
from crm.sales.services.documents import Basis, Draft
from crm.sales.services.once import once
from crm.sales.services.pricing import LineInput, PriceBook, PricedLine
from suite.core import clock
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.money import ZERO, round_money
from suite.core.words import amount_in_words
from suite.desk import formats, refusals
from suite.desk.pages import render_page
from suite.masterdata.models import Product, TradeDocument

ONE = Decimal(1)
SEEN: dict[str, Callable[[Any], str]] = {  # what is compared of a line, and how it is written
    "product": str,
    "quantity": plain,
    "unit_price": plain,
    "discount": plain,
}


@dataclass(frozen=True)
class Sheet:
    """A kind of paper as it is written: its form, and the services behind it.

    `create(lines=, actor=, **values)` and `change(document, lines=, actor=, version=, **values)` return the paper.
    """

    model: type[TradeDocument]
    form: type[Any]
    create: Callable[..., TradeDocument]
    change: Callable[..., TradeDocument]
    page: str
    saved: Any


def write(
    request: HttpRequest, sheet: Sheet, document: Any = None, *, initial: dict[str, Any] | None = None, **context: Any
) -> HttpResponse:
    """Show the sheet, or save what was typed into it; what is refused keeps every keystroke."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    shown = initial or _shown(sheet, document)
    form = sheet.form(data, request.FILES or None, actor=actor, initial=shown, record=document)
    lines = lines_of(actor, data, document.lines.all() if document else ())
    status = 400 if data is not None else 200
    if data is not None and all([form.is_valid(), lines.is_valid()]):
        status = 409
        try:
            saved = _save(sheet, document, form, [each.line() for each in lines.filled_forms], actor)
        except BusinessError as error:
            place(error, form, lines, document)
        else:
            messages.success(request, sheet.saved % {"number": saved})
            return redirect(sheet.page, saved.pk)
    currency = document.currency_id if document else actor.company.currency
    reckon = f"{reverse('sales:reckon')}?currency={currency}"
    if isinstance(document, Quotation):
        reckon += f"&quotation={document.pk}"
    filled = {"form": form, "lines": lines, "reckon": reckon, "currency": currency, **context}
    return render_page(request, "crm/sales/sheet.html", filled, status=status)


def _save(sheet: Sheet, document: Any, form: Any, lines: Sequence[LineInput], actor: Actor) -> Any:
    values = form.values()
    if document is not None:
        version = form.cleaned_data.get("version")
        return form.keep(lambda: sheet.change(document, lines=lines, actor=actor, version=version, **values), new=False)
    contact = values.pop("contact", None)
    if not values.get("shipping_address", True):
        del values["shipping_address"]  # left blank, the customer's default one is taken

    def create() -> Any:
        contact_id = contact and contact.pk
        return form.keep(lambda: sheet.create(lines=lines, actor=actor, contact_id=contact_id, **values), new=True)

    return once(form.cleaned_data.get("once", ""), create, model=sheet.model, actor=actor)


def blank(request: HttpRequest) -> dict[str, Any]:
    """A new sheet: today, prices with tax, and the customer that the address names."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    party = request.GET.get("party", "")
    return {
        "date": clock.today(actor.company),
        "prices_include_tax": True,
        "party": int(party) if party.isascii() and party.isdigit() and len(party) < 19 else None,
    }


def _shown(sheet: Sheet, document: Any) -> dict[str, Any]:
    names = [name for name in sheet.form.base_fields if hasattr(document, name)]
    return {name: getattr(document, name) for name in names}


def place(error: BusinessError, form: Any, lines: Any, document: Any) -> None:
    """Put refusals where they belong; after a save over an older copy say at each line, too, what stands there now."""
    refusals.place(error, form, lines)
    if not isinstance(error, Stale):
        return
    known = {str(each["id"].value()) for each in lines.forms}
    present = {line.pk: line for line in document.lines.select_related("product")}
    for line in present.values():
        if str(line.pk) not in known:
            what = f"{line.product} × {formats.quantity(line.quantity)}"
            form.add_error(None, _("Meanwhile a line was added: %(line)s") % {"line": what})
    for each in lines.filled_forms:
        _compare_line(each, present)


def _compare_line(form: Any, present: Mapping[int, Any]) -> None:
    pk = form.cleaned_data.get("id")
    if pk and pk not in present:
        form.add_error(None, _("Meanwhile this line was taken out. Saving again puts it back."))
        form.data = form.data.copy()
        form.data[form.add_prefix("id")] = ""
    elif pk:
        typed = {"discount": ZERO, **{name: value for name, value in form.cleaned_data.items() if value is not None}}
        for name, show in SEEN.items():
            value = getattr(present[pk], name)
            if name in typed and typed[name] != value:
                form.add_error(name, _("Meanwhile: %(value)s") % {"value": show(value)})


def in_words(amount: Decimal, currency: str) -> str:
    """The amount as papers want it, in the reader's language."""
    return amount_in_words(amount, currency, language=get_language() or "") if amount else ""


@dataclass(frozen=True, slots=True)
class ReckonedLine:
    """What stands beside a line while it is typed."""

    prefix: str
    amount: str = ""
    price: str = ""
    available: str = ""
    shortage: str = ""
    refusal: str = ""
    warning: str = ""
    promise: str = ""
    cost: str = ""  # floor price and margin, for those who may see costs


def reckon(request: HttpRequest, order: Any = None) -> HttpResponse:
    """Prices, stock and totals of what is typed so far, for the places where the page shows them.

    The terms are those of `order`, else those typed into the header.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    lines = lines_of(actor, request.POST)
    lines.is_valid()
    typed = [each for each in lines.forms if _has_product(each)]
    draft = _draft_of(order) if order else _typed_draft(request, actor)
    asked = order.shortage if order else request.POST.get("shortage", "")
    stock = Stock(actor, typed, order, asked)
    if (pk := request.GET.get("quotation", "")).isdigit() and len(pk) < 19:
        stock.quotation = Quotation.objects.visible_to(actor).filter(pk=pk).first()
    promised = {line.promotion_id for line in order.lines.all() if line.promotion_id} if order else set()
    reckoned, priced, rate = price_typed(typed, draft, actor, stock, honoured=promised)
    sums = [sum((line.amounts[part] for line in priced), ZERO) for part in range(3)]
    context = {
        "lines": reckoned,
        "currency": draft.currency_id or actor.company.currency,
        "net": sums[0],
        "tax": sums[1],
        "gross": sums[2],
        "capitals": in_words(sums[2], draft.currency_id or actor.company.currency),
        "margin": _margin(priced, rate) if actor.may("masterdata.see_cost") else None,
    }
    return render(request, "crm/sales/_reckoned.html", context)


def _typed_draft(request: HttpRequest, actor: Actor) -> Draft:
    form = PaperForm(request.POST, actor=actor)
    form.is_valid()
    party = form.cleaned_data.get("party")
    return Draft(
        party_id=party.pk if party else 0,
        lines=(),
        date=form.cleaned_data.get("date"),
        currency_id=request.GET.get("currency") or None,
        prices_include_tax=bool(form.cleaned_data.get("prices_include_tax")),
    )


def _draft_of(order: Any) -> Draft:
    return Draft(
        party_id=order.party_id,
        lines=(),
        date=order.date,
        currency_id=order.currency_id,
        exchange_rate=order.exchange_rate,
        prices_include_tax=order.prices_include_tax,
    )


def _has_product(form: Any) -> bool:
    typed = getattr(form, "cleaned_data", {})
    return bool(typed.get("product") and not typed.get("DELETE"))


class Stock:
    """What is there for the lines of a sheet, handed out from the first line to the last.

    What a confirmed order has reserved and requested already is its own, so that amending it counts that as there.
    """

    def __init__(self, actor: Actor, typed: Sequence[Any], order: Order | None, shortage: str) -> None:
        pks = {each.cleaned_data["product"].pk for each in typed}
        self.stock = ports.availability(actor, pks) if pks else {}
        self.shortage = shortage
        self.is_promised = order is None  # what a confirmed order will get it has been promised
        self.quotation: Quotation | None = None
        self.own: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        self.requested: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        if order is not None and pks:
            fulfilment = ports.fulfilment(order, actor)
            for line_id, product_id in order.lines.values_list("pk", "product_id"):
                self.own[product_id] += fulfilment.reserved.get(line_id, ZERO)
                self.requested[product_id] += fulfilment.waiting.get(line_id, ZERO)

    def take(self, line: PricedLine, *, wanted: bool) -> tuple[str, str]:
        """How much is free for a line, and, where that is not enough, by how much, until when and what will follow.

        A line that is not `wanted` yet takes nothing.
        """
        known = self.stock.get(line.product.pk)
        if not line.product.is_stocked:
            return _("service"), ""
        if known is None or known.free is None:
            return "", ""
        free = max(known.free + self.own[line.product.pk], ZERO)
        if line.is_direct or not wanted:
            return formats.quantity(free), ""
        self.own[line.product.pk] -= line.base_quantity
        short = line.base_quantity - free
        return formats.quantity(free), self._shortage(line, known, short) if short > 0 else ""

    def _shortage(self, line: PricedLine, known: ports.Availability, short: Decimal) -> str:
        unit = "" if line.unit_id == line.product.unit_id else f" {line.product.unit.label}"
        parts = [_("short %(quantity)s") % {"quantity": formats.quantity(short) + unit}]
        if known.next_arrival:
            arrival = {"quantity": formats.quantity(known.next_quantity), "day": formats.day(known.next_arrival)}
            parts.append(_("%(quantity)s more on %(day)s") % arrival)
        if known.elsewhere > 0:
            parts.append(_("%(quantity)s lie in other warehouses") % {"quantity": formats.quantity(known.elsewhere)})
        return " · ".join([*parts, self._effect(line, known, short)])

    def _effect(self, line: PricedLine, known: ports.Availability, short: Decimal) -> str:
        if (self.shortage or line.product.shortage) == Product.Shortage.REFUSE:
            return _("the order will be refused")
        if short <= self.requested[line.product.pk]:
            return _("requested already")
        if short <= known.coming:
            return _("waits for what is coming")
        return _("the rest will be bought") if known.is_bought else _("waits for goods: purchasing is switched off")


def price_typed(
    typed: Sequence[Any], draft: Draft, actor: Actor, stock: Stock, *, honoured: Collection[int] = ()
) -> tuple[list[ReckonedLine], list[PricedLine], Decimal]:
    """Price the lines that have a product, and say at which exchange rate; statements as few for fifty as for two.

    What has no quantity yet shows what one costs and how many are there, and is not among the priced.
    """
    basis = Basis(actor=actor, party_ids=[draft.party_id], currencies=[draft.currency_id])
    terms = basis.terms_of_draft(draft)
    inputs = [each.line() if each.cleaned_data.get("quantity") else each.line(quantity=ONE) for each in typed]
    book = PriceBook(actor=actor, terms=[terms], lines=inputs, honoured=honoured)
    whole = book.whole([line for each, line in zip(typed, inputs, strict=True) if each.cleaned_data.get("quantity")])
    sees_cost = actor.may("masterdata.see_cost")
    reckoned, priced = [], []
    promised: dict[int, promising.Wanted] = {}
    for each, line in zip(typed, inputs, strict=True):
        refusals = book.refusals(terms, line)
        if refusals:
            reckoned.append(ReckonedLine(each.prefix, refusal=str(refusals[0])))
            continue
        found = book.price(terms, line, whole)
        wanted = bool(each.cleaned_data.get("quantity"))
        priced += [found] if wanted else []
        if wanted and stock.is_promised:
            promised[len(reckoned)] = promising.Wanted(found.product, found.base_quantity, found.is_direct)
        below = allowance.beyond([found], rate=terms.exchange_rate, includes_tax=terms.includes_tax, actor=actor)
        low = allowance.undertaxed(found, book.taxes) if found.tax_id != found.product.tax_id else None
        warnings = [*below, *([low] if low else [])]
        row = _reckoned(each.prefix, found, stock, warnings, terms.currency, wanted=wanted)
        reckoned.append(
            replace(row, cost=_cost(found, terms.exchange_rate, terms.includes_tax, terms.currency))
            if sees_cost
            else row
        )
    promises = promising.promise_lines(list(promised.values()), actor=actor, apart_from=stock.quotation)
    for place, known in zip(promised, promises, strict=True):
        reckoned[place] = replace(reckoned[place], promise=promising.in_words(known))
    return reckoned, priced, terms.exchange_rate


def _reckoned(
    prefix: str, line: PricedLine, stock: Stock, warnings: Sequence[Refusal], currency: str, *, wanted: bool
) -> ReckonedLine:
    item = line.list_price.item
    source = item.price_list.label if item else _("product price")
    available, shortage = stock.take(line, wanted=wanted)
    return ReckonedLine(
        prefix,
        amount=formats.amount(line.amounts.gross, currency) if wanted else "",
        price=f"{formats.price(line.list_price.amount, currency)} · {source}{_after_promotion(line, currency)}",
        available=available,
        shortage=shortage,
        warning=" · ".join(map(str, warnings)),
    )


def _after_promotion(line: PricedLine, currency: str) -> str:
    if not line.promotion_id:
        return ""
    return f" → {formats.price(line.unit_price, currency)} · {promotion_text(line.promoted)}"


def tell_costs(document: Any, lines: Iterable[Any], actor: Actor) -> None:
    """Give the lines of a paper their floor price and margin in words, for who may see costs; no statement."""
    if actor.may("masterdata.see_cost"):
        for line in lines:
            line.cost_text = _cost(line, document.exchange_rate, document.prices_include_tax, document.currency_id)


def _cost(line: allowance.Sold, rate: Decimal, includes_tax: bool, currency: str) -> str:
    """Floor price and margin of a line, as far as they are known; the margin is a share of its amount without tax."""
    floor = allowance.floor_of(line, rate, includes_tax)
    parts = [_("floor %(price)s") % {"price": formats.price(floor, currency)}] if floor is not None else []
    net = (line.amounts.net if isinstance(line, PricedLine) else line.net) * rate
    cost = line.product.standard_cost * line.base_quantity
    if net and cost:
        parts.append(_("margin %(percent)s") % {"percent": formats.percent(round((net - cost) * 100 / net, 1))})
    return " · ".join(parts)


def _margin(priced: Sequence[PricedLine], rate: Decimal) -> dict[str, Any] | None:
    """What is earned above the cost, in the company's own currency."""
    net = round_money(sum((line.amounts.net for line in priced), ZERO) * rate)
    cost = sum((line.product.standard_cost * line.base_quantity for line in priced), ZERO)
    return {"amount": net - cost, "percent": (net - cost) * 100 / net} if net and cost else None
