from django.urls import path

from suite.masterdata import views

app_name = "masterdata"
urlpatterns = [
    path("products/", views.products, name="products"),
    path("products/<int:pk>/", views.product, name="product"),
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/new/", views.contact_new, name="contact_new"),
    path("contacts/<int:pk>/", views.contact, name="contact"),
    path("contacts/<int:pk>/edit/", views.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/archive/", views.contact_archive, name="contact_archive"),
    path("parties/<int:pk>/", views.party, name="party"),
]
