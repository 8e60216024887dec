"""Quotations and orders on paper, in Chinese or English."""

from __future__ import annotations

from crm.sales.models import Quotation


def quotation_pdf(quotation: Quotation, *, language: str) -> bytes:
    """The quotation as a PDF."""
    from suite.core import pdf

    return pdf.render(quotation, language)
