"""The clock's door into automation: doorbells only, the rows are the queues."""

from celery import shared_task
from celery.schedules import crontab

from suite.automation.services import approvals, webhooks


@shared_task(name="automation.send_webhooks")
def send_webhooks() -> int:
    return webhooks.send_all()


@shared_task(name="automation.forget_deliveries")
def forget_deliveries() -> int:
    return webhooks.forget()


@shared_task(name="automation.chase_approvals")
def chase_approvals() -> int:
    return approvals.chase()


SCHEDULE = {
    "chase-approvals": ("automation.chase_approvals", 60.0),
    "send-webhooks": ("automation.send_webhooks", 5.0),
    "forget-deliveries": ("automation.forget_deliveries", crontab(hour=18, minute=30)),
}
