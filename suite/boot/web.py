"""Gunicorn's settings (`gunicorn -c python:suite.boot.web suite.wsgi`)."""

import os
import signal
import threading
from types import FrameType

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

PRODUCTION = os.environ.get("SUITE_MODE") == "production"

# How long readiness is red before the server stops taking work, so that balancers have noticed by then.
DRAIN = float(os.environ.get("DRAIN_SECONDS", "5" if PRODUCTION else "0"))

bind = os.environ.get("BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # one import for all workers
timeout = 60
graceful_timeout = 30 if PRODUCTION else 1
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
control_socket_disable = True
accesslog = "-" if PRODUCTION else None
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'  # no query string: it may hold what people look for

_formatter = {"()": "suite.boot.logs.Json" if PRODUCTION else "suite.boot.logs.Plain"}
_logger = {"handlers": ["console"], "level": "INFO", "propagate": False}
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": _formatter},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"gunicorn.error": _logger, "gunicorn.access": _logger},
}


def when_ready(server: Arbiter) -> None:
    """Let SIGTERM turn readiness red first and stop the server a little later."""
    from suite.health import drain

    def terminate(number: int, frame: FrameType | None) -> None:
        drain()
        threading.Timer(DRAIN, server.signal, [number, frame]).start()

    signal.signal(signal.SIGTERM, terminate)


def post_fork(server: Arbiter, worker: Worker) -> None:
    """A connection opened while importing must not be shared by the workers."""
    from django.db import connections

    connections.close_all()
