"""The page on which one says how much of each line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from erp.inventory.forms import QuantitiesForm
from erp.inventory.models import GoodsReceipt, StockAdjustment
from erp.inventory.services import losses
from suite.core.errors import BusinessError
from suite.desk.pages import render_page


def say_lost(request: HttpRequest, paper: GoodsReceipt | StockAdjustment) -> None:
    """Say which orders lost goods that they held."""
    if paper.lost:
        messages.warning(request, losses.told(paper.lost))


def quantities_page(
    request: HttpRequest, form: QuantitiesForm, do: Callable[[QuantitiesForm], str], *, after: str, **context: Any
) -> HttpResponse:
    """Show the form, or do what was typed, say what came of it and go on.

    What is refused keeps every keystroke and stands at its line.

    `context` has heading, submit, crumbs and `entered`, the head of what is typed.
    """
    if form.is_bound and form.is_valid():
        try:
            text = do(form)
        except BusinessError as error:
            form.refuse(error)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, text)
            return redirect(after)
    status = 200 if not form.is_bound else 409
    return render_page(
        request, "erp/inventory/quantities.html", {"form": form, "back": after, **context}, status=status
    )
