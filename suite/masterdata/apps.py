from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MasterdataConfig(AppConfig):
    name = "suite.masterdata"
    label = "masterdata"
    verbose_name = _("Masterdata")

    def ready(self) -> None:
        from suite.masterdata import wiring

        wiring.connect()
