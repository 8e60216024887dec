"""Bodies of requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON without NaN, without texts that no database stores, and not deeper than anybody needs."""

    def parse(
        self, stream: BinaryIO, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair parses, but cannot be stored
        except (RecursionError, UnicodeEncodeError) as error:
            raise ParseError(_("This is not text that can be stored")) from error
        return data
