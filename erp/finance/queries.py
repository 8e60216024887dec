"""What every posting reads: settings, the chart, terms and periods, from the process's copy (`suite.core.cached`)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from erp.finance.models import (
    Account,
    AccountRole,
    Deferral,
    FinancePolicy,
    Invoice,
    InvoiceLine,
    OpenItem,
    Payable,
    PaymentTerm,
    Period,
    Receipt,
    Settlement,
    Voucher,
    VoucherLine,
)
from suite.core import cached, clock
from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.core.models import Company
from suite.core.money import HUNDRED, ZERO, round_money
from suite.core.pinyin import syllables
from suite.core.prepared import Prepared, Wording

MONEY = DecimalField(max_digits=18, decimal_places=2)

# What order lines still owe to the income statement, locked.
DEFERRALS = Prepared(
    lambda company, kinds, lines: (
        Deferral.objects.of(company)
        .filter(order_kind__any=kinds, line_id__any=lines)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
)


class Span(NamedTuple):
    """A period as posting needs it."""

    id: int
    code: str
    starts: dt.date
    ends: dt.date
    is_open: bool


class Instalment(NamedTuple):
    """A part of a total: percent of it (None: the rest), so many days after the document or the end of its month."""

    percent: Decimal | None
    days: int
    from_month_end: bool = False

    def due(self, day: dt.date) -> dt.date:
        starts = day.replace(day=calendar.monthrange(day.year, day.month)[1]) if self.from_month_end else day
        return starts + dt.timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Terms:
    """The payment terms of a company."""

    default: int | None
    prepaid: frozenset[int]
    instalments: Mapping[int, Sequence[Instalment]]
    rows: Mapping[int, PaymentTerm]

    def split(self, amount: Decimal, day: dt.date, term_id: int | None) -> list[tuple[dt.date, Decimal]]:
        """Due dates and amounts of a total; the parts are rounded and the last takes the rest."""
        parts = self.instalments.get(term_id or self.default or 0) or [Instalment(None, 0)]
        left, due = amount, []
        for part in parts[:-1]:
            share = left if part.percent is None else round_money(amount * part.percent / HUNDRED)
            due.append((part.due(day), share))
            left -= share
        due.append((parts[-1].due(day), left))
        return [(date, share) for date, share in due if share]


def is_unposted(voucher: Voucher) -> bool:
    """Whether a voucher may still be written; what is posted is final."""
    return voucher.status in (Voucher.Status.DRAFT, Voucher.Status.REVIEWED)


def policy(company: Company) -> FinancePolicy:
    """How the company keeps its books."""
    return cached.rows(company.pk, "finance.policy", lambda pk: FinancePolicy.objects.of(pk).get())


def accounts(company_id: int) -> dict[int, Account]:
    """The chart, by key."""
    return cached.rows(company_id, "finance.accounts", lambda pk: Account.objects.of(pk).in_bulk())


def role_accounts(company_id: int) -> dict[str, int]:
    """The account that plays each role."""
    return cached.rows(
        company_id, "finance.roles", lambda pk: dict(AccountRole.objects.of(pk).values_list("role", "account_id"))
    )


def account_of(company_id: int, role: str) -> int:
    """The account for a role; raises BusinessError when nobody has said which."""
    try:
        return role_accounts(company_id)[role]
    except KeyError:
        name = AccountRole.Role(role).label
        refusal = Refusal("no_account_role", _("No account is set for the role %(role)s"), {"role": name})
        raise BusinessError(refusal) from None


def terms(company_id: int) -> Terms:
    """The payment terms with their instalments."""
    return cached.rows(company_id, "finance.terms", _load_terms)


def _load_terms(company_id: int) -> Terms:
    rows = list(PaymentTerm.objects.of(company_id).prefetch_related("lines"))
    return Terms(
        default=next((row.pk for row in rows if row.is_default), None),
        prepaid=frozenset(row.pk for row in rows if row.is_prepaid),
        instalments={
            row.pk: [Instalment(line.percent, line.days, line.from_month_end) for line in row.lines.all()]
            for row in rows
        },
        rows={row.pk: row for row in rows},
    )


def periods(company_id: int) -> list[Span]:
    """All periods, oldest first."""
    return cached.rows(
        company_id,
        "finance.periods",
        lambda pk: [
            Span(row.pk, row.code, row.starts, row.ends, row.status == Period.Status.OPEN)
            for row in Period.objects.of(pk).order_by("starts")
        ],
    )


def period_on(company_id: int, day: dt.date, *, field: str = "date") -> Span:
    """The open period of a day; the trigger that posts looks again.

    Raises BusinessError at `field` where there is none, or it is closed: then with the next day that can be chosen.
    """
    spans = periods(company_id)
    span = next((each for each in spans if each.starts <= day <= each.ends), None)
    if span is None:
        raise BusinessError(Refusal("no_period", _("There is no period for %(day)s"), {"day": day}, field=field))
    if not span.is_open:
        later = next((each.starts for each in spans if each.is_open and each.starts > day), None)
        sentence = _("Period %(period)s is closed")
        if later:
            sentence = _("Period %(period)s is closed: choose %(day)s or later")
        raise BusinessError(Refusal("period_closed", sentence, {"period": span.code, "day": later}, field=field))
    return span


def happened_on(day: dt.date | None, *, company: Company, field: str = "date", line: int | None = None) -> dt.date:
    """The day of something that has happened, such as money that came in or an invoice; by default today.

    Raises BusinessError at `field` for a day that is still to come.
    """
    today = clock.today(company)
    if day and day > clock.booking_day(company, day):
        sentence = _("%(day)s is still to come: choose %(today)s or earlier")
        raise BusinessError(Refusal("day_to_come", sentence, {"day": day, "today": today}, line, field))
    return day or today


def words_of_account(account: Account) -> tuple[str, ...]:
    """What an account is found by: code, names, and the pinyin of the whole name (银行 is yinhang, not yinxing).

    The names of the accounts above find it, too: they take no postings, and this is what does in their place.
    """
    spoken = syllables(account.name)
    initials = "".join(syllable[:1] for syllable in spoken)
    own = account.code, account.name, account.name_en, "".join(spoken), initials
    return own + words_of_account(account.parent) if account.parent else own


def never_negative(amount: Decimal) -> Decimal:
    """Zero for what would fall below it."""
    return max(amount, ZERO)


def vouchers_waiting(actor: Actor) -> int:
    """Vouchers that are written and not posted."""
    waiting = [Voucher.Status.DRAFT, Voucher.Status.REVIEWED]
    return Voucher.objects.visible_to(actor).filter(status__in=waiting).count()


def invoices_waiting(actor: Actor) -> int:
    """Sales invoices that are drafted and not issued, red ones for what came back among them."""
    drafts = {"direction": Invoice.Direction.SALES, "status": Invoice.Status.DRAFT}
    return Invoice.objects.visible_to(actor).filter(**drafts).count()


def advances_waiting(actor: Actor) -> int:
    """Receipts that could still be allocated."""
    return Receipt.objects.visible_to(actor).filter(unapplied__gt=0).count()


def payables_due(actor: Actor) -> int:
    """Payables that fall due within a week."""
    soon = clock.today(actor.company) + dt.timedelta(days=7)
    return Payable.objects.visible_to(actor).filter(status=OpenItem.Status.OPEN, due_date__lte=soon).count()


def month_in_hand(actor: Actor) -> dict[str, Any]:
    """What the accountant looks at in the morning: the oldest open period and what waits; five statements."""
    open_periods = [span for span in periods(actor.company_id) if span.is_open]
    return {
        "period": next(iter(open_periods), None),
        "vouchers": vouchers_waiting(actor),
        "invoices": invoices_waiting(actor),
        "advances": advances_waiting(actor),
        "due": payables_due(actor),
    }


class Owed(NamedTuple):
    """How open items and undelivered orders stood at one time, as expressions over rows of each."""

    open: Any  # of an open item
    undelivered: Any  # of an order, beside an open item
    items: Q  # the items that may have been open then


def now_owed() -> Owed:
    """As it stands in the rows."""
    return Owed(F("open_amount"), _undelivered(), Q(status=OpenItem.Status.OPEN))


def owed_on(day: dt.date, company: Company) -> Owed:
    """As the books say it stood at the end of a day, by what was opened, settled and turned into revenue until then."""
    settled = Settlement.objects.filter(item=OuterRef("pk"), posting_date__lte=day)
    opened = Case(When(date__lte=day, then=F("amount")), default=Value(ZERO), output_field=MONEY)
    since = VoucherLine.objects.filter(
        account=role_accounts(company.pk).get(AccountRole.Role.UNDELIVERED),
        voucher__status=Voucher.Status.POSTED,
        source_kind=OuterRef("order_kind"),
        source_id=OuterRef("order_id"),
        posting_date__gt=day,
    )
    return Owed(
        opened - _total(settled, F("amount"), "item_id"),
        _undelivered() + _total(since, F("debit") - F("credit"), "source_id"),
        Q(status=OpenItem.Status.OPEN) | Q(updated_at__gte=clock.day_starts(company, day)),
    )


def aged_part(at: Owed) -> Greatest:
    """What of an open item ages, due or not, as an expression over open items: zero or more.

    Of an order only what is delivered ages: what is not, and what its open credits give back, take its last
    instalments, as a credit does when it is written. A credit never ages, and what belongs to another order must be
    allocated first.
    """
    due = OuterRef("due_date")
    later = (
        OpenItem.objects.filter(
            at.items, side=OuterRef("side"), order_kind=OuterRef("order_kind"), order_id=OuterRef("order_id")
        )
        .annotate(stood=at.open)
        .filter(Q(stood__lt=0) | Q(due_date__gt=due) | Q(due_date=due, pk__gt=OuterRef("pk")))
    )
    left = at.undelivered - _total(later, F("stood"))
    return Greatest(Least(at.open, at.open - left), Value(ZERO), output_field=MONEY)


def overdue_part(day: Any) -> Case:
    """What of an open item is overdue on a day, as an expression over open items: what ages of it, once it is past due.

    This is what overdue means, to the credit stop, the customer's page, lists, tiles and the ageing.
    """
    return Case(When(~past_due(day), then=Value(ZERO)), default=aged_part(now_owed()), output_field=MONEY)


def _undelivered() -> Coalesce:
    """What of the order of an open item is not delivered, where its receivable was opened before."""
    rows = Deferral.objects.filter(
        order_kind=OuterRef("order_kind"), order_id=OuterRef("order_id"), posting=FinancePolicy.Posting.CONFIRM
    )
    return _total(rows, F("net") + F("tax") - F("recognised_net") - F("recognised_tax"))


def _overdue_of(parties: Any, before: Any) -> QuerySet[Any, Any]:
    late = OpenItem.objects.filter(past_due(before), side=OpenItem.Side.RECEIVABLE, party__id__any=parties).order_by()
    return late.values("party_id").annotate(amount=Sum(overdue_part(before)))


# For statements that are written by hand: party_id and amount, of those of %(parties)s that have something past due
# %(before)s a day, zero where nothing of it ages.
OVERDUE = Wording(_overdue_of, before=dt.date.min)


def past_due(day: Any) -> Q:
    """Open, in our favour or the supplier's, and due before the day, delivered or not."""
    return Q(status=OpenItem.Status.OPEN, open_amount__gt=0, due_date__lt=day)


