"""What masterdata asks of the areas above it; they plug themselves in from apps.py."""

from __future__ import annotations

from collections.abc import Callable, Collection


def _nothing(product_ids: Collection[int]) -> set[int]:
    return set()


# Which of these products have ever moved through stock, so that their worth is reckoned already. Plugged by inventory.
moved: Callable[[Collection[int]], set[int]] = _nothing
