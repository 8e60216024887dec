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
            json.dumps(
                data, ensure_ascii=False, allow_nan=False
            ).encode()  # half a surrogate pair parses, but cannot be stored
        except ParseError as error:
            raise ParseError(_why(error.__context__)) from error
        except (RecursionError, UnicodeEncodeError) as error:
            raise ParseError(_("This is not text that can be stored")) from error
        except ValueError as error:
            raise ParseError(_why(error)) from error
        return data


def _why(error: BaseException | None) -> str:
    """Why a body could not be read, without the words of Python."""
    if isinstance(error, json.JSONDecodeError):
        return _("This is not JSON: see line %(line)s, column %(column)s") % {
            "line": error.lineno,
            "column": error.colno,
        }
    if isinstance(error, UnicodeDecodeError):
        return _("This is not text in UTF-8")
    return _("There is a number here that nobody can store")
