"""Addresses of purchasing."""

from django.urls import path

from erp.procurement.views import goods, landed, orders, requisitions, suppliers

app_name = "procurement"
urlpatterns = [
    path("requisitions/", requisitions.requisition_list, name="requisitions"),
    path("requisitions/new/", requisitions.requisition_new, name="requisition_new"),
    path("requisitions/reorder/", requisitions.reorder, name="reorder"),
    path("requisitions/<int:pk>/", requisitions.requisition_page, name="requisition"),
    path("requisitions/<int:pk>/edit/", requisitions.requisition_edit, name="requisition_edit"),
    path("requisitions/<int:pk>/supplier/", requisitions.choose_supplier, name="choose_supplier"),
    path("requisitions/<int:pk>/act/<slug:name>/", requisitions.requisition_act, name="requisition_act"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/new/", orders.order_new, name="order_new"),
    path("orders/<int:pk>/", orders.order_page, name="order"),
    path("orders/<int:pk>/edit/", orders.order_edit, name="order_edit"),
    path("orders/<int:pk>/send/", orders.order_send, name="order_send"),
    path("orders/<int:pk>/receive/", goods.receive, name="receive"),
    path("orders/<int:pk>/adopt/<int:receipt>/", goods.adopt, name="adopt"),
    path("orders/<int:pk>/return/", goods.give_back, name="return"),
    path("orders/<int:pk>/invoice/", goods.match, name="match"),
    path("orders/<int:pk>/act/<slug:name>/", orders.order_act, name="order_act"),
    path("invoices/<int:pk>/book/", goods.book_held, name="book_held"),
    path("invoices/<int:pk>/take-back/", goods.take_back, name="take_back"),
    path("arrivals/", goods.arrival_page, name="arrivals"),
    path("landed-costs/", landed.landed_list, name="landed_costs"),
    path("landed-costs/new/", landed.landed_new, name="landed_new"),
    path("landed-costs/<int:pk>/", landed.landed_page, name="landed"),
    path("landed-costs/<int:pk>/reverse/", landed.landed_reverse, name="landed_reverse"),
    path("suppliers/", suppliers.supplier_list, name="suppliers"),
    path("suppliers/new/", suppliers.supplier_new, name="supplier_new"),
    path("suppliers/<int:pk>/", suppliers.supplier_page, name="supplier"),
    path("suppliers/<int:pk>/edit/", suppliers.supplier_edit, name="supplier_edit"),
    path("suppliers/<int:pk>/orders/", suppliers.supplier_orders, name="supplier_orders"),
    path("products/<int:pk>/items/", suppliers.product_items, name="product_items"),
    path("suppliers/<int:pk>/items/", suppliers.supplier_items, name="supplier_items"),
    path("terms/", suppliers.item_list, name="items"),
    path("terms/new/", suppliers.item_new, name="item_new"),
    path("terms/<int:pk>/", suppliers.item_edit, name="item"),
]
