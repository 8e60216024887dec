"""Contracts in force: submitted, approved, ordered, signed, reached, ended; and what the clock says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from crm.sales.models import Contract, ContractLine, Milestone, Order, OrderLine
from crm.sales.services import approving, confirming, moving, plans, quotations
from crm.sales.services import lines as trade_lines
from crm.sales.services.contracts import locked
from crm.sales.services.orders import shipping_addresses
from crm.sales.services.policy import policy_of
from crm.sales.signals import contracts_ordered
from suite.automation.services import approvals
from suite.core import bulk, clock
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.errors import BusinessError, Refusal, Refusals
from suite.core.said import name_of, said
from suite.desk import search
from suite.desk.services import notifications, todos

Status, Event = Contract.Status, Milestone.Event
BATCH = 500
HEADER = (*quotations.HEADER, "quotation_id")


@service
def submit_contracts(*, contract_ids: Collection[int], actor: Actor, reason: str = "") -> list[Contract]:
    """Ask for the approval of drafts; without a rule of the company that wants one they come into force at once.

    Raises BusinessError for what is no draft, has no lines, or gives away more than the actor may where no approval is
    foreseen for it.
    """
    contracts = locked(contract_ids, actor)
    lacking = approving.lacking(contracts, actor)
    refused: Refusals = {}
    for contract in contracts:
        lacks = lacking.get(contract.pk, [])
        hindering = [each for each in lacks if each.line is None and each.code != "needs_approval"]
        if refusal := contract.wrong_state(Status.DRAFT):
            refused[contract.pk] = refusal
        elif not contract.lines.all():
            refused[contract.pk] = Refusal("no_lines", _("%(number)s has no lines"), {"number": contract.number})
        elif hindering or (lacks and lacks[0].code != "needs_approval"):
            refused[contract.pk] = (hindering or lacks)[0]
    if refused:
        raise BusinessError(by_key=refused)
    Contract.move_to(contracts, Status.AWAITING)
    _record(contracts, "submitted")
    approvals.submit(documents=contracts, actor=actor)
    return contracts


def when_approved(contracts: Sequence[Contract], *, actor: Actor, note: str = "") -> None:
    """What follows from an approval: the contract is in force, and its order is drafted with all that goes with it."""
    today = clock.today(actor.company)
    Contract.move_to(contracts, Status.ACTIVE, approved_at=clock.now())
    plans.happened([row.pk for row in contracts], Event.APPROVED, today)
    for row in contracts:
        if row.signed_on:
            plans.happened([row.pk], Event.SIGNED, row.signed_on)
    _record(contracts, "approved")
    prefetch_related_objects(list(contracts), "company", "party", "quotation")
    _write_orders([row for row in contracts if row.gross], actor)
    deals = [row.opportunity_id for row in contracts if row.opportunity_id]
    moving.win_deals(deals, actor, str(_("The contract is in force")))


def when_sent_back(contracts: Sequence[Contract], *, actor: Actor, note: str = "") -> None:
    """Refused, or taken back by who asked: a draft again, to be changed and submitted anew."""
    Contract.move_to(contracts, Status.DRAFT)
    _record(contracts, "reopened")


@service
def order_contract(*, contract_id: int, actor: Actor, reason: str = "") -> Order:
    """Write the order with the very lines of a contract, where the first one was cancelled; a draft.

    Raises BusinessError before the contract is in force, and with the number of the order that is there already.
    """
    (contract,) = locked([contract_id], actor)
    if contract.status != Status.ACTIVE:
        sentence = _("%(number)s is %(status)s: only a contract in force is ordered")
        params = {"number": contract.number, "status": contract.get_status_display()}
        raise BusinessError(Refusal("not_in_force", sentence, params))
    existing = contract.orders.exclude(status=Order.Status.CANCELLED).values_list("number", flat=True).first()
    if existing:
        sentence = _("%(number)s has become order %(order)s already")
        raise BusinessError(Refusal("already_ordered", sentence, {"number": contract.number, "order": existing}))
    return _write_orders([contract], actor)[0]


def _write_orders(contracts: Sequence[Contract], actor: Actor) -> list[Order]:
    """The draft order of each contract, with the lines as agreed; the back wing drafts what goes with it.

    What was ordered from the quotation behind a contract already becomes its order.
    """
    act, today = current_act(), clock.today(actor.company)
    quoted = {row.quotation_id: row for row in contracts if row.quotation_id}
    there = Order.objects.filter(quotation__in=quoted, contract=None) if quoted else Order.objects.none()
    adopted = list(there.exclude(status=Order.Status.CANCELLED).order_by("pk").select_for_update(of=("self",)))
    for order in adopted:
        contract = quoted[order.quotation_id or 0]
        save_changes(order, {"contract_id": contract.pk})
        act.link(contract, order)
    taken = {order.quotation_id for order in adopted}
    free = [row for row in contracts if row.quotation_id is None or row.quotation_id not in taken]
    addresses = shipping_addresses(actor, [row.party_id for row in free])
    orders = [
        Order(
            **{name: getattr(row, name) for name in HEADER}, contract=row, date=today,
            shipping_address=addresses.get(row.party_id, ""),
        )
        for row in free
    ]  # fmt: skip
    Order.objects.bulk_create(orders)
    prefetch_related_objects(free, Prefetch("lines", ContractLine.objects.select_related("product")))
    OrderLine.objects.bulk_create(
        OrderLine(
            company_id=order.company_id, order=order,
            **{name: getattr(line, name) for name in map(trade_lines.column_of, trade_lines.WRITTEN)},
        )
        for order, row in zip(orders, free, strict=True)
        for line in row.lines.all()
    )  # fmt: skip
    for order, row in zip(orders, free, strict=True):
        act.link(row, order)
        act.audit(order, "created", {"contract": (None, row.number), "gross": (None, order.gross)})
        act.announce("crm.sales.order.created", order, {"number": order.number})
    quotations.win_contracted([row.quotation for row in free if row.quotation])
    search.index(orders)
    if orders:
        written = confirming.locked_with_lines([order.pk for order in orders], actor)
        contracts_ordered.send(sender=Contract, orders=written, actor=actor)
    return [*adopted, *orders]


@service
def sign_contract(*, contract_id: int, signed_on: dt.date, actor: Actor, reason: str = "") -> Contract:
    """Note the day on which both sides had signed; what is due after that gets its day.

    Raises BusinessError for a day still to come, and for a contract that ended.
    """
    (contract,) = locked([contract_id], actor)
    contract.demand_status(Status.DRAFT, Status.AWAITING, Status.ACTIVE)
    if signed_on > clock.today(actor.company):
        raise BusinessError(Refusal("signed_on", _("This day is still to come"), field="signed_on"))
    save_changes(contract, {"signed_on": signed_on}, action="signed")
    if contract.status == Status.ACTIVE:
        plans.happened([contract.pk], Event.SIGNED, signed_on)
    return contract


@service
def complete_contracts(*, contract_ids: Collection[int], actor: Actor, reason: str = "") -> list[Contract]:
    """Close contracts that were fulfilled. Raises BusinessError while a milestone is not reached or not paid."""
    contracts = locked(contract_ids, actor)
    refused: Refusals = {}
    for row in contracts:
        left = next((each for each in row.milestones.all() if each.done_at is None), None)
        if refusal := row.wrong_state(Status.ACTIVE, Status.EXPIRED):
            refused[row.pk] = refusal
        elif left:
            sentence = _("%(number)s: %(milestone)s is still open")
            refused[row.pk] = Refusal("open_milestone", sentence, {"number": row.number, "milestone": left.name})
    if refused:
        raise BusinessError(by_key=refused)
    _end(contracts, Status.COMPLETED, "completed")
    return contracts


@service
def terminate_contracts(*, contract_ids: Collection[int], actor: Actor, reason: str) -> list[Contract]:
    """End contracts before their time. Draft orders go with them, and with those the drafts of the back wing; what was
    confirmed stays ordered. Raises BusinessError for contracts that are not in force."""
    contracts = locked(contract_ids, actor)
    if refused := {row.pk: why for row in contracts if (why := row.wrong_state(Status.ACTIVE, Status.EXPIRED))}:
        raise BusinessError(by_key=refused)
    if not reason.strip():
        raise BusinessError(Refusal("needs_reason", _("Say why the contract ends"), field="reason"))
    drafts = Order.objects.filter(contract__in=contracts, status=Order.Status.DRAFT)
    if pks := list(drafts.values_list("pk", flat=True)):
        confirming.cancel_orders(order_ids=pks, actor=actor, reason=reason)
    _end(contracts, Status.TERMINATED, "terminated")
    return contracts


def _end(contracts: Sequence[Contract], status: str, what: str) -> None:
    Contract.move_to(contracts, status, closed_at=clock.now())
    _record(contracts, what)


def _record(contracts: Iterable[Contract], what: str) -> None:
    act = current_act()
    for row in contracts:
        act.audit(row, what)
        act.announce(f"crm.sales.contract.{what}", row, {"number": row.number, "party": row.party_id})


def is_late(today: dt.date) -> Q:
    """The condition for milestones whose day passed, and that are neither reached nor paid."""
    return Q(done_at=None, due_on__lt=today)


@service
def watch(*, actor: Actor) -> int:
    """What the clock says of a company's contracts: who is late, what ends, what is to be renewed; each said once.

    A few statements for any number; safe to run twice, safe to miss. Returns how many things were said.
    """
    today = clock.today(actor.company)
    return _tell_late(today, actor) + _ask_renewals(today, actor) + _expire(today, actor)


def _tell_late(today: dt.date, actor: Actor) -> int:
    open_states = (Status.ACTIVE, Status.EXPIRED)
    rows = Milestone.objects.of(actor.company_id).filter(is_late(today), told_at=None, contract__status__in=open_states)
    late = list(
        rows.select_related("contract__party").order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    finance = notifications.holders(actor.company, "accountant") if late else []
    for row in late:
        row.told_at = clock.now()
        owner = [row.contract.owner_id] if row.contract.owner_id else []
        sentence = _("%(number)s, %(party)s: %(milestone)s was to be paid by %(day)s") if row.is_payment else _(
            "%(number)s, %(party)s: %(milestone)s was to be reached by %(day)s"
        )  # fmt: skip
        params = {
            "number": row.contract.number, "party": row.contract.party, "milestone": row.name,
            "day": row.due_on.isoformat() if row.due_on else "",
        }  # fmt: skip
        notifications.notify(
            [*owner, *finance], "contract", sentence, params=params, key=f"late:{row.pk}:{row.due_on}",
            subject=row.contract,
        )  # fmt: skip
        payload = {"number": row.contract.number, "milestone": row.name, "due_on": row.due_on, "open": row.open}
        current_act().announce("crm.sales.contract.late", row.contract, payload, key=f"late:{row.pk}:{row.due_on}")
    bulk.update(late, "told_at")
    return len(late)


def _ask_renewals(today: dt.date, actor: Actor) -> int:
    last = today + dt.timedelta(days=policy_of(actor.company_id).renewal_days)
    rows = Contract.objects.of(actor.company_id).filter(status=Status.ACTIVE, renewal_asked_at=None, ends_on__lte=last)
    ending = list(rows.select_related("party").order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])
    members = notifications.holders(actor.company, "sales_manager") if any(not row.owner_id for row in ending) else []
    tasks = [
        todos.NewTask(
            title=said(
                _("Renew %(number)s with %(party)s: it ends on %(day)s"),
                {"number": row.number, "party": row.party, "day": row.ends_on.isoformat() if row.ends_on else ""},
            ),
            owner_id=row.owner_id or next(iter(members), None),
            due_at=clock.now() + dt.timedelta(days=1),
            subject=row,
            subject_label=name_of(row.party),
            source="renew-contract",
            key=f"renew-contract:{row.pk}",
        )
        for row in ending
        if row.owner_id or members
    ]
    if tasks:
        todos.create(tasks=tasks, actor=actor)
    for row in ending:
        row.renewal_asked_at = clock.now()
    bulk.update(ending, "renewal_asked_at")
    return len(ending)


def _expire(today: dt.date, actor: Actor) -> int:
    """What ended is over: completed where all of its milestones were reached, else expired."""
    rows = Contract.objects.of(actor.company_id).filter(status=Status.ACTIVE, ends_on__lt=today)
    over = list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])
    if not over:
        return 0
    undone = set(Milestone.objects.filter(contract__in=over, done_at=None).values_list("contract", flat=True))
    planned = set(Milestone.objects.filter(contract__in=over).values_list("contract", flat=True))
    _end([row for row in over if row.pk in planned - undone], Status.COMPLETED, "completed")
    _end([row for row in over if row.pk not in planned - undone], Status.EXPIRED, "expired")
    return len(over)
