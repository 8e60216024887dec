from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "crm.customers"
    label = "crm_customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from crm.customers import queries
        from suite.core.access import register_owner_rule
        from suite.masterdata.models import Address, Contact, Party

        register_owner_rule(Party, queries.party_rule("customer"))
        register_owner_rule(Contact, queries.party_rule("party__customer"))
        register_owner_rule(Address, queries.party_rule("party__customer"))
