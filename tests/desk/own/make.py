"""Own fields for tests, made through their service."""

from __future__ import annotations

from typing import Any

from suite.core import cached
from suite.core.access import Actor
from suite.desk.models import OwnField
from suite.desk.own import definitions

CUSTOMER, ORDER, TASK, PRODUCT = "crm_customers.customer", "crm_sales.order", "desk.task", "masterdata.product"
CONTACT = "masterdata.contact"
OPTIONS = [{"value": "small", "name": "小", "name_en": "Small"}, {"value": "large", "name": "大", "name_en": "Large"}]


def field(company: Any, kind: str, type: str = "text", key: str = "", **values: Any) -> OwnField:
    """A field that lists can sort by at once."""
    key = key or f"a_{type}"
    given = {"key": key, "name": f"字段 {key}", "name_en": f"Field {key}", "type": type, **values}
    if type in ("choice", "choices"):
        given.setdefault("options", OPTIONS)
    made = definitions.create(actor=Actor.system(company), kind=kind, values=given)
    # As the job leaves it, which cannot build in the midst of a transaction that has written the table.
    OwnField.objects.filter(pk=made.pk, index=OwnField.Index.WAITING).update(index=OwnField.Index.READY)
    cached.forget(company.pk)
    made.refresh_from_db()
    return made
