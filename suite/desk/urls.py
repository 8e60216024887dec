"""Addresses of the desk."""

from django.urls import path

from suite.desk.views import shell

app_name = "desk"

urlpatterns = [
    path("pulse/", shell.pulse, name="pulse"),
    path("preferences/", shell.preferences, name="preferences"),
    path("company/", shell.company, name="company"),
    path("choices/<slug:kind>/", shell.choices_of, name="choices"),
    path("workbench/<slug:name>/", shell.workbench_block, name="workbench_block"),
]
