from django.urls import path

from suite.masterdata import views

app_name = "masterdata"
urlpatterns = [
    path("products/", views.products, name="products"),
    path("products/<int:pk>/", views.product, name="product"),
    path("parties/<int:pk>/", views.party, name="party"),
]
