from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "erp.inventory"
    label = "erp_inventory"
    verbose_name = _("Inventory")

    def ready(self) -> None:
        from erp.inventory.services.warehouses import found_default
        from suite.core.companies import on_founding

        on_founding(found_default, order=30)
