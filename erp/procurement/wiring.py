"""What purchasing tells the rest of the house when it starts."""

from erp.inventory import ports
from erp.procurement.models import PurchaseOrder, Requisition
from erp.procurement.queries.arrivals import incoming
from erp.procurement.services import orders, policy, receiving, requisitions
from suite.automation import approvals
from suite.core.companies import on_founding


def connect() -> None:
    on_founding(policy.set_up, order=40)
    ports.incoming = incoming
    ports.follow_returns(PurchaseOrder.kind(), receiving.gone_back)
    approvals.register(
        Requisition,
        amount="amount",
        on_approved=requisitions.when_approved,
        on_rejected=requisitions.when_rejected,
    )
    approvals.register(
        PurchaseOrder, amount=orders.worth, on_approved=orders.when_approved, on_rejected=orders.when_rejected
    )
