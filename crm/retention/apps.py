from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "crm.retention"
    label = "crm_retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from crm.retention import wiring

        wiring.connect()
