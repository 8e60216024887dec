"""Bodies of answers."""

from __future__ import annotations

import decimal
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class Exact(JSONEncoder):
    """Decimals as texts, in answers that no serializer has shaped too: a float would not keep money."""

    def default(self, obj: Any) -> Any:
        return format(obj, "f") if isinstance(obj, decimal.Decimal) else super().default(obj)


class ExactJSONRenderer(JSONRenderer):
    """JSON in which no figure loses a cent."""

    encoder_class = Exact
