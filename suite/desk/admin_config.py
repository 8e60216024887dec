"""Makes our site the admin site (named in INSTALLED_APPS in the place of django.contrib.admin)."""

from django.contrib.admin.apps import AdminConfig


class SuiteAdminConfig(AdminConfig):
    default_site = "suite.desk.admin_site.SuiteAdminSite"
