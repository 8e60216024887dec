"""How good the data are, and who has to be looked at."""

from crm.customers import quality
from crm.customers.services.customers import change_customer, transfer_customers
from tests import make
from tests.crm.customers.test_api import CUSTOMERS, api


def percents(actor):
    return {share.rule.name: share.percent for share in quality.shares(actor)}


def test_each_rule_has_its_share_and_mending_one_raises_it_at_once(rep, client, django_assert_num_queries):
    make.customer(rep, "Reachable", kind="person", phone="13800138000")
    lost = make.customer(rep, "Lost", kind="person")
    client.force_login(rep.user, "suite.core.auth.CompanyBackend")
    percents(rep)  # who may see what is read once a process

    with django_assert_num_queries(1):
        before = percents(rep)
    page = client.get("/crm/customers/quality/").content.decode()
    failing = client.get("/crm/customers/?failing=valid").content.decode()
    change_customer(customer=lost, email="lost@example.com", actor=rep)

    assert before == {"valid": 50.0, "unique": 100.0, "owned": 100.0}
    assert "failing=valid" in page
    assert ("Lost" in failing, "Reachable" in failing) == (True, False)
    assert percents(rep)["valid"] == 100.0
    assert api(rep, "GET", f"{CUSTOMERS}quality/").json()[0]["percent"] == 100.0


def test_customers_of_nobody_are_not_owned(company):
    admin = make.actor(company, "administrator")
    make.customer(admin)
    customer = make.customer(admin)

    transfer_customers(customers=[customer.pk], owner=None, actor=admin)

    assert percents(admin)["owned"] == 50.0
