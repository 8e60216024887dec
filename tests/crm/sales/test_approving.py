"""A company may want an approval of high discounts: the order waits, and says so."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from crm.sales.models import Order, Quotation
from crm.sales.services import amending, approving, confirming, orders, quotations
from crm.sales.services.policy import change_policy
from crm.sales.services.pricing import LineInput
from suite.automation.models import Approval
from suite.automation.services import approvals, rules
from suite.core.access import Actor
from suite.core.errors import BusinessError
from suite.core.models import Role
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop, line


@pytest.fixture
def rule(shop: Shop) -> None:
    """From 15 % on the sales manager is asked."""
    role = Role.objects.get(company=shop.company, code="sales_manager")
    for model in (Order, Quotation):
        rules.set_rule(
            kind=model.kind(),
            conditions={"discount_min": "15"},
            steps=[{"role": role}],
            actor=Actor.system(shop.company),
        )


@pytest.fixture
def manager(shop: Shop) -> Actor:
    return make.actor(shop.company, "sales_manager", username="manager")


def off(product: Product, percent: str) -> LineInput:
    return line(product, "2", discount=Decimal(percent))


def code_of(act: object) -> str:
    with pytest.raises(BusinessError) as error:
        act()  # type: ignore[operator]
    return error.value.code


def submitted(order: Order, shop: Shop) -> Approval:
    approving.submit_orders(order_ids=[order.pk], actor=shop.rep)
    return Approval.objects.get(object_id=order.pk, status=Approval.Status.WAITING)


def confirm(order: Order, shop: Shop) -> Order:
    return confirming.confirm_orders(order_ids=[order.pk], actor=shop.rep).done[0]


def test_without_a_rule_nobody_is_asked(shop: Shop, lamp: Product) -> None:
    order = shop.order(off(lamp, "20"))

    assert code_of(lambda: approving.submit_orders(order_ids=[order.pk], actor=shop.rep)) == "no_approval_needed"
    assert confirm(order, shop).status == Order.Status.CONFIRMED


def test_a_high_discount_waits_for_the_manager_and_then_goes_through(
    rule: None, shop: Shop, lamp: Product, manager: Actor
) -> None:
    low, high = shop.order(off(lamp, "14.99")), shop.order(off(lamp, "15"))

    before = code_of(lambda: confirm(high, shop))
    approval = submitted(high, shop)
    while_waiting = code_of(lambda: confirm(high, shop))
    approvals.decide(approvals=[approval.pk], approve=True, actor=manager)

    assert (before, while_waiting) == ("needs_approval", "waits_for_approval")
    assert approval.reason == "Discount of a line %: ≥ 15 – Sales manager decides"
    assert confirm(low, shop).status == confirm(high, shop).status == Order.Status.CONFIRMED


def test_what_was_rejected_must_change_first(rule: None, shop: Shop, lamp: Product, manager: Actor) -> None:
    order = shop.order(off(lamp, "18"))
    approvals.decide(approvals=[submitted(order, shop).pk], approve=False, actor=manager, note="Too much")

    assert code_of(lambda: confirm(order, shop)) == "approval_refused"

    orders.change_order(order_id=order.pk, lines=[off(lamp, "10")], actor=shop.rep)
    assert confirm(order, shop).status == Order.Status.CONFIRMED


def test_a_changed_order_asks_again_and_the_approval_of_before_does_not_hold(
    rule: None, shop: Shop, lamp: Product, manager: Actor
) -> None:
    order = shop.order(off(lamp, "16"))
    first = submitted(order, shop)

    orders.change_order(order_id=order.pk, lines=[off(lamp, "17")], actor=shop.rep)
    second = Approval.objects.get(object_id=order.pk, status=Approval.Status.WAITING)
    approvals.decide(approvals=[second.pk], approve=True, actor=manager)
    orders.change_order(order_id=order.pk, lines=[off(lamp, "18")], actor=shop.rep)

    first.refresh_from_db()
    assert first.status == Approval.Status.WITHDRAWN
    assert code_of(lambda: confirm(order, shop)) == "needs_approval"


def test_the_approval_of_a_quotation_holds_for_the_order_that_says_the_same(
    rule: None, shop: Shop, lamp: Product, manager: Actor
) -> None:
    quotation = shop.quotation(off(lamp, "18"))
    send = lambda: quotations.send_quotation(quotation_id=quotation.pk, actor=shop.rep, by_mail=False)  # noqa: E731

    refused = code_of(send)
    approving.submit_quotations(quotation_ids=[quotation.pk], actor=shop.rep)
    approvals.decide(approvals=[Approval.objects.get().pk], approve=True, actor=manager)
    send()
    order = quotations.order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)

    assert refused == "needs_approval"
    assert confirm(order, shop).status == Order.Status.CONFIRMED


def test_an_approval_allows_more_than_the_limit_of_a_rep_and_only_what_was_approved(
    rule: None, shop: Shop, lamp: Product, manager: Actor
) -> None:
    order, changed = shop.order(off(lamp, "50")), shop.order(off(lamp, "50"))
    (told,) = approving.doubts([order], shop.rep)[order.pk]
    for each in (order, changed):
        approvals.decide(approvals=[submitted(each, shop).pk], approve=True, actor=manager)
    orders.change_order(order_id=changed.pk, lines=[off(lamp, "51")], actor=shop.rep)

    outcome = confirming.confirm_orders(order_ids=[order.pk, changed.pk], actor=shop.rep, all_or_nothing=False)

    assert str(told) == "50% discount is above the 20% you may give: it needs an approval"
    assert [each.pk for each in outcome.done] == [order.pk]
    assert {pk: each.code for pk, each in outcome.refused.items()} == {changed.pk: "needs_approval"}


def test_what_counted_as_approved_because_nobody_was_asked_allows_nothing(
    rule: None, shop: Shop, lamp: Product
) -> None:
    change_policy(max_discount=5, actor=shop.system)
    order = shop.order(off(lamp, "16"))
    submitted(order, shop)

    orders.change_order(order_id=order.pk, lines=[off(lamp, "12")], actor=shop.rep)

    assert Approval.objects.filter(object_id=order.pk, status=Approval.Status.APPROVED).exists()
    assert code_of(lambda: confirm(order, shop)) == "discount_too_high"


def test_a_quotation_beyond_the_limit_is_neither_sent_nor_accepted_and_what_the_manager_sent_is_ordered(
    shop: Shop, lamp: Product
) -> None:
    quotation = shop.quotation(off(lamp, "30"))
    doors = (quotations.win_quotation, quotations.order_from_quotation)

    refused = {code_of(lambda act=act: act(quotation_id=quotation.pk, actor=shop.rep)) for act in doors}  # type: ignore[misc]
    refused.add(code_of(lambda: quotations.send_quotation(quotation_id=quotation.pk, actor=shop.rep, by_mail=False)))
    quotations.send_quotation(quotation_id=quotation.pk, actor=shop.manager, by_mail=False)
    order = quotations.order_from_quotation(quotation_id=quotation.pk, actor=shop.rep)
    quoted = approving.doubts([order], shop.rep)
    orders.change_order(order_id=order.pk, lines=[off(lamp, "31")], actor=shop.rep)

    assert refused == {"discount_too_high"}
    assert not quoted
    assert code_of(lambda: confirm(order, shop)) == "discount_too_high"


def test_an_amendment_grows_nothing_that_was_agreed_for_less(
    rule: None, shop: Shop, lamp: Product, manager: Actor
) -> None:
    order = shop.order(off(lamp, "50"), line(lamp))
    approvals.decide(approvals=[submitted(order, shop).pk], approve=True, actor=manager)
    dear, plain = confirm(order, shop).confirmed_lines

    def amend(quantity: str, others: str) -> None:
        lines = [
            LineInput(lamp.pk, Decimal(quantity), discount=Decimal(50), id=dear.pk),
            LineInput(lamp.pk, Decimal(others), id=plain.pk),
        ]
        amending.amend_order(order_id=order.pk, lines=lines, actor=shop.rep)

    assert code_of(lambda: amend("200", "1")) == "needs_approval"
    amend("2", "5")
    amend("1", "5")


def test_without_a_rule_an_amendment_gives_no_more_than_the_limit(shop: Shop, lamp: Product) -> None:
    order = confirm(shop.order(off(lamp, "20")), shop)
    (row,) = order.confirmed_lines
    more = LineInput(product_id=lamp.pk, quantity=Decimal(2), discount=Decimal(21), id=row.pk)

    with pytest.raises(BusinessError) as refused:
        amending.amend_order(order_id=order.pk, lines=[more], actor=shop.rep)

    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.line, refusal.field) == ("discount_too_high", 0, "discount")
    assert amending.amend_order(order_id=order.pk, lines=[more], actor=shop.manager).revision == 1


def test_a_deleted_or_cancelled_draft_waits_for_nobody(rule: None, shop: Shop, lamp: Product) -> None:
    gone, given_up = shop.order(off(lamp, "16")), shop.order(off(lamp, "16"))
    approving.submit_orders(order_ids=[gone.pk, given_up.pk], actor=shop.rep)

    orders.delete_draft(order_id=gone.pk, actor=shop.rep)
    confirming.cancel_orders(order_ids=[given_up.pk], actor=shop.rep, reason="No budget")

    assert set(Approval.objects.values_list("status", flat=True)) == {Approval.Status.WITHDRAWN}


def test_an_amendment_gives_no_more_discount_than_was_agreed(rule: None, shop: Shop, lamp: Product) -> None:
    order = confirm(shop.order(off(lamp, "5")), shop)
    (row,) = order.confirmed_lines

    def amend(percent: str) -> None:
        each = LineInput(product_id=lamp.pk, quantity=Decimal(3), discount=Decimal(percent), id=row.pk)
        amending.amend_order(order_id=order.pk, lines=[each], actor=shop.rep)

    amend("10")
    assert code_of(lambda: amend("16")) == "needs_approval"


def test_pages_and_api_submit_and_say_who_is_waited_for(rule: None, shop: Shop, lamp: Product, manager: Actor) -> None:
    order, quotation = shop.order(off(lamp, "16")), shop.quotation(off(lamp, "16"))
    browser = Client()
    browser.force_login(shop.rep.user, backend="suite.core.auth.CompanyBackend")
    url = reverse("sales:order", args=[order.pk])

    offered = browser.get(url).content.decode()
    browser.post(f"{url}submit/")
    waiting = browser.get(url).content.decode()
    api = make.client(shop.rep).post(f"/api/v1/crm/sales/quotations/{quotation.pk}/submit/", {}, format="json")
    twice = make.client(shop.rep).post(f"/api/v1/crm/sales/orders/{order.pk}/submit/", {}, format="json")

    assert "Submit for approval" in offered
    assert "waits for the approval of Sales manager" in waiting
    assert "Submit for approval" not in waiting
    assert (api.status_code, twice.status_code, twice.json()["code"]) == (200, 409, "waits_for_approval")


def test_confirming_many_asks_for_the_approvals_that_lack(
    rule: None, shop: Shop, lamp: Product, manager: Actor
) -> None:
    plain, high, higher = (shop.order(off(lamp, percent)) for percent in ("5", "16", "50"))
    browser = Client()
    browser.force_login(shop.rep.user, backend="suite.core.auth.CompanyBackend")
    acted = {"act": "confirm", "pk": [plain.pk, high.pk, higher.pk], "_go": "1"}

    answer = browser.post(reverse("sales:orders"), acted)
    browser.post(reverse("sales:orders"), acted | {"pk": [high.pk, higher.pk]})

    told = " ".join(map(str, get_messages(answer.wsgi_request)))
    assert f"{high.number} waits for the approval of Sales manager" in told
    assert set(Order.objects.filter(status=Order.Status.CONFIRMED)) == {plain}
    asked = Approval.objects.filter(kind=Order.kind(), status=Approval.Status.WAITING)
    waiting = asked.values_list("object_id", flat=True)
    assert sorted(waiting) == [high.pk, higher.pk]


def test_orders_are_found_by_the_discount_of_a_line(shop: Shop, lamp: Product) -> None:
    low, high = shop.order(off(lamp, "5")), shop.order(off(lamp, "16"), off(lamp, "17"))
    browser = Client()
    browser.force_login(shop.rep.user, backend="suite.core.auth.CompanyBackend")

    page = browser.get(reverse("sales:orders") + "?discount_min=15").content.decode()

    assert page.count(high.number) > 0
    assert low.number not in page
