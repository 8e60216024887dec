"""Vouchers: the list, and the voucher itself as a sheet of paper that is written by keyboard."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from erp.finance import queries
from erp.finance.admin.acts import of_set, one_by_one
from erp.finance.forms import ReasonForm, VoucherForm, VoucherLineForm
from erp.finance.models import Voucher
from erp.finance.services import vouchers
from erp.finance.services.vouchers import LineInput
from suite.core import clock, money
from suite.core.access import Actor
from suite.core.acts import acting
from suite.core.errors import BusinessError
from suite.core.money import ZERO
from suite.core.words import amount_in_words
from suite.desk import documents, refusals
from suite.desk.admin_base import SuiteModelAdmin
from suite.desk.chain import came_of, chain_of
from suite.desk.forms import lines_formset
from suite.desk.lists import (
    Act,
    BoolFilter,
    ChoiceFilter,
    Column,
    Create,
    DateFilter,
    ListSpec,
    NumberFilter,
    PickFilter,
    View,
)
from suite.desk.own.pages import facts as own_facts
from suite.desk.pages import render_page

Status = Voucher.Status
VoucherLines = lines_formset(VoucherLineForm, at_least=2, extra=4)


def waits(row: Voucher) -> bool:
    return row.status in (Status.DRAFT, Status.REVIEWED)


def is_reversible(row: Voucher) -> bool:
    return row.status == Status.POSTED and not row.source_kind


def reversed_already(row: Voucher) -> str:
    if getattr(row, "reversed_by", None) is None:
        return ""
    return gettext("%(number)s is reversed already") % {"number": row.number}


def by_hand(row: Voucher) -> bool:
    """Written by somebody and not by a document."""
    return row.status == Status.DRAFT and not row.source_kind


def period_choices(actor: Actor) -> list[tuple[int, str]]:
    return [(span.id, span.code) for span in reversed(queries.periods(actor.company_id))]


class VoucherList(ListSpec):
    model = Voucher
    icon = "book-2"
    empty = _("Orders, deliveries and money write their vouchers by themselves; others are written here")
    columns = (
        Column("number", _("Number"), card="title"),
        Column("posting_date", _("Date"), "date", sort=True),
        Column("period", _("Period"), value="period__code", card="hide"),
        Column("summary", _("Summary")),
        Column("total", _("Total"), "money", card="side"),
        Column("attachment_count", _("Attachments"), "number", shown=False),
        Column("is_red", _("Red-letter"), "bool"),
        Column(
            "source",
            _("Document"),
            value=lambda row: documents.label_of(row.source_kind) if row.source_kind else "",
            url=lambda row: documents.url_of(row.source_kind, row.source_id),
        ),
        Column("prepared_by", _("Prepared by"), value="prepared_by__label", shown=False),
        Column("status", _("Status"), "badge"),
    )
    filters = (
        ChoiceFilter("status", _("Status"), choices=Status),
        ChoiceFilter("period", _("Period"), choices=period_choices),
        DateFilter("posting_date", _("Date")),
        ChoiceFilter("word", _("Word"), choices=Voucher.Word, quick=False),
        NumberFilter("serial", _("Number"), quick=False),
        NumberFilter("total", _("Total"), quick=False),
        BoolFilter("is_red", _("Red-letter"), quick=False),
        PickFilter("account", _("Account"), field="lines__account", kind="account", quick=False),
    )
    views = (
        View("waiting", _("To post"), {"status": "draft,reviewed"}),
        View("drafts", _("To review"), {"status": "draft"}),
    )
    acts = (
        Act("review", _("Review"), "erp_finance.review_voucher", of_set(vouchers.review, "voucher_ids"),
            icon="eye", when=lambda row: row.status == Status.DRAFT),
        Act("post", _("Post"), "erp_finance.post_voucher", of_set(vouchers.post, "voucher_ids"), icon="check",
            when=waits),
        Act("unreview", _("Back to draft"), "erp_finance.review_voucher", of_set(vouchers.unreview, "voucher_ids"),
            icon="eye-off", when=lambda row: row.status == Status.REVIEWED),
        Act("void", pgettext_lazy("act", "Void"), "erp_finance.change_voucher", of_set(vouchers.void, "voucher_ids"),
            icon="ban", danger=True, confirm=_("Give up this voucher?"), when=waits),
        Act("reverse", _("Reverse"), "erp_finance.reverse_voucher", one_by_one(vouchers.reverse, "voucher_id"),
            icon="arrow-back-up", form=ReasonForm, danger=True, when=is_reversible, refused=reversed_already),
    )  # fmt: skip
    order = "-posting_date"
    related = ("period", "prepared_by")
    search_fields = ("summary",)
    create = Create(_("Voucher"), "admin:erp_finance_voucher_add", "erp_finance.add_voucher")
    importer = "vouchers"
    line_columns = (
        Column("summary", _("Summary")),
        Column("account", _("Account")),
        Column("debit", _("Debit"), "money"),
        Column("credit", _("Credit"), "money"),
        Column("party", _("Party"), value="party__label"),
    )
    line_related = ("account", "party")

    def search(self, q: str, actor: Actor) -> Q:
        """By the summary; by the number of an order, also what its deliveries, returns, receipts and money booked."""
        return super().search(q, actor) | Q(pk__in=came_of(q.strip(), Voucher, actor))

    def footer(self, rows: QuerySet[Voucher]) -> dict[str, Any]:
        return rows.aggregate(total=Sum("total"))


@admin.register(Voucher)
class VoucherAdmin(SuiteModelAdmin):
    list_spec = VoucherList

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The sheet: an empty one, a draft to write on, or what is final to read."""
        voucher = self._find(request, object_id) if object_id else None
        allowed = self.has_add_permission(request) if voucher is None else self.has_view_permission(request)
        if not allowed:
            raise PermissionDenied
        writable = voucher is None or (by_hand(voucher) and self.has_change_permission(request))
        if not writable:
            return self._sheet(request, voucher)
        return self._write(request, voucher)

    def _find(self, request: HttpRequest, object_id: str) -> Voucher:
        if not object_id.isdigit() or len(object_id) > 18:
            raise Http404
        rows = self.get_queryset(request).select_related(
            "period", "prepared_by", "reviewed_by", "reverses__period", "reversed_by__period"
        )
        return get_object_or_404(rows, pk=int(object_id))

    def _write(self, request: HttpRequest, voucher: Voucher | None) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        data = request.POST if request.method == "POST" else None
        initial = _head_of(voucher, actor)
        form = VoucherForm(data, request.FILES or None, actor=actor, initial=initial, record=voucher)
        shown = None if data is not None else _lines_of(voucher)
        lines = VoucherLines(data, actor=actor, prefix="lines", initial=shown)
        if data is not None and form.is_valid() and lines.is_valid():
            try:
                saved = self._save(request, voucher, form, lines)
            except BusinessError as error:
                now = voucher.lines.select_related("account") if voucher else ()
                refusals.place(error, form, lines, now=now)
            else:
                is_posted = saved.status == Voucher.Status.POSTED
                told = _("%(number)s was saved and posted") if is_posted else _("%(number)s was saved")
                messages.success(request, told % {"number": saved.number})
                again = "_addanother" in data
                return redirect(
                    reverse("admin:erp_finance_voucher_add")
                    if again
                    else reverse("admin:erp_finance_voucher_change", args=[saved.pk])
                )
        context = {
            "form": form,
            "lines": lines,
            "voucher": voucher,
            "may_post": actor.may("erp_finance.post_voucher"),
            "acts": self.buttons(request, voucher) if voucher else (),
            "heading": voucher.number if voucher else _("New voucher"),
            "places": money.places_of(actor.company.currency),
        }
        return render_page(request, "erp/finance/voucher_form.html", context)

    def _save(self, request: HttpRequest, voucher: Voucher | None, form: Any, lines: Any) -> Voucher:
        """Save, and post in the same act when asked to."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        values = {name: form.cleaned_data[name] for name in ("word", "posting_date", "attachment_count")}
        written = [
            LineInput(
                account_id=line["account"].pk,
                debit=line["debit"] or ZERO,
                credit=line["credit"] or ZERO,
                summary=line["summary"],
                party_id=line["party"].pk if line["party"] else None,
            )
            for line in lines.filled
        ]
        values["summary"] = next((line.summary for line in written if line.summary), "")
        with acting(actor):
            version = form.cleaned_data["version"]
            saved = form.keep(lambda: _written(voucher, written, values, version, actor), new=voucher is None)
            if "_post" in request.POST and actor.may("erp_finance.post_voucher"):
                (saved,) = vouchers.post(voucher_ids=[saved.pk], actor=actor)
        return saved

    def _sheet(self, request: HttpRequest, voucher: Voucher | None) -> HttpResponse:
        assert voucher is not None
        actor: Actor = request.actor  # type: ignore[attr-defined]
        lines = list(voucher.lines.select_related("account", "party"))
        context = {
            "voucher": voucher,
            "lines": lines,
            "debit": sum((line.debit for line in lines), ZERO),
            "credit": sum((line.credit for line in lines), ZERO),
            "words": amount_in_words(voucher.total, actor.company.currency, language=get_language() or "zh-hans"),
            "source": documents.label_of(voucher.source_kind) if voucher.source_kind else "",
            "source_url": documents.url_of(voucher.source_kind, voucher.source_id),
            "reversed_by": getattr(voucher, "reversed_by", None),
            "acts": self.buttons(request, voucher),
            "chain": chain_of(actor, voucher),
            "facts": own_facts(voucher, actor),
            "crumbs": [(_("Vouchers"), reverse("admin:erp_finance_voucher_changelist"))],
        }
        return render_page(request, "erp/finance/voucher.html", context)


def _written(
    voucher: Voucher | None, lines: list[LineInput], values: dict[str, Any], version: int | None, actor: Actor
) -> Voucher:
    if voucher is None:
        return vouchers.create(lines=lines, actor=actor, **values)
    return vouchers.change(voucher_id=voucher.pk, lines=lines, expected_version=version, actor=actor, **values)


def _head_of(voucher: Voucher | None, actor: Actor) -> dict[str, Any]:
    if voucher is None:
        return {"word": Voucher.Word.GENERAL, "posting_date": clock.today(actor.company), "attachment_count": 0}
    return {name: getattr(voucher, name) for name in ("word", "posting_date", "attachment_count", "version")}


def _lines_of(voucher: Voucher | None) -> list[dict[str, Any]]:
    if voucher is None:
        return []
    return [
        {
            "summary": line.summary,
            "account": line.account_id,
            "party": line.party_id,
            "debit": line.debit or None,
            "credit": line.credit or None,
        }
        for line in voucher.lines.all()
    ]
