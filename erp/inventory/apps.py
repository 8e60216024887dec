from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "erp.inventory"
    label = "erp_inventory"
    verbose_name = _("Stock")

    def ready(self) -> None:
        from erp.inventory import wiring

        wiring.connect()
