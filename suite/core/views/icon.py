"""The sign of the house in the browser's tab."""

from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static

from suite.core.doors import OPEN, door


@door(OPEN)
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Where a document cannot name its icon (a PDF, an answer of the API), browsers ask for /favicon.ico."""
    return HttpResponseRedirect(static("icon.svg"))
