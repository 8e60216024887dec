from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationConfig(AppConfig):
    name = "suite.automation"
    label = "automation"
    verbose_name = _("Automation")

    def ready(self) -> None:
        from suite.automation.models import Approval
        from suite.automation.queries import asked_or_asking
        from suite.core.access import register_owner_rule

        register_owner_rule(Approval, asked_or_asking)
