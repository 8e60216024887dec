"""Changing many tables in one migration without rendering all models of the project anew for each change."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.migrations.state import ProjectState

REMOVALS = (migrations.RemoveIndex, migrations.RemoveConstraint)
CHANGES = (
    *REMOVALS,
    migrations.AddField,
    migrations.AlterField,
    migrations.RemoveField,
    migrations.AddIndex,
    migrations.AddConstraint,
    migrations.AlterModelOptions,
)


class AddIndexInUse(AddIndexConcurrently):
    """Makes the index of a table while people write to it; one that a try broke off left behind goes first.

    The migration says `atomic = False`. In a table without rows, as in every new database, it is made at once.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        if to_state.apps.get_model(app_label, self.model_name)._base_manager.exists():
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)


class AllAtOnce(migrations.Migration):
    """A migration whose runs of new tables, and of changes of tables, are rendered together.

    Django renders a new or changed model, and all that are related to it, for each operation. With a hundred related
    tables that is most of the time it takes to make a database. Within a run each field may be changed once.
    """

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        operations = self.operations
        try:
            for kind, run in groupby(operations, key=_kind):
                self.operations = list(run)
                if collect_sql or kind is None:
                    project_state = super().apply(project_state, schema_editor, collect_sql)
                elif kind is migrations.CreateModel:
                    self._create(project_state, schema_editor)
                else:
                    self._change(project_state, schema_editor)
        finally:
            self.operations = operations
        return project_state

    def _create(self, state: ProjectState, schema_editor: Any) -> None:
        known, rendered = set(state.models), state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(self.app_label, state)
        if rendered:
            rendered.render_multiple([model for key, model in state.models.items() if key not in known])
            state.__dict__["apps"] = rendered
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, state, state)

    def _change(self, state: ProjectState, schema_editor: Any) -> None:
        before = state.clone()
        rendered = state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(self.app_label, state)
        if rendered:
            state.__dict__["apps"] = rendered
            names = {_model_of(each) for each in self.operations}
            related = any(map(_may_relate, self.operations))
            state.reload_models([(self.app_label, name) for name in names], delay=not related)
        for operation in self.operations:
            after = before if isinstance(operation, REMOVALS) else state  # a condition may speak of fields that go too
            operation.database_forwards(self.app_label, schema_editor, before, after)


def _model_of(operation: Any) -> str:
    return (operation.model_name if hasattr(operation, "model_name") else operation.name).lower()


def _may_relate(operation: Any) -> bool:
    field = getattr(operation, "field", None)
    return isinstance(operation, migrations.RemoveField) or bool(field and field.is_relation)


def _kind(operation: Any) -> Any:
    if isinstance(operation, migrations.CreateModel):
        return migrations.CreateModel
    return CHANGES if isinstance(operation, CHANGES) else None
