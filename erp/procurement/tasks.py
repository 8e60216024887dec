"""The clock's door into purchasing: doorbells only, the rows are the queues."""

from celery import shared_task
from celery.schedules import crontab

from erp.procurement import services
from suite.core import modules
from suite.core.access import Actor


@shared_task(name="erp_procurement.reorder")
def reorder() -> int:
    """Propose what fell below its reorder point, company by company. Safe to run twice: a repeat adds nothing."""
    return sum(len(services.reorder(actor=Actor.system(company))) for company in modules.using("erp_procurement"))


SCHEDULE = {"reorder": ("erp_procurement.reorder", crontab(hour=18, minute=40))}
