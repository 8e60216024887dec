from django.urls import path

from suite.masterdata.views import duplicates, records

app_name = "masterdata"
urlpatterns = [
    path("products/", records.products, name="products"),
    path("products/<int:pk>/", records.product, name="product"),
    path("contacts/", records.contacts, name="contacts"),
    path("contacts/new/", records.contact_new, name="contact_new"),
    path("contacts/<int:pk>/", records.contact, name="contact"),
    path("contacts/<int:pk>/edit/", records.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/archive/", records.contact_archive, name="contact_archive"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/look/", duplicates.look, name="look"),
    path("merge/", duplicates.merge, name="merge"),
    path("mergings/<int:pk>/undo/", duplicates.unmerge, name="unmerge"),
    path("parties/<int:pk>/", records.party, name="party"),
]
