"""What the desk itself brings to menu, workbench, pickers, search, jobs and bell."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from suite.core import calendar, companies, jobs, numbering
from suite.core.access import register_owner_rule
from suite.core.models import Company, NumberPattern, Role, Team, User
from suite.core.said import in_all


def connect() -> None:
    """Called once, from apps.py."""
    from suite.core.api import own as api_own
    from suite.core.api.filters import StoredViews, Words
    from suite.desk import (
        choices,
        dashboards,
        documents,
        events,
        imports,
        navigation,
        own,
        queries,
        search,
        setup,
        workbench,
    )
    from suite.desk.imports import running
    from suite.desk.lists import acts, export
    from suite.desk.lists.api import found, narrowed, searches
    from suite.desk.models import SavedView, Task
    from suite.desk.own import indexes, rest
    from suite.desk.services import first_steps, notifications, rights, saved_views, todos, todos_importing
    from suite.desk.views import blocks

    register_owner_rule(SavedView, saved_views.offered_to)
    StoredViews.narrow = staticmethod(narrowed)
    Words.searches, Words.find = staticmethod(searches), staticmethod(found)
    choices.register(
        "user",
        User,
        rows=queries.colleagues,
        fields=("name", "name_en", "username"),
        exact=("username", "name", "name_en"),
        order="name",
    )
    choices.register(
        "mention",
        User,
        rows=queries.colleagues,
        fields=("name", "name_en", "username"),
        exact=("username", "name", "name_en"),
        hint=lambda user: user.username,
        order="name",
    )
    choices.register(
        "team", Team, rows=queries.teams, fields=("name", "name_en"), exact=("name", "name_en"), order="name"
    )

    documents.register(Task, _("Task"), "desk:task", icon="checkbox", title=lambda task: task.title)
    api_own.fields = rest.Answers()
    own.register(Task, list_url="desk:tasks")
    events.register("desk.own", _("Own fields"), "changed")
    events.register("desk.task", _("Task"), "completed", "cancelled", "reopened")
    search.register(
        Task,
        words=lambda task: (*in_all(task.title), *in_all(task.subject_label)),
        subtitle=todos.hint_of,
    )

    notifications.register_kind("assigned", _("Something was assigned to me"))
    notifications.register_kind("mentioned", _("Somebody mentioned me with @"))
    notifications.register_kind("system", _("The house has something to say"))
    notifications.register_kind("due", _("A task of mine is due"))
    notifications.register_kind("overdue", _("A task of mine is overdue"), mail=True)
    notifications.register_kind("job_done", _("A job of mine is done"))
    notifications.register_kind("alert", _("Something needs attention"), urgent=True)

    jobs.register("desk.export", export.run_export)
    jobs.register("desk.papers", export.run_papers)
    jobs.register("desk.own_indexes", indexes.run)
    jobs.register("desk.bulk", acts.run_job)
    jobs.register("desk.import", running.run)
    jobs.register("desk.import_undo", running.run_undo)
    imports.register(
        "todos",
        _("Tasks"),
        permission="desk.add_task",
        fields=todos_importing.FIELDS,
        left_out=todos_importing.LEFT_OUT,
        save=todos_importing.save,
        undo=todos_importing.undo,
        url_name="desk:tasks",
    )

    work = _("My work")
    navigation.register(work, _("Workbench"), "workbench", icon="home", order=10, phone=1)
    navigation.register(
        work,
        _("Tasks"),
        "desk:tasks",
        icon="checkbox",
        permission="desk.view_task",
        badge=todos.waiting,
        order=11,
        phone=5,
    )
    navigation.register(
        work, _("Timeliness"), "desk:tasks", icon="clock", permission="desk.view_task", order=13, query="?view=timely"
    )
    navigation.register(work, _("Calendar"), "desk:calendar", icon="calendar", permission="desk.view_task", order=12)
    navigation.register(
        _("Settings"), _("Import"), "desk:imports", icon="file-import", permission="core.add_job", order=900
    )
    navigation.register(
        _("Settings"), _("My jobs"), "desk:jobs", icon="progress", permission="core.view_job", order=901
    )
    house = _("Administration")
    navigation.register(
        house, _("Setup centre"), "desk:setup", icon="settings", permission="core.change_company", order=948
    )
    navigation.register(
        house, _("Who uses what"), "desk:adoption", icon="chart-bar", permission="core.view_auditrow", order=960
    )
    navigation.register(house, _("Modules"), "desk:modules", icon="plug", permission="core.change_company", order=949)
    for order, (label, model, picture) in enumerate(
        (
            (_("Users"), "user", "users"),
            (_("Roles"), "role", "shield-check"),
            (_("Teams"), "team", "users-group"),
            (_("Company"), "company", "building"),
            (_("Numbers of papers"), "numberpattern", "hash"),
            (_("Holidays and make-up days"), "calendarday", "calendar-event"),
            (_("API tokens"), "apitoken", "key"),
            (_("API calls"), "apicall", "api"),
            (_("Events"), "outboxevent", "webhook"),
            (_("All jobs"), "job", "progress"),
            (_("Audit trail"), "auditrow", "history"),
        )
    ):
        looked_at = model in ("apitoken", "apicall", "outboxevent", "auditrow")
        navigation.register(
            house, label, f"admin:core_{model}_changelist", icon=picture,
            permission=f"core.{'view' if looked_at else 'change'}_{model}", order=950 + order,
        )  # fmt: skip
    navigation.register(
        house, _("Own fields"), "desk:own_fields", icon="list-details", permission="core.define_ownfield", order=949
    )
    navigation.register_quick(_("Task"), "desk:task_new", icon="checkbox", permission="desk.add_task", order=90)

    workbench.register(
        "first-steps", _("First steps"), "suite/desk/blocks/_first_steps.html", blocks.my_first_steps,
        permission="desk.view_task", order=1, wide=True, link="desk:first_steps", when=first_steps.are_open,
    )  # fmt: skip
    dashboards.register_list(
        "tasks", _("Tasks overdue"), "suite.desk.views.todos.TaskList", "count", view="overdue", order=80
    )
    setup.register_settings(Company, lambda actor, row, values: companies.change(values=values, actor=actor))
    companies.on_founding(numbering.found, order=5, table="core_numberpattern")
    companies.on_founding(calendar.set_up, order=5, table="core_calendarday")
    setup.register_settings(
        NumberPattern, lambda actor, row, values: numbering.change_pattern(pattern=row, actor=actor, **values)
    )
    setup.register_settings(Role, rights.set_back, present=rights.present)
    workbench.register(
        "my-tasks", _("My tasks"), "suite/desk/blocks/_tasks.html", blocks.my_tasks,
        permission="desk.view_task", order=10, link="desk:tasks",
    )  # fmt: skip
    workbench.register(
        "my-views", _("My views"), "suite/desk/blocks/_views.html", blocks.my_views,
        permission="desk.view_savedview", order=75,
    )  # fmt: skip
    workbench.register(
        "notifications", _("Notifications"), "suite/desk/blocks/_notifications.html", blocks.my_notifications,
        permission="desk.view_notification", order=80, link="desk:notifications",
    )  # fmt: skip
