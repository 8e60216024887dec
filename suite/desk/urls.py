"""Addresses of the desk."""

from django.urls import include, path

from suite.desk.views import (
    attachments,
    history,
    imports,
    jobs,
    lists,
    menus,
    modules,
    notifications,
    rights,
    search,
    shell,
    todos,
)

desk = [
    path("pulse/", shell.pulse, name="pulse"),
    path("live/", shell.live_answer, name="live"),
    path("preferences/", shell.preferences, name="preferences"),
    path("company/", shell.company, name="company"),
    path("choices/<slug:kind>/", shell.choices_of, name="choices"),
    path("workbench/<slug:name>/", shell.workbench_block, name="workbench_block"),
    path("search/", search.results, name="search"),
    path("palette/", search.palette, name="palette"),
    path("views/", lists.save_view, name="view_save"),
    path("views/<int:pk>/", lists.change_view, name="view_change"),
    path("tasks/", todos.task_list, name="tasks"),
    path("tasks/new/", todos.task_new, name="task_new"),
    path("tasks/<int:pk>/", todos.task_page, name="task"),
    path("tasks/<int:pk>/edit/", todos.task_edit, name="task_edit"),
    path("tasks/<int:pk>/<slug:name>/", todos.task_act, name="task_act"),
    path("calendar/", todos.calendar, name="calendar"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path("notifications/preferences/", notifications.preferences, name="notification_preferences"),
    path("notifications/<int:pk>/", notifications.notification, name="notification"),
    path("imports/", imports.import_home, name="imports"),
    path("imports/<slug:kind>/", imports.import_upload, name="import_upload"),
    path("imports/<slug:kind>/columns/", imports.import_map, name="import_map"),
    path("imports/<slug:kind>/sample/", imports.import_sample, name="import_sample"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("attachments/<str:kind>/<int:pk>/", attachments.attachments_of, name="attachments"),
    path("files/<int:pk>/", attachments.download, name="attachment"),
    path("files/<int:pk>/remove/", attachments.remove, name="attachment_remove"),
    path("history/<str:kind>/<int:pk>/", history.history_of, name="history"),
    path("menu/", menus.own_menu, name="menu"),
    path("roles/<int:pk>/menu/", menus.role_menu, name="role_menu"),
    path("modules/", modules.module_list, name="modules"),
    path("modules/<slug:label>/", modules.module_switch, name="module_switch"),
    path("roles/<int:pk>/rights/", rights.rights, name="rights"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:pk>/", jobs.job_page, name="job"),
    path("jobs/<int:pk>/stop/", jobs.job_stop, name="job_stop"),
    path("jobs/<int:pk>/files/<slug:which>/", jobs.job_file, name="job_file"),
]

urlpatterns = [
    path("", shell.workbench, name="workbench"),
    path("desk/", include((desk, "desk"))),
]
