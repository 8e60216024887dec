"""What the corridor adds to the pages of the ground."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integration.demo import jobs
from suite.core.models import Company
from suite.desk.admin_people import CompanyAdmin
from suite.desk.lists import Act


def is_demo(company: Company) -> bool:
    return company.is_demo


CompanyAdmin.acts = (
    *CompanyAdmin.acts,
    Act("load_large_demo", _("Load the large demo company"), "core.change_company", jobs.load_large,
        icon="users", when=is_demo),
    Act("remove_demo", _("Remove the demo company"), "core.change_company", jobs.remove, icon="trash", danger=True,
        when=is_demo, confirm=_("All data of the demo company goes, and its sample sign-ins with it.")),
)  # fmt: skip
