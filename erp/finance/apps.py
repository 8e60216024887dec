from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FinanceConfig(AppConfig):
    name = "erp.finance"
    label = "erp_finance"
    verbose_name = _("Finance")

    def ready(self) -> None:
        from erp.finance import checks
        from erp.finance.services import founding
        from suite.core import companies

        companies.on_founding(founding.set_up, order=20)
        checks.register()
