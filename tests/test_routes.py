"""Every role at every door: nothing beyond the role, nothing of another company, and never a fault of ours."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django_filters import ModelChoiceFilter
from rest_framework.test import APIClient

from suite.core import roles
from suite.core.access import Actor
from suite.core.api import ScopedChoiceFilter
from suite.core.doors import OPEN, SIGNED_IN
from suite.desk.pages import page_above
from suite.desk.views import errors
from tests import make
from tests.routes import ADMIN, UNDECLARED, Route, all_routes

BACKEND = "suite.core.auth.CompanyBackend"
ELSEWHERE = {  # tested on their own
    "/livez",  # asked by machines before anybody signs in
    "/readyz",
    "/api/schema/",
    "/admin/login/",  # says no to those who are signed in already
}


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    return [route for route in all_routes() if route.address not in ELSEWHERE]


@pytest.fixture(autouse=True)
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of doors say no here; the pages on which they say so are tested on their own."""
    monkeypatch.setattr(errors, "_page", lambda request, name, status, context=None: HttpResponse(status=status))


def browser(actor: Actor) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(actor.user, BACKEND)
    return client


def caller(actor: Actor) -> APIClient:
    client = make.client(actor)
    client.raise_request_exception = False
    return client


def ask(client: Client, route: Route, method: str | None = None, address: str | None = None) -> int:
    call: Callable[..., Any] = getattr(client, (method or route.method).lower())
    more = {"data": {}, "format": "json"} if route.is_api and route.method in ("POST", "PATCH") else {}
    return call(address or route.address, **more).status_code


def told(wrong: Iterable[tuple[Route, str, int]]) -> list[str]:
    return [f"{method} {route.address} ({route.policy}): {code}" for route, method, code in wrong]


def test_every_route_declares_who_may_use_it(routes):
    assert [str(route) for route in routes if route.policy == UNDECLARED] == []


def test_what_routes_declare_exists(routes):
    known = {*roles.known_codes(), OPEN, SIGNED_IN, ADMIN}

    assert [f"{route}: {route.policy}" for route in routes if route.policy not in known] == []


def test_no_filter_takes_patterns_or_shows_what_is_not_visible(routes):
    wrong = []
    for route in routes:
        filters = getattr(getattr(route.view, "cls", None), "filterset_class", None)
        for name, each in filters.base_filters.items() if filters else ():
            open_choice = isinstance(each, ModelChoiceFilter) and not isinstance(each, ScopedChoiceFilter)
            if "regex" in each.lookup_expr or open_choice:
                wrong.append(f"{route}: {name}")

    assert wrong == []


@pytest.mark.django_db
def test_strangers_are_asked_to_sign_in(routes):
    client, api = Client(raise_request_exception=False), APIClient(raise_request_exception=False)
    wrong = []
    for route in routes:
        code = ask(api if route.is_api else client, route)
        allowed = {401} if route.is_api else {302}
        if route.policy != OPEN and code not in allowed and not (route.policy == ADMIN and code in (302, 404, 405)):
            wrong.append((route, route.method, code))

    assert told(wrong) == []


def allowed(actor: Actor, route: Route) -> bool:
    return route.policy in (OPEN, SIGNED_IN) or actor.may(route.policy)


def knock(actor: Actor, address: str, method: str) -> int:
    """What the door itself says, without the frame around it."""
    request = RequestFactory().generic(method, address)
    request.user, request.actor, request.session = actor.user, actor, {}
    request._dont_enforce_csrf_checks = True
    found = resolve(address)
    try:
        return found.func(request, *found.args, **found.kwargs).status_code
    except PermissionDenied:
        return 403


