from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcurementConfig(AppConfig):
    name = "erp.procurement"
    label = "erp_procurement"
    verbose_name = _("Procurement")

    def ready(self) -> None:
        from erp.procurement import wiring

        wiring.connect()
