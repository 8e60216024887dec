"""Addresses of the API."""

from typing import Any

from rest_framework.routers import SimpleRouter


class Router(SimpleRouter):
    """`/<nouns>/`, `/<nouns>/{id}/`, `/<nouns>/{id}/<verb>/`. An area's `api.py` has one called `router`."""

    def get_default_basename(self, viewset: Any) -> str:
        return viewset.model._meta.label_lower.replace(".", "-")
