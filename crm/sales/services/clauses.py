"""Clauses of contracts: templates of the company, and placeholders filled with what a contract says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crm.sales.models import Contract, ContractTemplate
from suite.core.access import Actor
from suite.core.acts import current_act, save_changes, service
from suite.core.models import Company
from suite.core.words import amount_in_words
from suite.desk import formats

PLACEHOLDER = re.compile(r"\{([^{}\s]+)\}")
# What may stand in braces, and what it is filled with.
KNOWN: Mapping[str, Any] = {
    "company": gettext_lazy("our company"),
    "company_code": gettext_lazy("our credit code"),
    "customer": gettext_lazy("the customer"),
    "customer_code": gettext_lazy("the customer's credit code"),
    "contact": gettext_lazy("the customer's contact"),
    "number": gettext_lazy("number of the contract"),
    "name": gettext_lazy("name of the contract"),
    "date": gettext_lazy("date of the contract"),
    "start": gettext_lazy("first day"),
    "end": gettext_lazy("last day"),
    "signed": gettext_lazy("day of signing"),
    "amount": gettext_lazy("total with tax"),
    "amount_words": gettext_lazy("total in words"),
    "payments": gettext_lazy("the payment plan, a line each"),
}
USUAL = (
    (
        "产品购销合同",
        "Sale of goods",
        """一、双方。卖方：{company}（统一社会信用代码 {company_code}）；买方：{customer}
（统一社会信用代码 {customer_code}）。
二、标的。卖方按本合同所附清单向买方供应货物，含税总价 {amount}（{amount_words}）。
三、付款。{payments}
四、期限。本合同自 {start} 起至 {end} 止有效。
五、质量与验收。货物应符合约定规格；买方收货后七日内提出异议，逾期视为验收合格。
六、违约责任。任何一方违约，应赔偿对方因此受到的损失。
七、争议解决。双方协商解决；协商不成的，提交卖方所在地人民法院。""",
        """1. Parties. Seller: {company} (credit code {company_code}); buyer: {customer} (credit code {customer_code}).
2. Subject. The seller supplies the goods listed in this contract for a total of {amount} with tax ({amount_words}).
3. Payment. {payments}
4. Term. This contract holds from {start} to {end}.
5. Quality and acceptance. The goods are as specified; objections are raised within seven days of receipt, after which
they count as accepted.
6. Breach. Whoever breaks this contract makes good the loss of the other party.
7. Disputes. The parties settle disputes by talks, failing which the court at the seller's seat decides.""",
    ),
    (
        "服务合同",
        "Services",
        """一、双方。服务方：{company}；委托方：{customer}，联系人 {contact}。
二、服务内容。服务方按所附清单提供服务，含税费用 {amount}（{amount_words}）。
三、付款。{payments}
四、期限。服务自 {start} 起至 {end} 止；到期前双方可书面续签。
五、保密。双方对在履行中知悉的对方信息负有保密义务。
六、终止。一方严重违约且在书面通知后三十日内未改正的，另一方可以解除合同。""",
        """1. Parties. Provider: {company}; client: {customer}, represented by {contact}.
2. Services. The provider renders the services listed for a fee of {amount} with tax ({amount_words}).
3. Payment. {payments}
4. Term. From {start} to {end}; it may be renewed in writing before it ends.
5. Secrecy. Each party keeps to itself what it learns of the other.
6. Ending. Where a party breaks the contract gravely and does not mend it within thirty days of a written notice, the
other may end it.""",
    ),
)


def found(company: Company) -> None:
    """Give a company that has none the usual templates."""
    if ContractTemplate.objects.of(company.pk).exists():
        return
    ContractTemplate.objects.bulk_create(
        ContractTemplate(company=company, name=name, name_en=name_en, body=body, body_en=body_en)
        for name, name_en, body, body_en in USUAL
    )


@service
def create_template(*, name: str, body: str, actor: Actor, reason: str = "", **values: Any) -> ContractTemplate:
    """Write a template. Raises ValidationError where a placeholder is none."""
    template = ContractTemplate(company=actor.company, name=name, body=body, **values)
    _demand_known(template)
    template.save()
    current_act().audit(template, "created")
    return template


@service
def change_template(*, template_id: int, actor: Actor, reason: str = "", **values: Any) -> ContractTemplate:
    """Change a template; contracts that were written from it keep their clauses. Raises as `create_template`."""
    template = ContractTemplate.objects.of(actor.company_id).lock([template_id]).get()
    save_changes(template, values)
    _demand_known(template)
    return template


@service
def archive_templates(*, pks: list[int], actor: Actor, archived: bool = True, reason: str = "") -> int:
    """Take templates out of use, or back into it; says how many changed."""
    rows = [row for row in ContractTemplate.objects.of(actor.company_id).lock(pks) if row.is_archived != archived]
    for row in rows:
        save_changes(row, {"is_archived": archived})
    return len(rows)


def _demand_known(template: ContractTemplate) -> None:
    for name in ("body", "body_en"):
        demand_known(getattr(template, name), name)


def demand_known(text: str, field: str) -> None:
    """Refuse placeholders that nothing would fill: they would stand in the signed paper."""
    if strange := sorted(set(PLACEHOLDER.findall(text)) - KNOWN.keys()):
        sentence = _("There is no placeholder {%(name)s}") % {"name": strange[0]}
        raise ValidationError({field: sentence})


def filled(contract: Contract, language: str = "") -> str:
    """The clauses of a contract in a language (by default the reader's), with what it says in place of placeholders.

    `party`, `contact` and `milestones` are read before; what is not known yet is left to be filled in by hand.
    """
    with translation.override(language or get_language()):
        facts = _facts(contract)
        return PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]) or "________", contract.read("body"))


def _facts(contract: Contract) -> dict[str, str]:
    currency, party = str(contract.currency_id), contract.party
    return {
        "company": contract.company.label,
        "company_code": contract.company.credit_code,
        "customer": party.label,
        "customer_code": party.credit_code,
        "contact": contract.contact.label if contract.contact else "",
        "number": contract.number,
        "name": contract.name,
        "date": formats.day(contract.date),
        "start": formats.day(contract.starts_on),
        "end": formats.day(contract.ends_on),
        "signed": formats.day(contract.signed_on),
        "amount": formats.money(contract.gross, currency),
        "amount_words": amount_in_words(contract.gross, currency, language=get_language() or ""),
        "payments": _payments(contract, currency),
    }


def _payments(contract: Contract, currency: str) -> str:
    rows = [row for row in contract.milestones.all() if row.is_payment]
    return "".join(
        f"\n({number}) {row.name}: {formats.money(row.amount, currency)} · {when(row)}"
        for number, row in enumerate(rows, 1)
    )


def when(milestone: Any) -> str:
    """The day or the event by which a milestone is due, in words."""
    if milestone.due_on:
        return formats.day(milestone.due_on)
    said = str(milestone.get_event_display())
    return _("%(event)s, %(days)s days") % {"event": said, "days": milestone.days} if milestone.days else said
