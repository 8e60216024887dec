from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MasterdataConfig(AppConfig):
    name = "suite.masterdata"
    label = "masterdata"
    verbose_name = _("Masterdata")

    def ready(self) -> None:
        from suite.core.companies import on_founding
        from suite.masterdata.services import founding

        on_founding(founding.set_up, order=10)
