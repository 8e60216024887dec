"""Approvals: asking, deciding, passing on."""

from suite.automation.services.approvals.asking import (
    agreed,
    agreed_terms,
    answer,
    ask_again,
    last_of,
    missing,
    submit,
    take_back,
    waiting_for,
    withdraw,
)
from suite.automation.services.approvals.deciding import (
    decide,
    decide_documents,
    send_back,
    undecidable,
    why_not,
)
from suite.automation.services.approvals.judging import asks, in_force, others_may
from suite.automation.services.approvals.passing import add_signer, chase, hand_over

__all__ = [
    "add_signer",
    "agreed",
    "agreed_terms",
    "answer",
    "ask_again",
    "asks",
    "chase",
    "decide",
    "decide_documents",
    "hand_over",
    "in_force",
    "last_of",
    "missing",
    "others_may",
    "send_back",
    "submit",
    "take_back",
    "undecidable",
    "waiting_for",
    "why_not",
    "withdraw",
]
