"""The clock's door into finance; the rows are the queue."""

from celery import shared_task
from celery.schedules import crontab

from erp.finance.services.overdue import AT_ONCE, announce_overdue
from suite.core.access import Actor
from suite.core.models import Company


@shared_task(name="erp_finance.announce_overdue")
def announce_overdue_receivables() -> int:
    """Every company by itself, portion by portion: a fault in one does not keep the others waiting for long."""
    total = 0
    for company in Company.objects.order_by("pk"):
        while done := announce_overdue(actor=Actor.system(company)):
            total += done
            if done < AT_ONCE:
                break
    return total


# Every hour, because midnight comes at different times for companies in different zones; finding nothing is free.
SCHEDULE = {"announce-overdue": ("erp_finance.announce_overdue", crontab(minute=25))}
