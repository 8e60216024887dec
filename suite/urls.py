"""All addresses, found by convention: an area has pages in `urls.py`, `router` and `urlpatterns` in `api.py`.

Pages that people type have short addresses: `at_root` in `urls.py`.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from suite.core.modules import folder
from suite.core.roles import HOUSE
from suite.core.views import profile

ROOT = {"suite.core", "suite.desk"}  # their pages have no folder of their own


def our_apps() -> Iterator[AppConfig]:
    for app in apps.get_app_configs():
        if app.name.split(".")[0] in HOUSE:
            yield app


def pages() -> Iterator[URLResolver | URLPattern]:
    """`crm/sales/...`, `masterdata/...`; core and desk at the root."""
    for app in our_apps():
        if find_spec(f"{app.name}.urls"):
            yield path("" if app.name in ROOT else folder(app.label), include(f"{app.name}.urls"))
            yield from getattr(import_module(f"{app.name}.urls"), "at_root", ())


def interfaces() -> Iterator[URLResolver]:
    """`crm/sales/orders/`, `masterdata/parties/`, below `api/v1/`."""
    for app in our_apps():
        if find_spec(f"{app.name}.api"):
            door = import_module(f"{app.name}.api")
            routes = [*getattr(door, "urlpatterns", ()), *(door.router.urls if hasattr(door, "router") else ())]
            yield path(folder(app.label), include(routes))


def health() -> Iterator[URLPattern]:
    if find_spec("suite.health"):
        from suite import health

        yield path("livez", health.livez)
        yield path("readyz", health.readyz)


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(list(interfaces()))),
    *pages(),
    *health(),
    path("admin/password_change/", profile.password),
    path("admin/", admin.site.urls),
]

handler400 = "suite.desk.views.errors.unclear"
handler403 = "suite.desk.views.errors.refused"
handler404 = "suite.desk.views.errors.missing"
handler500 = "suite.core.views.faults.server_error"
