from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinanceConfig(AppConfig):
    name = "erp.finance"
    label = "erp_finance"
    verbose_name = _("Finance")

    def ready(self) -> None:
        from erp.finance import wiring

        wiring.connect()
