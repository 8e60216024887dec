"""What a template can set: how it stands now, how it is set, how it reads. Everything goes through the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.customers.models import Tag
from crm.customers.services.tags import create_tag
from crm.retention import services as retention
from crm.retention.models import RetentionPolicy
from crm.sales.models import Pipeline, SalesPolicy
from crm.sales.services import pipelines
from crm.sales.services import policy as sales
from erp.finance.models import FinancePolicy, PaymentTerm
from erp.finance.services import settings as finance
from erp.procurement.models import PurchasePolicy
from erp.procurement.services import policy as purchase
from integration.onboarding.industries import INDUSTRIES, Numbers, Steps
from suite.automation.models import ApprovalRule, Flow
from suite.automation.services import flows, rules
from suite.core import modules, numbering
from suite.core.access import Actor
from suite.core.models import NumberPattern, Role
from suite.core.roles import ROLES
from suite.core.said import listed
from suite.desk import documents, formats, navigation
from suite.desk.dashboards.tiles import tile
from suite.desk.models import DashboardLayout, MenuLayout, OwnField
from suite.desk.own import definitions
from suite.desk.services import dashboards, menus

LARGER = "discount_min"  # the condition of a paper with a line of so large a discount or a larger one
STEP = Decimal("0.0001")  # the smallest difference between two discounts
NOTHING = "–"
Field = tuple[str, str, str, str]  # kind of record, type, name, English name


@dataclass(frozen=True)
class Target:
    """One thing that a template sets; `is_met` tells whether what stands now is what is wanted."""

    label: str | Promise
    permission: str
    read: Callable[[Actor], Any]
    write: Callable[[Actor, Any], Any]
    show: Callable[[Any], str]
    is_met: Callable[[Any, Any], bool] = lambda present, wanted: present == wanted


def target(key: str) -> Target:
    """What a line of a template is about."""
    kind, _dot, name = key.partition(".")
    return TARGETS[key] if key in TARGETS else _KINDS[kind](name)


def _setting(model: type[models.Model], name: str, change: Callable[..., Any]) -> Target:
    """A field of a company's settings."""
    field: Any = model._meta.get_field(name)

    def read(actor: Actor) -> Any:
        return getattr(model._default_manager.of(actor.company_id).get(), name)  # type: ignore[attr-defined]

    def show(value: Any) -> str:
        if value is None:
            return NOTHING
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, Decimal):
            return formats.percent(value)
        return str(dict(field.flatchoices).get(value, value))

    permission = f"{model._meta.app_label}.change_{model._meta.model_name}"
    label = capfirst(field.verbose_name)
    return Target(label, permission, read, lambda actor, value: change(actor=actor, **{name: value}), show)


def _settings(prefix: str, model: type[models.Model], change: Callable[..., Any], *names: str) -> dict[str, Target]:
    return {f"{prefix}.{name}": _setting(model, name, change) for name in names}


def _module(label: str) -> Target:
    known = modules.module(label)
    assert known is not None, label
    return Target(
        known.name,
        "core.change_company",
        lambda actor: modules.is_on(actor.company, label),
        lambda actor, on: modules.switch(label=label, on=on, actor=actor),
        _on_or_off,
    )


def _role_name(code: str) -> str:
    if code not in ROLES:
        return code
    name, name_en, _patterns = ROLES[code]
    return Role(name=name, name_en=name_en).label


