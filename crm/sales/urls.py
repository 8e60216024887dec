"""Addresses of selling."""

from django.urls import path

from crm.sales.views import opportunities, orders, pipelines, price_lists, quotations, reports

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
    path("opportunities/", opportunities.opportunity_list, name="opportunities"),
    path("opportunities/new/", opportunities.opportunity_new, name="opportunity_new"),
    path("opportunities/team/", opportunities.team_board, name="team_board"),
    path("opportunities/of/<int:pk>/", opportunities.customer_opportunities, name="customer_opportunities"),
    path("opportunities/<int:pk>/", opportunities.opportunity_page, name="opportunity"),
    path("opportunities/<int:pk>/edit/", opportunities.opportunity_edit, name="opportunity_edit"),
    path("opportunities/<int:pk>/move/", opportunities.opportunity_move, name="opportunity_move"),
    path("opportunities/<int:pk>/history/", opportunities.opportunity_history, name="opportunity_history"),
    path("opportunities/<int:pk>/tasks/", opportunities.opportunity_tasks, name="opportunity_tasks"),
    path("opportunities/<int:pk>/<slug:name>/", opportunities.opportunity_act, name="opportunity_act"),
    path("funnel/", reports.funnel, name="funnel"),
    path("win-probability/", reports.win_probability, name="win_probability"),
    path("pipelines/", pipelines.pipeline_list, name="pipelines"),
    path("pipelines/new/", pipelines.pipeline_new, name="pipeline_new"),
    path("pipelines/<int:pk>/", pipelines.pipeline_page, name="pipeline"),
    path("stages/<int:pk>/", pipelines.stage_page, name="stage"),
    path("stages/<int:pk>/delete/", pipelines.stage_delete, name="stage_delete"),
    path("lost-reasons/", pipelines.lost_reasons, name="lost_reasons"),
    path("rivals/", pipelines.rivals, name="rivals"),
    path("price-lists/", price_lists.price_list_list, name="price_lists"),
    path("price-lists/new/", price_lists.price_list_new, name="price_list_new"),
    path("price-lists/<int:pk>/", price_lists.price_list_page, name="price_list"),
    path("settings/", price_lists.policy, name="policy"),
]
