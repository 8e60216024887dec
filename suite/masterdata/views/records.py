"""Products and parties to look at, written in the admin pages, and contacts, which are written here."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suite.core.access import Actor
from suite.core.doors import door
from suite.core.errors import BusinessError
from suite.core.said import listed
from suite.desk import formats, refusals
from suite.desk.lists import list_view
from suite.desk.own import rules
from suite.desk.pages import done, render_page
from suite.desk.records import Fact, PageAct, RecordPage, Tab, edit_act, files_tab, record_page, tabs_of
from suite.masterdata import queries
from suite.masterdata.forms import ContactForm
from suite.masterdata.lists import ContactList, ProductList, page_of_party
from suite.masterdata.models import Contact, Party, Product
from suite.masterdata.services import contacts as services


@door("masterdata.view_product")
def products(request: HttpRequest) -> HttpResponseBase:
    """All products."""
    return list_view(request, ProductList)


@door("masterdata.view_product")
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Product.objects.visible_to(actor).select_related("unit", "tax").prefetch_related("units__unit")
    row = rules.shown(get_object_or_404(rows, pk=pk), actor)
    page = RecordPage(
        row.label,
        lead=row.code,
        crumbs=[(_("Products"), reverse("masterdata:products"))],
        badges=[badge for badge in (queries.archived(row),) if badge],
        acts=_edit_act(actor, "masterdata_product", "masterdata.change_product", pk),
        facts=[
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Specification"), row.read("specification")),
            Fact(_("Category"), row.category),
            Fact(_("Barcode"), row.barcode),
            Fact(_("Unit"), row.unit.label),
            Fact(_("Further units"), listed(_unit(each, row) for each in row.units.all())),
            Fact(_("Sales price"), f"{formats.money(row.sale_price)} ({_tax_mode(row)})"),
            Fact(_("Floor price"), formats.money(row.floor_price) if actor.may("masterdata.see_cost") else ""),
            Fact(_("Standard cost"), formats.money(row.standard_cost) if actor.may("masterdata.see_cost") else ""),
            Fact(_("Tax"), row.tax.label),
            Fact(_("Costing method"), row.get_costing_display()),
            Fact(_("When short"), row.get_shortage_display()),
            Fact(_("Note"), row.note),
        ],
        tabs=[*tabs_of(actor, row), *files_tab(actor, row)],
        record=row,
    )
    return record_page(request, page, {"product": row})


def _unit(each: object, product: Product) -> str:
    ratio = formats.quantity(each.numerator) if each.denominator == 1 else f"{each.numerator}/{each.denominator}"  # type: ignore[attr-defined]
    return f"{each.unit.label} = {ratio} {product.unit.label}"  # type: ignore[attr-defined]


def _tax_mode(product: Product) -> str:
    return _("with tax") if product.sale_price_includes_tax else _("without tax")


@door("masterdata.view_party")
def party(request: HttpRequest, pk: int) -> HttpResponse:
    """A party that is no customer: its file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Party.objects.visible_to(actor).select_related("region__parent__parent")
    row = rules.shown(get_object_or_404(rows, pk=pk), actor)
    if row.merged_into_id:
        return redirect(page_of_party(row.merged_into_id))
    page = RecordPage(
        row.label,
        lead=row.code,
        badges=[badge for badge in (queries.archived(row),) if badge],
        acts=[*_edit_act(actor, "masterdata_party", "masterdata.change_party", pk), *merge_acts(row)],
        facts=facts_of_party(row, actor),
        tabs=[Tab("contacts", _("Contacts"), template="suite/masterdata/_contacts.html"), *files_tab(actor, row)],
        record=row,
    )
    return record_page(request, page, people_and_places(row, actor))


def people_and_places(party: Party, actor: Actor) -> dict[str, object]:
    """Contacts and addresses as their tab shows them."""
    new = f"{reverse('masterdata:contact_new')}?party={party.pk}"
    return {
        "party": party,
        "sees_contacts": actor.may("masterdata.view_contact"),
        "new_contact": new if actor.may("masterdata.add_contact") else "",
        "contacts": [rules.shown(each, actor) for each in party.contacts.filter(is_archived=False)],
        "addresses": party.addresses.select_related("region__parent__parent").order_by("kind", "-is_default", "id"),
    }


def facts_of_party(party: Party, actor: Actor) -> list[Fact]:
    """The key facts of a party, for every page that shows one."""
    sees_bank, hidden = actor.may("masterdata.see_bank"), rules.labels(Party, actor)
    found = [
        Fact(_("Kind"), party.get_kind_display()),
        Fact(_("Phone"), formats.phone(party.phone), f"tel:{party.phone}" if party.phone else ""),
        Fact(_("E-mail"), party.email, f"mailto:{party.email}" if party.email else ""),
        Fact(_("Website"), party.website, party.website),
        Fact(_("Region"), party.region.path if party.region else ""),
        Fact(_("Industry"), party.industry),
        Fact(_("Unified social credit code"), party.credit_code),
        Fact(_("Legal representative"), party.legal_representative),
        Fact(_("Invoice title"), party.invoice_title),
        Fact(_("Bank of deposit"), party.bank_branch if sees_bank else ""),
        Fact(_("Bank account"), party.bank_account if sees_bank else ""),
        Fact(_("Note"), party.note),
    ]
    return [fact for fact in found if str(fact.label) not in hidden]


