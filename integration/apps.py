from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationConfig(AppConfig):
    name = "integration"
    label = "integration"
    verbose_name = _("Integration")

    def ready(self) -> None:
        from integration import contracts, crm_to_erp, erp_to_crm, grading, late_payers, notices, owners, ports  # noqa: F401
        from integration.demo import jobs
        from suite.core import modules

        modules.require("crm_sales", "erp_inventory")  # an order becomes revenue by its delivery
        ports.plug()
        owners.connect()
        notices.connect()
        late_payers.connect()
        grading.connect()
        jobs.connect()
