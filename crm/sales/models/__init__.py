from crm.sales.models.chances import ChanceModel
from crm.sales.models.contracts import Contract, ContractLine, ContractTemplate, Milestone
from crm.sales.models.forecasts import ForecastDeal, ForecastWeek
from crm.sales.models.insights import SourceCost, StageAlert
from crm.sales.models.lead_rules import LeadRule, LeadSeat
from crm.sales.models.leads import Lead, LeadActivity
from crm.sales.models.links import QuotationAnswer, QuotationLink
from crm.sales.models.mails import QuotationMail
from crm.sales.models.morning import MorningOrder
from crm.sales.models.opportunities import Opportunity, OpportunityLine, StageVisit
from crm.sales.models.orders import Order, OrderAmendment, OrderLine
from crm.sales.models.pipelines import KeyAction, LostReason, Pipeline, Rival, Stage
from crm.sales.models.prices import PriceList, PriceListItem, SalesPolicy
from crm.sales.models.promotions import Promotion, PromotionScope, PromotionStep
from crm.sales.models.quotations import Quotation, QuotationLine
from crm.sales.models.targets import Target
from crm.sales.models.web_forms import WebForm

__all__ = [
    "ChanceModel",
    "Contract",
    "ContractLine",
    "ContractTemplate",
    "ForecastDeal",
    "ForecastWeek",
    "KeyAction",
    "Lead",
    "LeadActivity",
    "LeadRule",
    "LeadSeat",
    "LostReason",
    "Milestone",
    "MorningOrder",
    "Opportunity",
    "OpportunityLine",
    "Order",
    "OrderAmendment",
    "OrderLine",
    "Pipeline",
    "PriceList",
    "PriceListItem",
    "Promotion",
    "PromotionScope",
    "PromotionStep",
    "Quotation",
    "QuotationAnswer",
    "QuotationLine",
    "QuotationLink",
    "QuotationMail",
    "Rival",
    "SalesPolicy",
    "SourceCost",
    "Stage",
    "StageAlert",
    "StageVisit",
    "Target",
    "WebForm",
]
