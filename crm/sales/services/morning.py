"""By what the list of a morning is ordered, kept per person."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.sales.models import MorningOrder
from suite.core.access import Actor
from suite.core.acts import service


@service
def order_by(by: str, *, actor: Actor) -> None:
    """Order the actor's list by `worth` or by `due` from now on. Raises ValidationError for anything else."""
    if by not in MorningOrder.By.values:
        raise ValidationError({"by": _("Order by what it is worth or by when it is due")})
    MorningOrder.objects.update_or_create(company=actor.company, user_id=actor.user_id, defaults={"by": by})
