"""The stages of a company, as everything about deals asks for them."""

from __future__ import annotations

from crm.sales.models import Stage
from suite.core import cached


def stages_of(company_id: int) -> list[Stage]:
    """The stages in use with their pipelines, those of the usual pipeline first; to be read only."""
    return cached.rows(company_id, "sales.stages", _read_stages)


def _read_stages(company_id: int) -> list[Stage]:
    rows = Stage.objects.of(company_id).filter(is_archived=False).select_related("pipeline")
    return list(rows.order_by("pipeline__position", "pipeline_id", "position", "id"))
