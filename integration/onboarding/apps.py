from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnboardingConfig(AppConfig):
    name = "integration.onboarding"
    label = "integration_onboarding"
    verbose_name = _("First steps")

    def ready(self) -> None:
        from integration.onboarding import wiring

        wiring.connect()
