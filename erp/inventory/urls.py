"""Addresses of the warehouse's own pages; its lists stand in the admin pages."""

from django.urls import path

from erp.inventory.views import counting, deliveries, entries, products, receipts, scanning, transfers

app_name = "inventory"
urlpatterns = [
    path("deliveries/<int:pk>/", deliveries.delivery_page, name="delivery"),
    path("deliveries/<int:pk>/ship/", deliveries.ship, name="ship"),
    path("deliveries/<int:pk>/ship-all/", deliveries.ship_all, name="ship_all"),
    path("deliveries/<int:pk>/return/", deliveries.take_back, name="return"),
    path("picking/", deliveries.picking, name="picking"),
    path("receipts/<int:pk>/", receipts.receipt_page, name="receipt"),
    path("receipts/<int:pk>/reverse/", receipts.reverse_receipt, name="reverse_receipt"),
    path("receipts/<int:pk>/return/", receipts.send_back, name="return_to_supplier"),
    path("receive/", entries.receive, name="receive"),
    path("adjust/", entries.adjust, name="adjust"),
    path("rules/new/", entries.new_rule, name="new_rule"),
    path("rules/<int:pk>/", entries.change_rule, name="rule"),
    path("count/", counting.count, name="count"),
    path("products/<int:pk>/stock/", products.stock_of, name="product_stock"),
    path("transfers/new/", transfers.transfer_new, name="transfer_new"),
    path("transfers/<int:pk>/", transfers.transfer_page, name="transfer"),
    path("transfers/<int:pk>/edit/", transfers.transfer_edit, name="transfer_edit"),
    path("transfers/<int:pk>/receive/", transfers.transfer_receive, name="transfer_receive"),
    path("transfers/<int:pk>/<slug:name>/", transfers.transfer_act, name="transfer_act"),
    path("scan/", scanning.scan, name="scan"),
]
