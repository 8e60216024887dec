"""The clock's door into selling: doorbells only, the rows are the queues."""

from celery import shared_task
from celery.schedules import crontab

from crm.sales.services import anomalies, executing, forecasting, mails, responding, winning
from suite.core import modules
from suite.core.access import Actor


@shared_task(name="crm_sales.send_mails")
def send_mails() -> int:
    return mails.deliver()


@shared_task(name="crm_sales.learn_chances")
def learn_chances() -> int:
    """Once on the day of each company; a fault in one does not keep the others waiting for long."""
    return sum(winning.learn_daily(company) for company in modules.using("crm_sales"))


@shared_task(name="crm_sales.tell_overdue_leads")
def tell_overdue_leads() -> int:
    """Leads that nobody has answered in time; every company by itself."""
    return sum(responding.tell_overdue(actor=Actor.system(company)) for company in modules.using("crm_sales"))


@shared_task(name="crm_sales.raise_stage_alerts")
def raise_stage_alerts() -> int:
    """Stages that let fewer deals through than usual; each is told once."""
    return sum(anomalies.raise_stage_alerts(actor=Actor.system(each)) for each in modules.using("crm_sales"))


@shared_task(name="crm_sales.take_forecasts")
def take_forecasts() -> int:
    """Once in each company's week, as soon as it has begun there."""
    return sum(forecasting.take_snapshot(actor=Actor.system(each)) for each in modules.using("crm_sales"))


@shared_task(name="crm_sales.watch_contracts")
def watch_contracts() -> int:
    """Every company by itself: a fault in one does not keep the others waiting for long."""
    return sum(executing.watch(actor=Actor.system(company)) for company in modules.using("crm_sales"))


SCHEDULE = {
    "send-mails": ("crm_sales.send_mails", 20.0),
    # Every hour, because midnight comes at different times for companies in different zones; finding nothing is free.
    "learn-chances": ("crm_sales.learn_chances", crontab(minute=25)),
    "tell-overdue-leads": ("crm_sales.tell_overdue_leads", 60.0),
    "raise-stage-alerts": ("crm_sales.raise_stage_alerts", crontab(minute=35)),
    "take-forecasts": ("crm_sales.take_forecasts", crontab(minute=5)),
    "watch-contracts": ("crm_sales.watch_contracts", crontab(minute=35)),
}
