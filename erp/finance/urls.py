"""Pages of papers that reps see too; the books themselves are on the admin pages."""

from django.urls import path

from erp.finance import views

app_name = "finance"
urlpatterns = [
    path("receivables/<int:pk>/", views.receivable, name="receivable"),
    path("receipts/<int:pk>/", views.receipt, name="receipt"),
    path("invoices/<int:pk>/", views.invoice, name="invoice"),
]
