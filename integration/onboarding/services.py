"""Setting a company up: its trade, its people, the first month of its books."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from erp.finance.models import Period
from erp.finance.services import periods
from integration.onboarding.industries import Industry
from integration.onboarding.targets import Target, target
from suite.core import companies, staff
from suite.core.access import Actor
from suite.core.acts import save_changes, service
from suite.core.models import Company, Role, User

MAIL = re.compile(r"[^\s<>,;，；]+@[^\s<>,;，；]+")
BLANKS = " \t<>,;，；\"'()（）"
AT_MOST = 100  # people of one paste


def found_first(*, company: str, name: str, username: str, password: str, language: str) -> User:
    """Found the first company and make somebody its administrator; ValidationError for a weak password."""
    user = User(username=username, name=name, language=language)
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    with transaction.atomic():
        user.set_password(password)
        user.save()
        founded = companies.found(code="main", name=company)
        companies.join(user=user, role_codes=["administrator"], actor=Actor.system(founded))
    return user


@dataclass(frozen=True)
class Line:
    """One line of a template beside what stands now."""

    key: str
    label: str
    now: str
    then: str
    is_met: bool


def difference(industry: Industry, actor: Actor) -> list[Line]:
    """What a template would change, line by line, as far as the actor may change it."""
    return [
        Line(key, str(found.label), found.show(found.read(actor)), found.show(wanted), _met(found, wanted, actor))
        for key, wanted in industry.lines.items()
        if actor.may((found := target(key)).permission)
    ]


def _met(found: Target, wanted: object, actor: Actor) -> bool:
    return found.is_met(found.read(actor), wanted)


@service
def take_on(*, industry: Industry, keys: Collection[str], actor: Actor, reason: str = "") -> list[Line]:
    """Set the chosen lines of a template and remember the trade; what is left out stays. Returns what changed.

    Nothing is deleted: what another template brought stays until somebody changes it.
    """
    lines = [line for line in difference(industry, actor) if line.key in keys and not line.is_met]
    for line in lines:
        target(line.key).write(actor, industry.lines[line.key])
    save_changes(Company.objects.select_for_update(of=("self",)).get(pk=actor.company_id), {"industry": industry.code})
    actor.company.industry = industry.code
    return lines


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be invited."""

    name: str
    mail: str


def read_people(text: str) -> list[Newcomer]:
    """Names and mail addresses as people paste them, one person a line; ValidationError names lines without one."""
    found, wrong = [], []
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        mail = MAIL.search(line)
        address = mail[0].strip(BLANKS) if mail else ""
        try:
            validate_email(address)
        except ValidationError:
            wrong.append(
                _("Line %(number)s: there is no mail address in “%(text)s”") % {"number": number, "text": line[:60]}
            )
            continue
        name = " ".join(re.split(r"[\s<>,;，；\"()（）]+", MAIL.sub(" ", line))).strip()
        found.append(Newcomer(name[:100] or address.partition("@")[0], address.lower()))
    if wrong:
        raise ValidationError(wrong)
    if len(found) > AT_MOST:
        raise ValidationError(_("At most %(count)s people at once") % {"count": AT_MOST})
    return list({each.mail: each for each in found}.values())


@service
def invite_people(*, people: Sequence[Newcomer], roles: Collection[Role], actor: Actor) -> list[tuple[User, str]]:
    """Make users of people who set their password by a one-time link; returns each with the path of the link.

    ValidationError names the addresses that somebody uses already; then nobody is added.
    """
    taken = set(User.objects.filter(email__in=[each.mail for each in people]).values_list("email", flat=True))
    if taken:
        raise ValidationError(
            [_("%(address)s: somebody has this address already") % {"address": each} for each in sorted(taken)]
        )
    wanted = {each.mail: re.sub(r"[^\w.+-]", "", each.mail.partition("@")[0])[:100] or "user" for each in people}
    alike = reduce(or_, (Q(username__startswith=name) for name in wanted.values()), Q(pk=None))
    used = set(User.objects.filter(alike).values_list("username", flat=True))
    added = []
    for each in people:
        name, number = wanted[each.mail], 1
        while name in used:
            number += 1
            name = f"{wanted[each.mail]}{number}"
        used.add(name)
        user = staff.add_user(
            actor=actor, username=name, name=each.name, email=each.mail, roles=roles,
            language=actor.user.language if actor.user else "zh-hans",
        )  # fmt: skip
        added.append((user, staff.invite(user=user, actor=actor)))
    return added


@service
def begin_books(*, first: Period, actor: Actor) -> list[Period]:
    """Let the books begin with a period: those before it are closed, so that nothing is posted there by mistake.

    BusinessError where something in them is not finished.
    """
    before = Period.objects.of(actor.company_id).filter(starts__lt=first.starts, status=Period.Status.OPEN)
    pks = list(before.values_list("pk", flat=True))
    return periods.close(period_ids=pks, actor=actor) if pks else []
