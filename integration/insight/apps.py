from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "integration.insight"
    label = "integration_insight"
    verbose_name = _("Insight")

    def ready(self) -> None:
        from suite.desk import navigation

        navigation.register(
            _("My work"),
            _("Dashboard"),
            "insight:dashboard",
            icon="chart-bar",
            permission="integration_insight.view_dashboard",
            order=15,
        )
