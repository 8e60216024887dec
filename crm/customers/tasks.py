"""The clock's door into customers; the rows are the queue."""

from celery import shared_task
from celery.schedules import crontab

from crm.customers.services import commitments
from suite.core import modules
from suite.core.access import Actor


@shared_task(name="crm_customers.break_overdue_commitments")
def break_overdue_commitments() -> int:
    """Every company by itself: a fault in one does not keep the others waiting for long."""
    return sum(commitments.break_overdue(actor=Actor.system(company)) for company in modules.using("crm_customers"))


# Every hour, because midnight comes at different times for companies in different zones; finding nothing is free.
SCHEDULE = {"break-overdue-commitments": ("crm_customers.break_overdue_commitments", crontab(minute=20))}
