"""Selling for other systems: `/api/v1/crm/sales/`."""

from django.urls import path

from crm.sales.api.contracts import ContractViewSet, TemplateViewSet
from crm.sales.api.forecasts import ForecastView
from crm.sales.api.insights import InsightView, SourceCostViewSet, SourceView, StageAlertView
from crm.sales.api.leads import LeadRuleViewSet, LeadViewSet, ResponseView, WebFormViewSet
from crm.sales.api.morning import MorningView
from crm.sales.api.opportunities import OpportunityViewSet, PipelineViewSet, StageViewSet
from crm.sales.api.orders import OrderViewSet
from crm.sales.api.price_lists import PriceListViewSet
from crm.sales.api.promotions import PromotionViewSet
from crm.sales.api.quotations import QuotationViewSet
from crm.sales.api.reports import FunnelView, WinProbabilityView
from crm.sales.api.targets import PerformanceView, TargetViewSet
from suite.core.api import Router

router = Router()
router.register("quotations", QuotationViewSet, basename="crm-sales-quotation")
router.register("orders", OrderViewSet, basename="crm-sales-order")
router.register("contracts", ContractViewSet, basename="crm-sales-contract")
router.register("contract-templates", TemplateViewSet, basename="crm-sales-contract-template")
router.register("price-lists", PriceListViewSet, basename="crm-sales-price-list")
router.register("promotions", PromotionViewSet, basename="crm-sales-promotion")
router.register("opportunities", OpportunityViewSet, basename="crm-sales-opportunity")
router.register("pipelines", PipelineViewSet, basename="crm-sales-pipeline")
router.register("source-costs", SourceCostViewSet, basename="crm-sales-source-cost")
router.register("targets", TargetViewSet, basename="crm-sales-target")
router.register("stages", StageViewSet, basename="crm-sales-stage")
router.register("leads", LeadViewSet, basename="crm-sales-lead")
router.register("web-forms", WebFormViewSet, basename="crm-sales-web-form")
router.register("lead-rules", LeadRuleViewSet, basename="crm-sales-lead-rule")

urlpatterns = [
    path("reports/funnel/", FunnelView.as_view(), name="crm-sales-funnel"),
    path("reports/performance/", PerformanceView.as_view(), name="crm-sales-performance"),
    path("reports/sources/", SourceView.as_view(), name="crm-sales-sources"),
    path("reports/stage-alerts/", StageAlertView.as_view(), name="crm-sales-stage-alerts"),
    path("reports/insights/", InsightView.as_view(), name="crm-sales-insights"),
    path("reports/forecast/", ForecastView.as_view(), name="crm-sales-forecast"),
    path("reports/win-probability/", WinProbabilityView.as_view(), name="crm-sales-win-probability"),
    path("morning/", MorningView.as_view(), name="crm-sales-morning"),
    path("reports/responses/", ResponseView.as_view(), name="crm-sales-responses"),
]
