"""The cast of the core's tests: Ada administers Acme, Mei sells there, Eve administers another company."""

from __future__ import annotations

from rest_framework.test import APIClient

from suite.core import companies, tokens
from suite.core.access import Actor
from suite.core.models import Company, Team, User

PASSWORD = "a long and quiet phrase"


def company(code: str = "acme", **fields: object) -> Company:
    return companies.found(code=code, name=f"{code}公司", name_en=code.title(), **fields)


def member(username: str, where: Company, *roles: str, team: Team | None = None, **fields: object) -> Actor:
    """Somebody with these roles at a company."""
    user = User.objects.filter(username=username).first()
    user = user or User.objects.create_user(username, password=PASSWORD, **{"language": "en", **fields})
    companies.join(user=user, role_codes=roles, actor=Actor.system(where), team=team)
    return Actor(user, where)


def client(actor: Actor, *scopes: str) -> APIClient:
    """A caller with a token of the actor."""
    token = tokens.create(user=actor.user, name="test", actor=actor, scopes=scopes)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def team(actor: Actor, name: str, manager: User | None = None) -> Team:
    return Team.objects.create(company=actor.company, name=name, manager=manager)
