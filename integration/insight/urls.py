from django.urls import path

from integration.insight import boards, views

app_name = "insight"
at_root = [  # typed with the remote control of a screen
    path("wall/", boards.wall, name="wall"),
    path("wall/figures/", boards.wall_figures, name="wall_figures"),
]
urlpatterns = [
    path("dashboard/", boards.dashboard, name="dashboard"),
    path("dashboard/roles/<int:pk>/", boards.role_dashboard, name="role_dashboard"),
    path("receivables/", views.receivables, name="receivables"),
    path("receipts/", views.receipts, name="receipts"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("customers/<int:pk>/brief/", views.visit_brief, name="visit_brief"),
    path("parties/<int:party_id>/balance/", views.party_balance, name="party_balance"),
    path("parties/<int:party_id>/orders/", views.party_orders, name="party_orders"),
    path("parties/<int:party_id>/deliveries/", views.party_deliveries, name="party_deliveries"),
    path("parties/<int:party_id>/money/", views.party_money, name="party_money"),
]
