"""Wiring to Django's own signals; areas keep to calls."""

from django.db.models.signals import post_migrate
from django.dispatch import receiver


@receiver(post_migrate, dispatch_uid="core.seed_roles")
def seed_roles(sender: object, using: str = "default", **_: object) -> None:
    """New models bring new permissions: give them to the roles that are meant to have them."""
    from suite.core import roles
    from suite.core.models import Company, Grant

    if getattr(sender, "label", "") != "core":
        return
    from django.db import connections

    if Grant._meta.db_table in connections[using].introspection.table_names():
        for company in Company.objects.using(using).all():
            roles.seed(company)
