"""What the import contracts cannot see: keys by name, listeners, companies, and doors that read past the actor."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.migrations import CreateModel
from django.db.models import ForeignKey, ManyToManyField, Model
from django.db.models.signals import ModelSignal
from django.dispatch import Signal

from suite.core import access
from suite.core.migrating import CHANGES, AllAtOnce
from suite.core.roles import HOUSE, our_models

ROOT = Path(__file__).resolve().parent.parent
# From the top down; an app may point at those on lower floors and, within a wing, as the import contracts say.
FLOORS = {"integration": 5, "crm": 4, "erp": 4, "masterdata": 3, "automation": 2, "desk": 1, "core": 0}
OF_EVERYBODY = {"masterdata.Currency", "masterdata.Region", "masterdata.Unit"}
WITHOUT_ROWS = {"integration_insight.Dashboard"}  # names permissions
LISTENERS = {"suite.core.signals"}


def sources(*patterns: str) -> Iterator[tuple[str, str]]:
    """Our source files, without migrations, by path."""
    for package in HOUSE:
        for pattern in patterns:
            for path in sorted((ROOT / package).rglob(pattern)):
                if "migrations" not in path.parts:
                    yield path.relative_to(ROOT).as_posix(), path.read_text()


def wing(model: type[Model]) -> str:
    return model._meta.app_label.split("_")[0]


def test_no_key_points_upwards_or_across_the_wings():
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField) and field.related_model in our_models()
        if FLOORS[wing(field.related_model)] >= FLOORS[wing(model)] and wing(field.related_model) != wing(model)
    ]

    assert wrong == []


def company_path(model: type[Model]) -> str | None:
    """How a row knows its company."""
    path = getattr(model, "COMPANY", "company")
    try:
        model._meta.get_field(path.split("__")[0])
    except FieldDoesNotExist:
        return None
    return path


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_row_belongs_to_a_company_and_is_read_within_it(model):
    if model._meta.label in OF_EVERYBODY | WITHOUT_ROWS:
        return

    assert company_path(model)
    assert hasattr(model._default_manager, "visible_to")
    assert hasattr(model._default_manager, "of")


def test_what_speaks_of_an_owned_paper_is_owned_like_it():
    """Else somebody who sees only their own orders would see every order's lines."""
    wrong = [
        f"{model._meta.label}.{field.name}: name OWNER and TEAM, or let it go with {field.related_model.__name__}"
        for model in our_models()
        if not getattr(model, "OWNER", None) and model not in access._owner_rules and not access.part_of_what(model)
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and not field.null and getattr(field.related_model, "OWNER", None)
    ]

    assert wrong == []


def our_signals() -> Iterator[tuple[str, Signal]]:
    """The signals that the areas of both wings declare."""
    for app in apps.get_app_configs():
        if app.name.split(".")[0] in ("crm", "erp") and find_spec(f"{app.name}.signals"):
            for name, value in vars(import_module(f"{app.name}.signals")).items():
                if isinstance(value, Signal):
                    yield f"{app.name}.signals.{name}", value


def test_a_signal_of_a_wing_is_heard_in_the_corridor_only_and_once():
    for name, signal in our_signals():
        heard = {receiver().__module__ for _key, receiver, *_rest in signal.receivers}

        assert all(module.split(".")[0] == "integration" for module in heard), (name, heard)
        assert len(signal.receivers) <= 1, (name, heard)


def test_nobody_decides_in_a_receiver():
    """Listening is for the corridor and for the core's wiring to Django."""
    wrong = []
    for path, text in sources("*.py"):
        module = path.removesuffix(".py").replace("/", ".")
        if module.startswith("integration.") or module in LISTENERS:
            continue
        if re.search(
            r"^\s*@receiver\(|\b\w*(signal|save|delete|confirmed|delivered|received|issued)\w*\.connect\(", text, re.M
        ):
            wrong.append(path)

    assert wrong == []
    assert all(not isinstance(signal, ModelSignal) for _name, signal in our_signals())


class Reads(ast.NodeVisitor):
    """Finds `Model.objects.anything` where it is not narrowed to the actor at once."""

    NARROW = frozenset({"visible_to", "shows", "of", "none", "model"})

    def __init__(self) -> None:
        self.found: list[int] = []

    def visit_Call(self, node: ast.Call) -> None:
        if getattr(node.func, "id", "") != "Prefetch":  # what hangs on a visible row is visible
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        inner = node.value
        manager = isinstance(inner, ast.Attribute) and inner.attr in ("objects", "_base_manager", "_default_manager")
        if manager and node.attr not in self.NARROW:
            self.found.append(node.lineno)
        self.generic_visit(node)


READ_PEOPLE = {  # about the user, or those who can help
    "suite/desk/views/errors.py",
    "suite/desk/views/shell.py",
}
DOORS = (
    "views.py",
    "views/*.py",
    "api.py",
    "api/*.py",
    "admin.py",
    "admin/*.py",
    "forms.py",
    "forms/*.py",
    "filters.py",
)


def test_doors_read_rows_only_as_the_actor_may_see_them():
    wrong = []
    for path, text in sources(*DOORS):
        if path.startswith("suite/core/") or path in READ_PEOPLE:  # the core signs people in: there is no actor yet
            continue
        reads = Reads()
        reads.visit(ast.parse(text))
        wrong += [f"{path}:{line}" for line in reads.found]

    assert wrong == []


def test_money_is_never_a_float():
    wrong = [
        path
        for path, text in sources("services/*.py", "services.py", "models/*.py")
        if re.search(r"\bFloatField\(", text)
    ]

    assert wrong == []


def test_no_source_file_outgrows_its_reader():
    wrong = {path: text.count("\n") for path, text in sources("*.py") if text.count("\n") > 450}

    assert wrong == {}


def test_migrations_that_change_tables_do_it_all_at_once():
    slow = []
    for app in {model._meta.app_label for model in our_models()}:
        folder = import_module(f"{apps.get_app_config(app).name}.migrations")
        for file in sorted(Path(folder.__path__[0]).glob("0*.py")):
            migration = import_module(f"{folder.__name__}.{file.stem}").Migration
            changes = any(isinstance(each, (CreateModel, *CHANGES)) for each in migration.operations)
            slow += [f"{app}.{file.stem}"] if changes and not issubclass(migration, AllAtOnce) else []

    assert slow == []