def _menu(code: str) -> Target:
    """The menu of a role: what comes first in it, and what is left out."""

    def role(actor: Actor) -> Role:
        return Role.objects.get(company=actor.company_id, code=code)

    def read(actor: Actor) -> Mapping[str, Sequence[str]]:
        layout = MenuLayout.objects.of(actor.company_id).filter(role__code=code).first()
        return {"first": layout.order, "hidden": layout.hidden} if layout else {"first": [], "hidden": []}

    def write(actor: Actor, wanted: Mapping[str, Sequence[str]]) -> None:
        present = read(actor)
        order = present["first"] or [entry.key for entry in navigation.pages_of_role(role(actor), actor.company)]
        begin = next((n for n, key in enumerate(order) if key in wanted["first"]), 0)
        rest = [key for key in order if key not in wanted["first"]]
        order = [*rest[:begin], *wanted["first"], *rest[begin:]]
        hidden = {*present["hidden"], *wanted["hidden"]}
        menus.arrange(order=order, hidden=hidden, role=role(actor), actor=actor)

    def is_met(present: Any, wanted: Any) -> bool:
        order = [key for key in present["first"] if key in wanted["first"]]
        return order == list(wanted["first"]) and set(wanted["hidden"]) <= set(present["hidden"])

    def show(value: Any) -> str:
        labels = {entry.key: entry.label for entry in navigation.all_pages()}
        parts = [listed(labels[key] for key in value["first"][:3] if key in labels)]
        if value["hidden"]:
            names = listed(labels[key] for key in value["hidden"] if key in labels)
            parts.append(_("without %(pages)s") % {"pages": names})
        return " · ".join(part for part in parts if part) or _("as usual")

    return Target(_("Menu: %(role)s") % {"role": _role_name(code)}, "core.change_role", read, write, show, is_met)


def _dashboard(code: str) -> Target:
    """The tiles on the dashboard of a role; those that are there stay before them."""

    def kept(actor: Actor) -> list[dict[str, Any]]:
        layout = DashboardLayout.objects.of(actor.company_id).filter(role__code=code).first()
        return layout.tiles if layout else []

    def read(actor: Actor) -> list[str]:
        return [each["tile"] for each in kept(actor)]

    def write(actor: Actor, wanted: Sequence[str]) -> None:
        there = kept(actor)
        names = {each["tile"] for each in there}
        more = [{"tile": name, "width": found.width} for name in wanted if name not in names and (found := tile(name))]
        role = Role.objects.get(company=actor.company_id, code=code)
        dashboards.arrange(tiles=[*there, *more][: dashboards.MOST], role=role, actor=actor)

    def is_met(present: Sequence[str], wanted: Sequence[str]) -> bool:
        return set(wanted) <= set(present)

    def show(names: Sequence[str]) -> str:
        return listed(str(found.title) for name in names if (found := tile(name))) or _("as usual")

    return Target(_("Dashboard: %(role)s") % {"role": _role_name(code)}, "core.change_role", read, write, show, is_met)


def _flow(code: str) -> Target:
    """A flow that comes with the house, on or off."""

    def flow(actor: Actor) -> Flow | None:
        return Flow.objects.of(actor.company_id).filter(code=code).first()

    def read(actor: Actor) -> bool:
        known = flow(actor)
        return bool(known and known.is_on)

    def write(actor: Actor, on: bool) -> None:
        known = flow(actor)
        if known:
            (flows.switch_on if on else flows.switch_off)(flows=[known.pk], actor=actor)

    return Target(flows.name_of(code), "automation.switch_flow", read, write, _on_or_off)


def _on_or_off(on: bool) -> str:
    return pgettext("switch", "On") if on else pgettext("switch", "Off")


def _approval(kind: str) -> Target:
    """Who approves a kind of document, by the amount above which it holds; other rules stay."""

    def rules_of(actor: Actor) -> QuerySet[ApprovalRule]:
        return (
            ApprovalRule.objects.of(actor.company_id).filter(kind=kind, conditions={}).prefetch_related("steps__role")
        )

    def read(actor: Actor) -> dict[int, list[str]]:
        return {
            int(rule.from_amount): [step.role.code if step.role else step.who for step in rule.steps.all()]
            for rule in rules_of(actor)
        }

    def write(actor: Actor, wanted: Mapping[int, Sequence[str]]) -> None:
        present = {int(rule.from_amount): rule for rule in rules_of(actor)}
        roles = {role.code: role for role in Role.objects.filter(company=actor.company_id)}
        for amount, codes in wanted.items():
            steps = [{"position": n, "role": roles[code]} for n, code in enumerate(codes, 1) if code in roles]
            rules.set_rule(kind=kind, steps=steps, from_amount=Decimal(amount), rule=present.get(amount), actor=actor)

    def show(value: Mapping[int, Sequence[str]]) -> str:
        above = _("above %(amount)s: %(roles)s")
        return (
            " · ".join(
                above
                % {"amount": formats.quantity(Decimal(amount)), "roles": " → ".join(_role_name(code) for code in codes)}
                for amount, codes in sorted(value.items())
            )
            or NOTHING
        )

    def is_met(present: Mapping[int, Sequence[str]], wanted: Mapping[int, Sequence[str]]) -> bool:
        return all(present.get(amount) == list(codes) for amount, codes in wanted.items())

    label = _("Approval: %(document)s") % {"document": documents.label_of(kind)}
    return Target(label, "automation.change_approvalrule", read, write, show, is_met)


