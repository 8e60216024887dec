"""The clock's door into selling: doorbells only, the rows are the queues."""

from celery import shared_task

from crm.sales.services import mails


@shared_task(name="crm_sales.send_mails")
def send_mails() -> int:
    return mails.deliver()


SCHEDULE = {"send-mails": ("crm_sales.send_mails", 20.0)}
