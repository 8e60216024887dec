"""What a sales order does to the books from its confirmation to its last change; deliveries have their own file."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.models import AccountRole, Deferral, FinancePolicy, OpenItem, Voucher, VoucherLine
from erp.finance.services import credit
from erp.finance.services.items import Side, open_item, tell_opened
from erp.finance.services.ledger import VoucherDraft, book, wording
from erp.finance.services.money import open_of_orders
from erp.finance.services.order_credits import Credit, credit_orders, tell_open
from erp.inputs import DemandLine, DemandOrder, DemandSet, OrderChange, Source
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.money import ZERO
from suite.core.said import listed

Role = AccountRole.Role
Posting = FinancePolicy.Posting


@service
def open_orders(orders: DemandSet, *, actor: Actor) -> list[Model]:
    """Expect the money of confirmed orders and remember what they still owe to the income statement.

    Under the rule "receivable at confirmation": receivables by the customer's payment term, and a voucher
    Dr receivable / Cr confirmed orders not yet delivered, posted at the end of the act. Under the other rules only the
    deferrals, which freeze the rule. At most two statements; returns receivables and vouchers.
    """
    posting = queries.policy(actor.company).posting
    deferrals = [_deferral(order, line, posting, actor.company_id) for order in orders for line in order.lines]
    if posting != Posting.CONFIRM:
        Deferral.objects.bulk_create(deferrals)
        return []
    owed = [(order, order.gross) for order in orders]
    items, vouchers = _expect_money(owed, _("Order %(number)s confirmed"), actor=actor)
    bulk.insert_together(items, deferrals)
    return [*items, *vouchers]


def _expect_money(
    owed: Sequence[tuple[DemandOrder, Decimal]], summary: object, *, actor: Actor
) -> tuple[list[OpenItem], list[Voucher]]:
    """Dr receivable / Cr undelivered, and the receivables by instalment, still to be inserted."""
    drafts, orders = [], []
    for order, gross in owed:
        draft = VoucherDraft(
            actor.company_id, order.date, wording(summary, number=order.source.number), source=order.source
        )
        draft.debit(Role.RECEIVABLE, gross, party_id=order.party_id, source=order.source)
        draft.credit(Role.UNDELIVERED, gross, party_id=order.party_id, source=order.source)
        drafts.append(draft)
        orders.append((order, gross, draft))
    vouchers = book(drafts, actor=actor)
    term_of = credit.terms_of({order.party_id for order, _gross in owed}, actor=actor)
    items = [
        open_item(
            company_id=actor.company_id,
            side=Side.RECEIVABLE,
            party_id=order.party_id,
            date=order.date,
            due_date=due,
            amount=amount,
            summary=draft.summary,
            voucher=draft.voucher,
            order=order.source,
            owner_id=order.owner_id,
            team_id=order.team_id,
        )
        for order, gross, draft in orders
        for due, amount in queries.terms(actor.company_id).split(gross, order.date, term_of[order.party_id])
    ]
    return items, vouchers


def _deferral(order: DemandOrder, line: DemandLine, posting: str, company_id: int) -> Deferral:
    return Deferral(
        company_id=company_id,
        order_kind=order.source.kind,
        order_id=order.id,
        order_number=order.source.number,
        line_id=line.line_id,
        party_id=order.party_id,
        owner_id=order.owner_id,
        team_id=order.team_id,
        product_id=line.product_id,
        charged_tax_id=line.tax_id,
        posting=posting,
        is_service=not line.is_stocked and not line.is_direct,
        quantity=line.quantity,
        net=line.net,
        tax=line.tax,
    )


@service
def drop_orders(orders: DemandSet, *, actor: Actor) -> None:
    """Delete what `open_orders` wrote in this act for orders that stock then refused, and give back their credit."""
    if not orders:
        return
    act = current_act()
    keys = {order.source[:2] for order in orders}
    vouchers = [
        item
        for items in act.last.values()
        for item in items
        if isinstance(item, Voucher) and (item.source_kind, item.source_id) in keys
    ]
    pks = [voucher.pk for voucher in vouchers]
    opened = [item for item in act.collected.get(tell_opened, ()) if item.voucher_id in pks]
    act.withdraw([*vouchers, *opened])
    act.kept[VoucherLine] = [line for line in act.kept.get(VoucherLine, ()) if line.voucher_id not in pks]
    kinds, ids = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM erp_finance_openitem WHERE voucher_id = ANY(%s)", [pks])
        cursor.execute("DELETE FROM erp_finance_voucher WHERE id = ANY(%s)", [pks])
        cursor.execute(
            "DELETE FROM erp_finance_deferral USING unnest(%s::text[], %s::bigint[]) AS dropped(kind, pk)"
            " WHERE order_kind = dropped.kind AND order_id = dropped.pk",
            [list(kinds), list(ids)],
        )
    released: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for order in orders:
        released[order.party_id] += order.gross
    credit.release_credit(released, actor=actor)


@service
def change_orders(
    changes: Sequence[OrderChange], *, actor: Actor, posting_date: dt.date | None = None, reason: str = ""
) -> list[Model]:
    """Follow amended, cancelled or undone orders: the undelivered part is taken back in red, or more is expected.

    What falls away is a negative open item settled against what the order still owes. Returns the papers made.
    Raises BusinessError when more would be owed than the credit limit allows, or delivered goods would change price.
    """
    day = posting_date or clock.today(actor.company)
    deferrals = _locked_deferrals([change.order.source for change in changes], actor)
    moves = [_follow(change, deferrals, actor) for change in changes]
    _move_credit(changes, [move.gross for move in moves], actor)
    _write_deferrals(moves)
    grown, shrunk = [], []
    for change, move in zip(changes, moves, strict=True):
        if move.posting == Posting.CONFIRM and move.gross > 0:
            grown.append((replace(change.order, date=day), move.gross))
        elif move.posting == Posting.CONFIRM and move.gross < 0:
            shrunk.append((change.order, -move.gross))
    papers: list[Model] = []
    if grown:
        items, vouchers = _expect_money(grown, _("Order %(number)s amended"), actor=actor)
        papers = [*OpenItem.objects.bulk_create(items), *vouchers]
        tell_open(open_of_orders([order.source for order, _gross in grown], actor=actor), actor)
    return papers + _take_off(shrunk, day, actor)


def _take_off(shrunk: Sequence[tuple[DemandOrder, Decimal]], day: dt.date, actor: Actor) -> list[Model]:
    """Red on receivable and undelivered, and a credit against what the order owes."""
    drafts = []
    for order, gross in shrunk:
        summary = wording(_("Order %(number)s: what is not delivered taken back"), number=order.source.number)
        draft = VoucherDraft(actor.company_id, day, summary, source=order.source, is_red=True)
        draft.debit(Role.RECEIVABLE, -gross, party_id=order.party_id, source=order.source)
        draft.credit(Role.UNDELIVERED, -gross, party_id=order.party_id, source=order.source)
        drafts.append(draft)
    vouchers = book(drafts, actor=actor)
    credits = [
        Credit(day, order.source, order.party_id, gross, draft.voucher, draft.summary, order.owner_id, order.team_id)
        for (order, gross), draft in zip(shrunk, drafts, strict=True)
    ]
    return [*credit_orders(credits, actor=actor), *vouchers]


class _Move:
    """What a change does to the deferrals of one order."""

    def __init__(self, posting: str) -> None:
        self.posting = posting
        self.gross = ZERO
        self.new: list[Deferral] = []
        self.changed: list[Deferral] = []
        self.gone: list[Deferral] = []


def _follow(change: OrderChange, deferrals: dict[tuple[str, int], Deferral], actor: Actor) -> _Move:
    """Differences, not totals: goods that came back have lowered the deferral, but not the order's line."""
    kind = change.order.source.kind
    known = [deferrals[kind, pk] for pk in change.before if (kind, pk) in deferrals]
    move = _Move(known[0].posting if known else queries.policy(actor.company).posting)
    for index, (pk, after) in enumerate(change.after.items()):
        deferral, before = deferrals.get((kind, pk)), change.before.get(pk)
        if deferral is None or before is None:
            move.new.append(_deferral(change.order, after, move.posting, actor.company_id))
            move.gross += after.gross
            continue
        value = deferral.net + deferral.tax
        deferral.quantity += after.quantity - before.quantity
        deferral.net += after.net - before.net
        deferral.tax += after.tax - before.tax
        _check(deferral, before, after, index)
        move.gross += deferral.net + deferral.tax - value
        unused = not deferral.quantity and not deferral.delivered and not deferral.invoiced
        (move.gone if unused else move.changed).append(deferral)
    return move


