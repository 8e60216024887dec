from suite.masterdata.models.duplicates import Duplicate, Merging
from suite.masterdata.models.money import Currency, ExchangeRate, Tax
from suite.masterdata.models.parties import Address, Contact, Party, Region
from suite.masterdata.models.products import Product, ProductUnit, Unit
from suite.masterdata.models.trade import Briefs, TradeDocument, TradeLine

__all__ = [
    "Address",
    "Briefs",
    "Contact",
    "Currency",
    "Duplicate",
    "ExchangeRate",
    "Merging",
    "Party",
    "Product",
    "ProductUnit",
    "Region",
    "Tax",
    "TradeDocument",
    "TradeLine",
    "Unit",
]
