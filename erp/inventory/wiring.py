"""What inventory tells the rest of the house when it starts."""

from __future__ import annotations

from erp.inventory import checks
from erp.inventory.services.warehouses import found_default
from suite.core.companies import on_founding


def connect() -> None:
    """Called once, from apps.py."""
    on_founding(found_default, order=30)
    checks.register()