Allowance = tuple[Decimal, Sequence[str]]  # per cent, and who agrees to more


def _discount(kind: str) -> Target:
    """Who approves a kind of paper with a line of a larger discount; a rule like those the company makes itself."""

    def rule_of(actor: Actor) -> ApprovalRule | None:
        rules_ = ApprovalRule.objects.of(actor.company_id).filter(kind=kind, conditions__has_key=LARGER)
        alone = (rule for rule in rules_.prefetch_related("steps__role").order_by("pk") if len(rule.conditions) == 1)
        return next(alone, None)

    def read(actor: Actor) -> Allowance | None:
        rule = rule_of(actor)
        if rule is None:
            return None
        codes = [step.role.code if step.role else step.who for step in rule.steps.all()]
        return Decimal(rule.conditions[LARGER]) - STEP, codes

    def write(actor: Actor, wanted: Allowance) -> None:
        most, codes = wanted
        roles = {role.code: role for role in Role.objects.filter(company=actor.company_id)}
        steps = [{"position": n, "role": roles[code]} for n, code in enumerate(codes, 1) if code in roles]
        conditions = {LARGER: str(most + STEP)}
        rules.set_rule(kind=kind, steps=steps, conditions=conditions, rule=rule_of(actor), actor=actor)

    def show(value: Allowance | None) -> str:
        if value is None:
            return NOTHING
        return _("above %(amount)s: %(roles)s") % {
            "amount": formats.percent(value[0]), "roles": " → ".join(_role_name(code) for code in value[1]),
        }  # fmt: skip

    def is_met(present: Allowance | None, wanted: Allowance) -> bool:
        return present is not None and (present[0], list(present[1])) == (wanted[0], list(wanted[1]))

    label = _("Approval of discounts: %(document)s") % {"document": documents.label_of(kind)}
    return Target(label, "automation.change_approvalrule", read, write, show, is_met)


def _number(kind: str) -> Target:
    """How the numbers of a kind of paper look; what the company has said itself stays."""
    key = f"number.{kind}"
    offered = {(kind, "", 6), *(each.lines[key] for each in INDUSTRIES if key in each.lines)}

    def read(actor: Actor) -> Numbers:
        row = NumberPattern.objects.of(actor.company_id).get(kind=kind)
        return row.prefix, row.stamp, row.width

    def write(actor: Actor, wanted: Numbers) -> None:
        rows, (prefix, stamp, width) = NumberPattern.objects.of(actor.company_id), wanted
        if not rows.filter(prefix=prefix).exclude(kind=kind).exists():  # else the company has other uses for it
            row = rows.get(kind=kind)
            numbering.change_pattern(pattern=row, actor=actor, prefix=prefix, stamp=stamp, width=width)

    def show(value: Numbers) -> str:
        prefix, stamp, width = value
        return f"{prefix}{stamp}{'-' if stamp else ''}{'1':0>{width}}"

    paper = documents.label_of(numbering.kinds()[kind]._meta.label_lower)
    return Target(
        _("Numbers: %(document)s") % {"document": paper}, "core.change_numberpattern", read, write, show,
        lambda present, wanted: present == wanted or present not in offered,
    )  # fmt: skip


def _tag_names(actor: Actor) -> list[tuple[str, str]]:
    return list(Tag.objects.of(actor.company_id).values_list("name", "name_en"))


def _add_tags(actor: Actor, wanted: Sequence[tuple[str, str]]) -> None:
    present = {name for name, _en in _tag_names(actor)}
    for name, name_en in wanted:
        if name not in present:
            create_tag(name=name, name_en=name_en, actor=actor)


