#!/usr/bin/env python3
"""Every command works by itself: it attaches to the embedded servers and starts them if they are down."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite.settings")
    os.environ.setdefault("SUITE_PROCESS", "web" if "runserver" in sys.argv[1:2] else "command")
    from django.core.management import execute_from_command_line

    import suite.celery  # noqa: F401  commands that enqueue tasks must know the broker

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
