"""Sample sign-ins: one person per role, in demo companies, in demo mode only. Their password is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import make_password

if TYPE_CHECKING:
    from suite.core.models import Company

PASSWORD = "suite-demo"
# user name: (role, Chinese name, English name)
PEOPLE = {
    "sales": ("rep", "李娜", "Li Na"),
    "manager": ("sales_manager", "王强", "Wang Qiang"),
    "service": ("agent", "陈静", "Chen Jing"),
    "market": ("marketer", "刘洋", "Liu Yang"),
    "warehouse": ("warehouse", "赵军", "Zhao Jun"),
    "buyer": ("buyer", "孙丽", "Sun Li"),
    "planner": ("planner", "周伟", "Zhou Wei"),
    "finance": ("accountant", "吴敏", "Wu Min"),
    "hr": ("hr", "郑芳", "Zheng Fang"),
    "boss": ("executive", "张伟", "Zhang Wei"),
    "admin": ("administrator", "管理员", "Administrator"),
    "api": ("integrator", "接口账号", "API account"),
}
SELLERS = ("sales", "manager")


def sign_ins() -> list[tuple[str, str]]:
    """User name and role of the sample people, for the sign-in page; none outside demo mode."""
    from suite.core.models import Membership

    if settings.MODE != "demo":
        return []
    rows = Membership.objects.filter(company__is_demo=True, user__username__in=PEOPLE, user__is_active=True)
    labels = {row.user.username: row for row in rows.select_related("user").prefetch_related("roles")}
    return [
        (username, ", ".join(role.label for role in labels[username].roles.all()))
        for username in PEOPLE
        if username in labels
    ]


def bring_in_people(company: Company) -> None:
    """Make the sample people members of a demo company, the sellers as a team led by their manager."""
    from suite.core import companies
    from suite.core.access import Actor
    from suite.core.acts import acting
    from suite.core.models import Team, User

    if not company.is_demo:
        raise ValueError("Sample people work in demo companies only")
    secret, house = make_password(PASSWORD), Actor.system(company)
    with acting(house):
        team = Team.objects.create(company=company, name="华东销售部", name_en="Sales East")
        for username, (role, name, name_en) in PEOPLE.items():
            user, _made = User.objects.get_or_create(
                username=username, defaults={"password": secret, "name": name, "name_en": name_en}
            )
            companies.join(user=user, role_codes=[role], actor=house, team=team if username in SELLERS else None)
        Team.objects.filter(pk=team.pk).update(manager=User.objects.get(username="manager"))
