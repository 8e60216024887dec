"""Whose the rows of the back wing are that name a customer and no owner."""

import pytest

from erp.finance.models import CreditAccount
from tests import make

CREDIT = "/api/v1/erp/finance/credit-accounts/"


@pytest.mark.django_db
def test_a_rep_reads_the_credit_of_their_own_customers_only(company):
    mei, bo = make.actor(company, "rep"), make.actor(company, "rep")
    mine, theirs = make.customer(mei).party, make.customer(bo).party
    accounts = [CreditAccount.objects.get_or_create(company=company, party=party)[0] for party in (mine, theirs)]

    listed = make.client(mei).get(CREDIT).json()["results"]
    other = make.client(mei).get(f"{CREDIT}{accounts[1].pk}/")
    everything = make.client(make.actor(company, "accountant")).get(CREDIT).json()["results"]

    assert [row["party"] for row in listed] == [mine.pk]
    assert other.status_code == 404
    assert {row["party"] for row in everything} >= {mine.pk, theirs.pk}
