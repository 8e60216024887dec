"""A refusal that no view caught is said where the person stands."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from suite.core.errors import BusinessError
from suite.desk import documents
from suite.desk.pages import page_above, refuse


class RefusalMiddleware:
    """Says who reads the page that is made, and turns a BusinessError of a page into a red message.

    That is a 409 for htmx; else the person is led back to where they were. Who opens the address of an act, from the
    history of the browser or after signing in again, is led to the record it belongs to.
    Views that have a better place for it, such as the line of a form, catch it before; so does the API.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = documents.reader.set(getattr(request, "actor", None))
        try:
            response = self.get_response(request)
        finally:
            documents.reader.reset(token)
        if response.status_code == 405 and request.method == "GET" and not request.path.startswith("/api/"):
            above = page_above(request.path)
            return redirect(above) if above != "/" else response
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, BusinessError):
            return refuse(request, [str(refusal) for refusal in exception.refusals], status=409)
        if isinstance(exception, ValidationError):
            return refuse(request, exception.messages, status=400)
        return None