def is_overdue(day: dt.date) -> Q:
    """The open items that are overdue on a day, in whole or in part: the one meaning of it for tiles and lists."""
    return past_due(day) & Q(GreaterThan(overdue_part(day), Value(ZERO)))


def in_drafts() -> Any:
    """Draft lines of invoices for an order line, as rows beside `Deferral`."""
    return InvoiceLine.objects.filter(
        invoice__direction=Invoice.Direction.SALES,
        invoice__status=Invoice.Status.DRAFT,
        invoice__order_kind=OuterRef("order_kind"),
        invoice__order_id=OuterRef("order_id"),
        source_line_id=OuterRef("line_id"),
    ).order_by()


def drafted(of: str = "base_quantity") -> Coalesce:
    """How much of an order line stands in drafts of invoices, as an expression over `Deferral`, in base units.

    Or another sum of the lines: `net`, `tax_amount`.
    """
    summed = in_drafts().values("source_line_id").annotate(total=Sum(of)).values("total")
    return Coalesce(Subquery(summed), Value(ZERO))


def _total(rows: Any, amount: Any, of: str = "order_id") -> Coalesce:
    summed = rows.order_by().values(of).annotate(total=Sum(amount, output_field=MONEY)).values("total")
    return Coalesce(Subquery(summed, output_field=MONEY), Value(ZERO), output_field=MONEY)
