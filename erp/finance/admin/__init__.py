"""The books on the admin pages."""

from erp.finance.admin import books, invoices, items, money, vouchers

__all__ = ["books", "invoices", "items", "money", "vouchers"]
