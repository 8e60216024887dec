"""Making many tables in one migration without rendering all models of the project anew for each of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db import migrations
from django.db.migrations.state import ProjectState


class AllAtOnce(migrations.Migration):
    """The first migration of an app: its runs of CreateModel are rendered together.

    Django renders a new model, and all that are related to it, as soon as it is added to a state that is rendered. With
    a hundred related tables that is most of the time it takes to make a database.
    """

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        operations = self.operations
        try:
            for makes_table, run in groupby(operations, key=lambda each: isinstance(each, migrations.CreateModel)):
                self.operations = list(run)
                if makes_table and not collect_sql:
                    known, rendered = set(project_state.models), project_state.__dict__.pop("apps", None)
                    for operation in self.operations:
                        operation.state_forwards(self.app_label, project_state)
                    if rendered:
                        rendered.render_multiple(
                            [model for key, model in project_state.models.items() if key not in known]
                        )
                        project_state.__dict__["apps"] = rendered
                    for operation in self.operations:
                        operation.database_forwards(self.app_label, schema_editor, project_state, project_state)
                else:
                    project_state = super().apply(project_state, schema_editor, collect_sql)
        finally:
            self.operations = operations
        return project_state