@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_gets_nothing_beyond_what_it_may(role, routes, company):
    actor = make.actor(company, role)
    wrong = []
    for route in routes:
        if route.policy not in (ADMIN, UNDECLARED) and not allowed(actor, route):
            for method in [route.method] if route.is_api else ["GET", "POST"]:
                code = knock(actor, route.address, method)
                turned_away = route.address.startswith("/admin/") and not actor.may("core.use_admin") and code == 302
                if code not in (403, 405) and not turned_away:
                    wrong.append((route, method, code))

    assert told(wrong) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_gets_what_it_may(role, routes, company):
    """Reading, over the whole way; an administrator writes nonsense, too (a list's acts ask for their own rights)."""
    actor = make.actor(company, role)
    client, api = browser(actor), caller(actor)
    wrong = []
    for route in routes:
        if route.policy in (ADMIN, UNDECLARED) or not allowed(actor, route):
            continue
        if route.policy in (OPEN, SIGNED_IN) and role not in ("rep", "administrator"):
            continue  # asks for no right: it is the same for everybody
        for method in [route.method] if route.is_api else ["GET", "POST"] if role == "administrator" else ["GET"]:
            if method != "GET" and role != "administrator":
                continue
            code = ask(api if route.is_api else client, route, method)
            refused = code in (401, 403) and (route.is_api or method == "GET")
            if code >= 500 or refused:
                wrong.append((route, method, code))
            if "/sign-out/" in route.address or "second-step" in route.address:
                client = browser(actor)

    assert told(wrong) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_enters_the_admin_pages_it_may_and_no_others(role, company):
    """What the doors say; for those who may see most, what is behind them is drawn, too."""
    actor, wrong = make.actor(company, role), []
    client = browser(actor)
    for model, page in admin.site._registry.items():
        meta = model._meta
        address = f"/admin/{meta.app_label}/{meta.model_name}/"
        is_drawn = role in ("administrator", "executive")
        code = client.get(address).status_code if is_drawn else knock(actor, address, "GET")
        may_see = actor.may(f"{meta.app_label}.view_{meta.model_name}")
        led_on = {302} if getattr(page, "only_row", False) else set()  # to the one row there is
        allowed = {302} if not actor.may("core.use_admin") else {200, 403} | led_on if may_see else {403}
        if code not in allowed:
            wrong.append(f"{meta.label}: {code}")

    assert wrong == []


def keys_of(company_id: int, app_label: str) -> set[int]:
    """The keys of all rows of a company in the models of an app."""
    keys: set[int] = set()
    for model in apps.get_app_config(app_label).get_models():
        if hasattr(model._default_manager, "of"):
            keys |= set(model._default_manager.of(company_id).values_list("pk", flat=True))
    return keys


@pytest.mark.django_db
def test_records_of_another_company_are_out_of_reach(routes, admin, outsider):
    """Ada, who may do everything at her company, tries every route that takes a key with keys of Eve's."""
    client, api, wrong = browser(admin), caller(admin), []
    theirs_in = functools.cache(
        lambda label: sorted(keys_of(outsider.company_id, label) - keys_of(admin.company_id, label))[:2]
    )
    for route in routes:
        if not route.has_key or route.policy in (ADMIN, OPEN):
            continue
        label = getattr(getattr(route.view, "cls", None), "model", None)
        label = label._meta.app_label if label else route.policy.split(".")[0]
        if label == SIGNED_IN:
            continue
        for key in theirs_in(label):
            for method in {route.method} if route.is_api else {"GET", "POST"}:
                code = ask(api if route.is_api else client, route, method, route.at(key))
                address = route.at(key)
                if code == 302 and method == "GET" and client.get(address)["Location"] == page_above(address):
                    continue  # the address of an act leads up to its record
                if code not in (400, 403, 404, 405):
                    wrong.append((route, method, code))

    assert told(wrong) == []


@pytest.mark.django_db
def test_lists_hold_nothing_of_another_company(routes, admin, outsider):
    api, wrong = caller(admin), []
    for route in routes:
        model = getattr(getattr(route.view, "cls", None), "model", None)
        if not route.is_api or route.has_key or route.method != "GET" or model is None:
            continue
        answer = api.get(route.address)
        if answer.status_code != 200 or "next" not in answer.data:
            continue
        seen = {row["id"] for row in answer.data["results"] if "id" in row}
        if hasattr(model._default_manager, "of"):
            strange = seen - set(model._default_manager.of(admin.company_id).values_list("pk", flat=True))
            wrong += [f"{route}: {sorted(strange)}"] if strange else []

    assert wrong == []