def _check(deferral: Deferral, before: DemandLine, after: DemandLine, index: int) -> None:
    """What is delivered keeps its price; a line delivered in full owes the income statement nothing, to the cent."""
    if deferral.quantity < deferral.delivered or after.quantity < deferral.invoiced:
        raise BusinessError(
            Refusal("below_done", _("More than that is delivered or invoiced already"), line=index, field="quantity")
        )
    if deferral.quantity == deferral.delivered and after.quantity < before.quantity:
        deferral.net, deferral.tax = deferral.recognised_net, deferral.recognised_tax
        return
    left = deferral.net - deferral.recognised_net, deferral.tax - deferral.recognised_tax
    if min(left) < 0 or (deferral.quantity == deferral.delivered and any(left)):
        raise BusinessError(
            Refusal(
                "delivered_price",
                _("What is delivered keeps its price: add a line for the rest instead"),
                line=index,
                field="unit_price",
            )
        )


def _move_credit(changes: Sequence[OrderChange], gross: Sequence[Decimal], actor: Actor) -> None:
    """What more would be owed must fit into the limits; what falls away makes room."""
    more, less = [], defaultdict(lambda: ZERO)  # type: ignore[var-annotated]
    for change, amount in zip(changes, gross, strict=True):
        if amount > 0:
            more.append(credit.Asked(change.order.id, change.order.party_id, amount))
        else:
            less[change.order.party_id] += amount
    refused = credit.admit(more, actor=actor)
    if refused:
        raise BusinessError(by_key=refused)
    credit.move_exposure(less, actor=actor)


