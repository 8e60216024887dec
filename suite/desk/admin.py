"""The admin pages of the ground floor; the libraries' own pages know nothing of companies and are taken away."""

from django.contrib import admin

from suite.core.roles import our_models
from suite.desk import admin_house, admin_people  # noqa: F401

for model in set(admin.site._registry) - set(our_models()):
    admin.site.unregister(model)
