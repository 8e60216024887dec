from django.urls import path

from crm.retention import views

app_name = "retention"
urlpatterns = [path("", views.alerts, name="alerts")]
