from django.urls import path

from crm.retention import views
from crm.retention.views import handing, pool

app_name = "retention"
urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("pool/", pool.pool_list, name="pool"),
    path("warnings/", pool.warning_list, name="warnings"),
    path("who/<int:pk>/", pool.who, name="who"),
    path("hand-overs/", handing.hand_over_list, name="hand_overs"),
    path("hand-overs/new/", handing.hand_over_new, name="hand_over_new"),
]
