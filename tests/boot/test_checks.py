"""What the check of a deployment warns of."""

from pytest_django import Settings

from suite.boot.checks import roles_are_apart


def test_one_role_for_everything_is_warned_of(settings: Settings) -> None:
    settings.DATABASE_URL = settings.DATABASE_OWNER_URL = "postgresql://suite@db/suite"

    assert [warning.id for warning in roles_are_apart()] == ["suite.W001"]


def test_an_owner_of_its_own_is_fine(settings: Settings) -> None:
    settings.DATABASE_URL = "postgresql://suite_app@db/suite"
    settings.DATABASE_OWNER_URL = "postgresql://suite_owner@db/suite"

    assert roles_are_apart() == []