def merge_acts(party: Party) -> list[PageAct]:
    """The way to make one of this party and others, and to take the last merging back."""
    address = f"{reverse('masterdata:merge')}?party={party.pk}"
    acts = [PageAct(_("Merge"), address, "arrow-merge", "masterdata.merge_party", method="get", in_menu=True)]
    last = party.mergings.filter(undone_at=None).order_by("-pk").first()
    if last and last.may_be_undone:
        undo = reverse("masterdata:unmerge", args=[last.pk])
        sure = _("What moved goes back; what was added since stays here.")
        acts.append(
            PageAct(_("Undo the merging"), undo, "arrow-back-up", "masterdata.merge_party", confirm=sure, in_menu=True)
        )
    return acts


def _edit_act(actor: Actor, model: str, permission: str, pk: int) -> list[PageAct]:
    """The way to the admin pages, for those who may enter them."""
    if not actor.may("core.use_admin"):
        return []
    return [edit_act(f"admin:{model}_change", pk, permission)]


@door("masterdata.view_contact")
def contacts(request: HttpRequest) -> HttpResponseBase:
    """The people at all parties."""
    return list_view(request, ContactList)


@door("masterdata.view_contact")
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """One contact."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = rules.shown(get_object_or_404(Contact.objects.visible_to(actor).select_related("party"), pk=pk), actor)
    change = "masterdata.change_contact"
    page = RecordPage(
        row.label,
        lead=row.title,
        crumbs=[(_("Contacts"), reverse("masterdata:contacts"))],
        badges=[
            badge for badge in (queries.archived(row), row.is_primary and (_("Primary contact"), "primary")) if badge
        ],
        acts=[
            edit_act("masterdata:contact_edit", pk, change),
            PageAct(
                _("Bring back") if row.is_archived else _("Archive"),
                reverse("masterdata:contact_archive", args=[pk]),
                "archive-off" if row.is_archived else "archive",
                change,
                confirm="" if row.is_archived else _("Take it out of all lists to choose from?"),
                in_menu=True,
                data={"archived": "" if row.is_archived else "1"},
            ),
        ],
        facts=[
            Fact(_("Company"), row.party.label, page_of_party(row.party_id)),
            Fact(_("Phone"), formats.phone(row.phone), f"tel:{row.phone}" if row.phone else ""),
            Fact(_("E-mail"), row.email, f"mailto:{row.email}" if row.email else ""),
            Fact(_("WeChat"), row.wechat),
            Fact(_("Preferences"), row.preferences),
            Fact(_("Decision maker"), _("Yes") if row.is_decision_maker else ""),
        ],
        tabs=[*tabs_of(actor, row), *files_tab(actor, row)],
        record=row,
    )
    return record_page(request, page, {"contact": row})


@door("masterdata.add_contact")
def contact_new(request: HttpRequest) -> HttpResponse:
    """A new contact; from the page of a party with this party."""
    party = request.GET.get("party", "")
    shown = {"party": int(party)} if party.isascii() and party.isdigit() and len(party) < 19 else {}
    return _contact_form(request, None, shown)


@door("masterdata.change_contact")
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a contact."""
    rows = Contact.objects.visible_to(request.actor, "masterdata.change_contact")  # type: ignore[attr-defined]
    row = get_object_or_404(rows.select_related("party"), pk=pk)
    names = [name for name in ContactForm.base_fields if name != "party"]
    return _contact_form(
        request, row, {name: getattr(row, name) for name in names} | {"phone": row.phone_raw or row.phone}
    )


def _contact_form(request: HttpRequest, row: Contact | None, shown: dict[str, object]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, request.FILES or None, actor=actor, contact=row, initial=shown)
    status = 200 if data is None else 400
    if data is not None and form.is_valid():
        status, values = 409, dict(form.cleaned_data)
        version = values.pop("version")
        try:
            saved = form.keep(
                lambda: (
                    services.change_contact(contact=row, version=version, actor=actor, **values)
                    if row
                    else services.create_contact(actor=actor, **values)
                ),
                new=row is None,
            )
        except (BusinessError, ValidationError) as error:
            refusals.place(error, form)
        else:
            messages.success(request, _("%(name)s was saved") % {"name": saved.label})
            return redirect("masterdata:contact", saved.pk)
    lists = reverse("masterdata:contacts")
    context = {
        "form": form,
        "heading": row.label if row else _("New contact"),
        "crumbs": [(_("Contacts"), lists)],
        "back": reverse("masterdata:contact", args=[row.pk]) if row else lists,
    }
    return render_page(request, "suite/desk/form_page.html", context, status=status)


@door("masterdata.change_contact")
@require_POST
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a contact out of the lists to choose from, or bring it back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(Contact.objects.visible_to(actor, "masterdata.change_contact"), pk=pk)
    archived = bool(request.POST.get("archived"))
    services.archive_contacts(contacts=[row.pk], archived=archived, actor=actor)
    done(
        request,
        _("Archived") if archived else _("The contact is back"),
        request.path,
        {"archived": "" if archived else "1"},
    )
    return redirect("masterdata:contact", pk)
