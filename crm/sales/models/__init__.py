from crm.sales.models.mails import QuotationMail
from crm.sales.models.orders import Order, OrderAmendment, OrderLine
from crm.sales.models.prices import PriceList, PriceListItem, SalesPolicy
from crm.sales.models.quotations import Quotation, QuotationLine

__all__ = [
    "Order",
    "OrderAmendment",
    "OrderLine",
    "PriceList",
    "PriceListItem",
    "Quotation",
    "QuotationLine",
    "QuotationMail",
    "SalesPolicy",
]
