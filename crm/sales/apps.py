from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "crm.sales"
    label = "crm_sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from crm.sales import wiring

        wiring.connect()
