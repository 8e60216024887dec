from django.urls import path

from crm.retention import views

app_name = "crm_retention"
urlpatterns = [path("", views.alerts, name="alerts")]
