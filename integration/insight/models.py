"""Insight keeps nothing of its own; this names its permissions."""

from django.db import models


class Dashboard(models.Model):
    """仪表盘: figures over both wings."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("view_dashboard", "Can see the company dashboard")]

    def __str__(self) -> str:
        return "dashboard"
