"""The web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite.settings")
os.environ.setdefault("SUITE_PROCESS", "web")

from django.core.wsgi import get_wsgi_application

import suite.celery  # noqa: F401  requests that enqueue tasks must know the broker

application = get_wsgi_application()
