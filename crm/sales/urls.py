"""Addresses of selling."""

from django.urls import path

from crm.sales.views import orders, price_lists, quotations

app_name = "sales"
urlpatterns = [
    path("orders/", orders.order_list, name="orders"),
    path("orders/new/", orders.order_new, name="order_new"),
    path("orders/reckon/", orders.reckon_sheet, name="reckon"),
    path("orders/<int:pk>/", orders.order_page, name="order"),
    path("orders/<int:pk>/edit/", orders.order_edit, name="order_edit"),
    path("orders/<int:pk>/amend/", orders.order_amend, name="order_amend"),
    path("orders/<int:pk>/history/", orders.order_history, name="order_history"),
    path("orders/<int:pk>/tasks/", orders.order_tasks, name="order_tasks"),
    path("orders/<int:pk>/<slug:name>/", orders.order_act, name="order_act"),
    path("quotations/", quotations.quotation_list, name="quotations"),
    path("quotations/new/", quotations.quotation_new, name="quotation_new"),
    path("quotations/<int:pk>/", quotations.quotation_page, name="quotation"),
    path("quotations/<int:pk>/edit/", quotations.quotation_edit, name="quotation_edit"),
    path("quotations/<int:pk>/send/", quotations.quotation_send, name="quotation_send"),
    path("quotations/<int:pk>/history/", quotations.quotation_history, name="quotation_history"),
    path("quotations/<int:pk>/tasks/", quotations.quotation_tasks, name="quotation_tasks"),
    path("quotations/<int:pk>/<slug:name>/", quotations.quotation_act, name="quotation_act"),
    path("price-lists/", price_lists.price_list_list, name="price_lists"),
    path("price-lists/new/", price_lists.price_list_new, name="price_list_new"),
    path("price-lists/<int:pk>/", price_lists.price_list_page, name="price_list"),
    path("settings/", price_lists.policy, name="policy"),
]
