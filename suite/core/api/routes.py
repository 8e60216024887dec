"""Addresses of the API."""

from rest_framework.routers import SimpleRouter


class Router(SimpleRouter):
    """`/<nouns>/`, `/<nouns>/{id}/`, `/<nouns>/{id}/<verb>/`. An area's `api.py` has one called `router`."""
