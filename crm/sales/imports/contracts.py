"""Contracts from sheets: the rows with one reference are the lines of one contract, a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from crm.sales.imports.papers import DATE, LINE, NOTE, TERMS, WHO, line_of, nobody
from crm.sales.models import Contract
from crm.sales.services import approving, contracts
from crm.sales.services.contracts import ContractDraft
from suite.core.access import Actor
from suite.desk.imports import Field
from suite.desk.imports.papers import Papers, numbers_of

FIELDS = (
    Field(
        "reference", gettext_lazy("Number"), required=True, max_length=60,
        aliases=("contract", "合同编号", "reference"), example="1",
    ),
    Field("name", gettext_lazy("Name"), max_length=200, aliases=("合同名称", "title")),
    WHO,
    DATE,
    Field("starts_on", gettext_lazy("Begins"), "date", aliases=("开始日期", "生效日期")),
    Field("ends_on", gettext_lazy("Ends"), "date", aliases=("结束日期", "到期日")),
    Field("signed_on", gettext_lazy("Signed"), "date", aliases=("签订日期",)),
    *LINE,
    *TERMS,
    NOTE,
)  # fmt: skip
LEFT_OUT = tuple(gettext_lazy(name) for name in ("Total with tax", "Status", "Owner", "Net"))


def _draft(reference: str, header: dict[str, Any], rows: list[dict[str, Any]]) -> ContractDraft:
    name = header.pop("name", "") or reference
    return ContractDraft(party_id=header.pop("party"), lines=[line_of(row) for row in rows], name=name, **header)


CONTRACTS = Papers(
    group="reference",
    header=("name", "party", "date", "starts_on", "ends_on", "signed_on", "currency_id", "prices_include_tax"),
    remarks=("note",),
    draft=_draft,
    check=contracts.check_contracts,
    create=contracts.create_contracts,
    doubts=approving.doubts,
    known=numbers_of(Contract),
    lacking=nobody,
)


def undo(*, actor: Actor, made: Collection[int], changed: Mapping[int, Any]) -> Mapping[int, str]:
    """Throw the drafts away again; what was submitted since stays and is named."""
    return {pk: str(refusal) for pk, refusal in contracts.delete_drafts(contract_ids=made, actor=actor).items()}