def _show_tags(tags: Sequence[tuple[str, str]]) -> str:
    return listed(Tag(name=name, name_en=name_en).label for name, name_en in tags) or NOTHING


def _fields(actor: Actor) -> list[Field]:
    """The own fields that are there, as templates name them."""
    rows = OwnField.objects.of(actor.company_id).filter(is_archived=False)
    return list(rows.values_list("kind", "type", "name", "name_en"))


def _add_fields(actor: Actor, wanted: Sequence[Field]) -> None:
    present = {(kind, name) for kind, _type, name, _en in _fields(actor)}
    for kind, of_type, name, name_en in wanted:
        if (kind, name) not in present:
            definitions.create(kind=kind, values={"type": of_type, "name": name, "name_en": name_en}, actor=actor)


def _has_fields(present: Sequence[Field], wanted: Sequence[Field]) -> bool:
    return {(kind, name) for kind, _type, name, _en in wanted} <= {(kind, name) for kind, _type, name, _en in present}


def _show_fields(fields: Sequence[Field]) -> str:
    names = (OwnField(name=name, name_en=name_en).label for _kind, _type, name, name_en in fields)
    return listed(names) or NOTHING


def _pipelines(actor: Actor) -> list[str]:
    return list(Pipeline.objects.of(actor.company_id).order_by("position", "id").values_list("name", flat=True))


def _add_pipelines(actor: Actor, wanted: Sequence[tuple[str, str, Steps]]) -> None:
    """What a trade sells by comes before what is there."""
    present = _pipelines(actor)
    for name, name_en, steps in wanted:
        if name not in present:
            stages = [
                pipelines.StageInput(name=each, name_en=en, probability=Decimal(probability), target_days=days)
                for each, en, probability, days in steps
            ]
            pipelines.create_pipeline(name=name, name_en=name_en, stages=stages, first=True, actor=actor)


def _show_pipelines(wanted: Sequence[Any]) -> str:
    """Names of what is there; of what is wanted also the stages."""
    return (
        listed(
            each
            if isinstance(each, str)
            else f"{Pipeline(name=each[0], name_en=each[1]).label}: "
            + " → ".join(Pipeline(name=name, name_en=en).label for name, en, *_figures in each[2])
            for each in wanted
        )
        or NOTHING
    )


def _default_term(actor: Actor) -> str:
    term = PaymentTerm.objects.of(actor.company_id).filter(is_default=True).first()
    return term.code if term else ""


def _set_default_term(actor: Actor, code: str) -> None:
    term = PaymentTerm.objects.of(actor.company_id).filter(code=code).first()
    if term:
        finance.change_term(term=term, actor=actor, is_default=True)


TARGETS = {
    **_settings("finance", FinancePolicy, finance.change_policy, "posting", "overdue_days"),
    **_settings(
        "sales", SalesPolicy, sales.change_policy, "max_discount", "quotation_days", "renewal_days",
        "thank_after_payment",
    ),
    **_settings(
        "purchase", PurchasePolicy, purchase.change_policy, "over_receipt_percent", "price_tolerance_percent",
    ),
    **_settings("retention", RetentionPolicy, retention.change_policy, "dormant_after_days"),
    "finance.term": Target(
        gettext_lazy("Usual payment term"), "erp_finance.change_paymentterm", _default_term, _set_default_term, str,
    ),
    "fields": Target(
        gettext_lazy("Own fields"), definitions.DEFINE, _fields, _add_fields, _show_fields, _has_fields,
    ),
    "pipelines": Target(
        gettext_lazy("Pipelines"), "crm_sales.add_pipeline", _pipelines, _add_pipelines, _show_pipelines,
        lambda present, wanted: {name for name, _en, _steps in wanted} <= set(present),
    ),
    "tags": Target(
        gettext_lazy("Tags of customers"), "crm_customers.add_tag", _tag_names, _add_tags, _show_tags,
        lambda present, wanted: {name for name, _en in wanted} <= {name for name, _en in present},
    ),
}  # fmt: skip
_KINDS: dict[str, Callable[[str], Target]] = {
    "module": _module, "menu": _menu, "dashboard": _dashboard, "flow": _flow, "approval": _approval,
    "number": _number, "discount": _discount,
}  # fmt: skip
