"""`Idempotency-Key`: a write asked for twice is done once, and both callers get the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files import File
from django.db import IntegrityError
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from suite.core import sql
from suite.core.acts import acting, retrying
from suite.core.api.errors import Busy
from suite.core.api.renderers import ExactJSONRenderer
from suite.core.api.throttles import client_of
from suite.core.models import IdempotencyKey

HEADER = "Idempotency-Key"
LONGEST = 120

LOCK_AND_LOOK = "SELECT * FROM suite_once(%s::text, %s::bigint, %s::text, %s::text)"


class OtherRequest(exceptions.APIException):
    """The key was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"


def once(request: Request, handler: Callable[[], Response]) -> Response:
    """The answer of `handler`, or the one it gave before under the key of this request.

    Effect and answer stand in one transaction. Only successes are kept: what was refused runs again.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return handler()
    if len(key) > LONGEST or not key.isprintable():
        raise exceptions.ValidationError(
            {HEADER: [_("At most %(longest)s printable characters") % {"longest": LONGEST}]}
        )
    client, digest = client_of(request), _digest(request)
    try:
        return retrying(lambda: _attempt(request, handler, client, key, digest))
    except IntegrityError as error:
        if "core_idempotency_once" in str(error):
            raise Busy from error
        raise


def _attempt(request: Request, handler: Callable[[], Response], client: str, key: str, digest: str) -> Response:
    company_id = request.actor.company_id  # type: ignore[attr-defined]
    with acting(request.actor) as act:  # type: ignore[attr-defined]
        found = sql.rows(LOCK_AND_LOOK, [f"{company_id}:{client}:{key}", company_id, client, key])
        ((free, known_digest, known_status, known_body),) = found
        if known_digest is not None:
            if known_digest != digest:
                raise OtherRequest(_("This key was used for another request"))
            return Response(json.loads(known_body), known_status, headers={"Idempotent-Replayed": "true"})
        if not free:
            raise Busy
        response = handler()
        if status.is_success(response.status_code):
            act.keep(
                IdempotencyKey(
                    company_id=company_id,
                    client=client,
                    key=key,
                    request_digest=digest,
                    status=response.status_code,
                    body=(ExactJSONRenderer().render(response.data) or b"null").decode(),
                )
            )
        return response


def _digest(request: Request) -> str:
    """What is asked for: method, address and body, whatever the order of the keys."""
    body: Any = json.dumps(request.data, sort_keys=True, default=_told)
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n{body}".encode()).hexdigest()


def _told(value: Any) -> str:
    """What tells one value from another that is not JSON: of a file its content."""
    if not isinstance(value, File):
        return str(value)
    content = hashlib.sha256()
    for part in value.chunks():
        content.update(part)
    value.seek(0)
    return f"{value.name} {content.hexdigest()}"
