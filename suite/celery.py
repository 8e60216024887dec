"""The worker and the clock. A task is a doorbell; the queue is always a row in the database."""

import logging.config
import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, setup_logging
from django.apps import apps
from django.conf import settings

from suite.boot.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite.settings")

app = Celery("suite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def schedule(sender: Celery, **_: Any) -> None:
    """Collect what the clock rings for.

    Every installed app may have `tasks.SCHEDULE = {name: (task, when)}`, where `when` is seconds or a crontab.
    """
    for config in apps.get_app_configs():
        module = f"{config.name}.tasks"
        if find_spec(module) is None:
            continue
        for name, (task, when) in getattr(import_module(module), "SCHEDULE", {}).items():
            sender.add_periodic_task(when, sender.signature(task), name=f"{config.label}.{name}")


@setup_logging.connect
def log_like_everybody(**_: Any) -> None:
    """Keep Celery from setting up logging of its own."""
    logging.config.dictConfig(settings.LOGGING)


@beat_embedded_init.connect
def end_with_the_worker(**_: Any) -> None:
    """The embedded clock is a process of its own and would outlive a killed worker."""
    die_with_parent()
