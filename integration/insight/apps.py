from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "integration.insight"
    label = "integration_insight"
    verbose_name = _("Insight")

    def ready(self) -> None:
        from integration.insight import boards, happenings, tiles
        from suite.desk import navigation, workbench

        happenings.register()
        tiles.connect()
        workbench.register(
            "figures", _("Key figures"), "integration/insight/_figures.html",
            boards.figures,
            permission="crm_sales.view_order", order=5, wide=True,
            roles={"rep", "sales_manager", "executive", "accountant", "administrator"},
        )  # fmt: skip

        navigation.register(
            _("My work"),
            _("Dashboard"),
            "insight:dashboard",
            icon="chart-bar",
            permission="integration_insight.view_dashboard",
            order=15,
            phone=2,
        )
