"""What automation keeps."""

from suite.automation.models.approvals import (
    Approval,
    ApprovalRule,
    ApprovalRuleStep,
    ApprovalStep,
    Delegation,
    Together,
)
from suite.automation.models.flows import Flow, FlowMail, FlowRun, FlowStep, FlowVersion
from suite.automation.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Approval",
    "ApprovalRule",
    "ApprovalRuleStep",
    "ApprovalStep",
    "Delegation",
    "Flow",
    "FlowMail",
    "FlowRun",
    "FlowStep",
    "FlowVersion",
    "Together",
    "Webhook",
    "WebhookDelivery",
]
