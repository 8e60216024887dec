"""Addresses of automation."""

from django.urls import path

from suite.automation import views

app_name = "automation"
urlpatterns = [
    path("approvals/", views.approval_list, name="approvals"),
    path("approvals/<int:pk>/", views.approval_page, name="approval"),
    path("delegations/", views.delegation_list, name="delegations"),
    path("delegations/new/", views.delegation_new, name="delegation_new"),
    path("approvals/<int:pk>/<slug:name>/", views.decide, name="decide"),
]
