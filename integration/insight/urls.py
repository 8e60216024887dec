from django.urls import path

from integration.insight import views

app_name = "insight"
urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("receivables/", views.receivables, name="receivables"),
    path("receipts/", views.receipts, name="receipts"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("parties/<int:party_id>/balance/", views.party_balance, name="party_balance"),
    path("parties/<int:party_id>/orders/", views.party_orders, name="party_orders"),
    path("parties/<int:party_id>/deliveries/", views.party_deliveries, name="party_deliveries"),
    path("parties/<int:party_id>/money/", views.party_money, name="party_money"),
]
