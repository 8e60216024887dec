"""Addresses of automation."""

from django.urls import path

from suite.automation import views
from suite.automation.flows.views import flows, nodes, runs

app_name = "automation"
urlpatterns = [
    path("approvals/", views.approval_list, name="approvals"),
    path("approvals/<int:pk>/", views.approval_page, name="approval"),
    path("delegations/", views.delegation_list, name="delegations"),
    path("delegations/new/", views.delegation_new, name="delegation_new"),
    path("approvals/<int:pk>/<slug:name>/", views.decide, name="decide"),
    path("flows/", flows.flow_list, name="flows"),
    path("flows/new/", flows.flow_new, name="flow_new"),
    path("flows/<int:pk>/", flows.flow_page, name="flow"),
    path("flows/<int:pk>/edit/", flows.flow_edit, name="flow_edit"),
    path("flows/<int:pk>/drawing/", nodes.flow_drawing, name="flow_drawing"),
    path("flows/<int:pk>/graph/", nodes.flow_graph, name="flow_graph"),
    path("flows/<int:pk>/rehearsal/", flows.flow_rehearsal, name="flow_rehearsal"),
    path("flows/<int:pk>/versions/", flows.flow_versions, name="flow_versions"),
    path("flows/<int:pk>/runs/", runs.runs_of, name="flow_runs_of"),
    path("flows/<int:pk>/steps/", nodes.flow_node_new, name="flow_node_new"),
    path("flows/<int:pk>/steps/<slug:node>/", nodes.flow_node, name="flow_node"),
    path("flows/<int:pk>/steps/<slug:node>/remove/", nodes.flow_node_remove, name="flow_node_remove"),
    path("flows/<int:pk>/<slug:name>/", flows.flow_act, name="flow_act"),
    path("flow-runs/", runs.run_list, name="flow_runs"),
    path("flow-runs/<int:pk>/", runs.run_page, name="flow_run"),
    path("flow-runs/<int:pk>/<slug:name>/", runs.run_act, name="flow_run_act"),
]