def _write_deferrals(moves: Sequence[_Move]) -> None:
    gone = [deferral.pk for move in moves for deferral in move.gone]
    if gone:
        Deferral.objects.filter(pk__in=gone).delete()
    bulk.update([deferral for move in moves for deferral in move.changed], "quantity", "net", "tax")
    Deferral.objects.bulk_create([deferral for move in moves for deferral in move.new])


def _locked_deferrals(orders: Sequence[Source], actor: Actor) -> dict[tuple[str, int], Deferral]:
    rows = (
        Deferral.objects.of(actor.company_id)
        .filter(order_kind__in={order.kind for order in orders}, order_id__in={order.id for order in orders})
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return {(row.order_kind, row.line_id): row for row in rows}


def refuse_undo(order_ids: Collection[int], kind: str, *, actor: Actor) -> Refusals:
    """Orders whose confirmation cannot be undone any more, with what blocks it: goods that left, invoices, money."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT order_id, 'delivered', '' FROM erp_finance_deferral
              WHERE company_id = %(company)s AND order_kind = %(kind)s AND order_id = ANY(%(orders)s) AND delivered > 0
            UNION SELECT order_id, 'invoiced', number FROM erp_finance_invoice
              WHERE company_id = %(company)s AND order_kind = %(kind)s AND order_id = ANY(%(orders)s)
                AND status <> 'void'
            UNION SELECT i.order_id, 'paid', m.number FROM erp_finance_openitem i
              JOIN erp_finance_settlement s ON s.item_id = i.id
              JOIN erp_finance_moneymovement m ON m.id = s.money_id AND m.status = 'posted'
              WHERE i.company_id = %(company)s AND i.order_kind = %(kind)s AND i.order_id = ANY(%(orders)s)
            ORDER BY 1, 2, 3
            """,
            {"company": actor.company_id, "kind": kind, "orders": list(order_ids)},
        )
        blocks: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for order_id, what, number in cursor.fetchall():
            blocks[order_id].append((what, number))
    return {order_id: _blocked(found) for order_id, found in blocks.items()}


def _blocked(found: Sequence[tuple[str, str]]) -> Refusal:
    numbers = listed(number for _what, number in found if number)
    if numbers:
        return Refusal("blocked", _("Undo these first: %(numbers)s"), {"numbers": numbers})
    return Refusal("blocked", _("Goods have left the house already: take them back with a return"))
