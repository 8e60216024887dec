"""Dashboards: tiles that areas register, put in order by whoever reads them.

dashboards.register("orders", _("Orders this month"), orders, permission="crm_sales.view_order", order=10)
dashboards.register_list("quotations", _("Open quotations"), "crm.sales.lists.QuotationList", "sum.gross", view="open")

`orders(reading)` returns a Figure, Bars or Trend by one statement; each figure leads to the rows behind it. A saved
view of any list is a tile without being registered: its count, a sum, its first rows, its rows by a choice or by month.
"""

from suite.desk.dashboards.contents import Bar, Bars, Figure, Rows, Series, Trend
from suite.desk.dashboards.lists import register_list
from suite.desk.dashboards.tiles import Reading, Tile, register

__all__ = ["Bar", "Bars", "Figure", "Reading", "Rows", "Series", "Tile", "Trend", "register", "register_list"]
