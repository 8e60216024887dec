"""The clock's door into automation: doorbells only, the rows are the queues."""

from celery import shared_task
from celery.schedules import crontab

from suite.automation.services import approvals, letters, runs, triggers, webhooks


@shared_task(name="automation.send_webhooks")
def send_webhooks() -> int:
    return webhooks.send_all()


@shared_task(name="automation.forget_deliveries")
def forget_deliveries() -> int:
    return webhooks.forget()


@shared_task(name="automation.chase_approvals")
def chase_approvals() -> int:
    return approvals.chase()


@shared_task(name="automation.run_flows")
def run_flows() -> int:
    return runs.advance()


@shared_task(name="automation.look_at_flows")
def look_at_flows() -> int:
    return triggers.look()


@shared_task(name="automation.send_flow_mails")
def send_flow_mails() -> int:
    return letters.deliver()


SCHEDULE = {
    "send-flow-mails": ("automation.send_flow_mails", 20.0),
    "chase-approvals": ("automation.chase_approvals", 60.0),
    "run-flows": ("automation.run_flows", 15.0),
    "look-at-flows": ("automation.look_at_flows", 60.0),
    "send-webhooks": ("automation.send_webhooks", 5.0),
    "forget-deliveries": ("automation.forget_deliveries", crontab(hour=18, minute=30)),
}
