"""What went wrong, in the caller's language and under a stable code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import CheckConstraint, F, ProtectedError, RestrictedError
from django.db.models.constraints import BaseConstraint, UniqueConstraint
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from suite.core.acts import RETRIED
from suite.core.errors import BusinessError, Refusal, Stale
from suite.core.modules import SwitchedOff


class Busy(exceptions.APIException):
    """The same thing is being done right now; ask again in a moment."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "busy"
    wait = 1

    def __init__(self) -> None:
        super().__init__(
            {"code": "busy", "detail": _("This is being done right now; ask again in a moment"), "refusals": []}
        )


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error: 409 for what the trade forbids, 400 at the field, 404 for what is not yours."""
    known = translated(error)
    if isinstance(known, BusinessError):
        body = refused(known)
        if isinstance(known, Stale):
            body["refusals"] += list(_meanwhile(context))
        return Response(body, status.HTTP_409_CONFLICT)
    return exception_handler(known, context)


def _meanwhile(context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """After a save over an older copy: each field that was sent and holds something else now, with what it holds."""
    view, sent = context.get("view"), getattr(context.get("request"), "data", None)
    if not isinstance(sent, Mapping) or "pk" not in getattr(view, "kwargs", {}) or not hasattr(view, "answer"):
        return
    present = view.answer(view.kwargs["pk"]).data  # type: ignore[union-attr]
    for name in sent:
        value = present.get(name)
        if name in present and not isinstance(value, list | dict) and not _same(value, sent[name]):
            said = _("Meanwhile: %(value)s") % {"value": _("(blank)") if value in (None, "") else value}
            yield {"code": "stale", "detail": said, "line": None, "field": name, "key": None}


def _same(value: Any, sent: Any) -> bool:
    try:
        return Decimal(str(value)) == Decimal(str(sent))
    except InvalidOperation:
        return (str(value) if value is not None else "") == (str(sent) if sent is not None else "")


def refused(error: BusinessError) -> dict[str, Any]:
    """The body of a refusal; `key` names the record refused in an act over several."""
    keys = {id(refusal): key for key, refusal in error.by_key.items()}
    rows = [
        {"code": each.code, "detail": str(each), "line": each.line, "field": each.field, "key": keys.get(id(each))}
        for each in error.refusals
    ]
    return {"code": error.code, "detail": str(error), "refusals": rows}


def translated(error: Exception) -> Exception:
    """Django's and the database's errors as those of the API; what is left is a fault of ours."""
    match error:
        case django_errors.ValidationError():
            return exceptions.ValidationError(_at_fields(error))
        case django_errors.ObjectDoesNotExist() | Http404():
            # Django's own words name the model, in English.
            return exceptions.NotFound(str(error) if isinstance(error, SwitchedOff) else None)
        case DataError():
            return exceptions.ValidationError({"non_field_errors": [_("A value is too large or not readable")]})
        case ProtectedError() | RestrictedError():
            return BusinessError(Refusal("in_use", _("Other records depend on this one")))
        case IntegrityError():
            return BusinessError(*_broken_rule(error))
        case OperationalError() if getattr(error.__cause__, "pgcode", None) in RETRIED:
            return Busy()
    return error


def _at_fields(error: django_errors.ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {
            "non_field_errors" if field == django_errors.NON_FIELD_ERRORS else field: messages
            for field, messages in error.message_dict.items()
        }
    return {"non_field_errors": error.messages}


def _broken_rule(error: IntegrityError) -> list[Refusal]:
    """What the constraint that was broken says to people, once at each field it speaks of."""
    broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == broken:
                message = str(constraint.get_violation_error_message())
                return [Refusal("conflict", message, field=name) for name in _fields_of(constraint) or [None]]
    return [Refusal("conflict", _("This contradicts what is already recorded"))]


def _fields_of(constraint: BaseConstraint) -> list[str]:
    """The fields a constraint speaks of, but for the company, which nobody writes."""
    names: Iterable[str] = ()
    if isinstance(constraint, CheckConstraint):
        names = sorted(getattr(constraint.condition, "referenced_base_fields", ()))
    elif isinstance(constraint, UniqueConstraint):
        names = constraint.fields or [each.name for each in constraint.expressions if isinstance(each, F)]
    return [name for name in names if name != "company"]
