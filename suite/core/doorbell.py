"""Waking workers. A task is a doorbell, the queue is a row: a call that is lost does no harm, the clock rings too."""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger(__name__)


def ring(task: Any, *args: Any) -> bool:
    """Have a worker do a task soon; says whether the broker took it."""
    try:
        task.apply_async(args, retry=False)
    except Exception:
        log.warning("The broker did not answer; %s waits for the clock", task.name)
        return False
    return True
