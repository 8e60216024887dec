"""The clock's door into retention; the rows are the queue."""

from celery import shared_task
from celery.schedules import crontab

from crm.retention import services
from crm.retention.services import pool
from suite.core import modules
from suite.core.access import Actor


@shared_task(name="crm_retention.raise_churn_alerts")
def raise_churn_alerts() -> int:
    """Every company by itself: a fault in one does not keep the others waiting for long."""
    return sum(services.raise_churn_alerts(actor=Actor.system(company)) for company in modules.using("crm_retention"))


@shared_task(name="crm_retention.recycle")
def recycle() -> int:
    """Who is neglected: warned of, or put into the pool; says how many fell."""
    return sum(pool.recycle(actor=Actor.system(company)).fell for company in modules.using("crm_retention"))


# Every hour, because midnight comes at different times for companies in different zones; finding nothing is free.
SCHEDULE = {
    "raise-churn-alerts": ("crm_retention.raise_churn_alerts", crontab(minute=15)),
    "recycle": ("crm_retention.recycle", crontab(minute=35)),
}
