import pytest
from django.test import Client

from crm.sales.models import Lead, LeadRule, Opportunity
from crm.sales.services import lead_rules, leads
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_leads import lead
from tests.crm.sales.views.conftest import signed_in

LEADS, RULES = "/crm/sales/leads/", "/crm/sales/lead-rules/"
MARKUP = "<script>alert(1)</script><b>x</b>"


def test_a_lead_is_entered_changed_followed_up_and_read(shop: Shop, lamp: Product, mei: Client) -> None:
    entered = mei.post(
        f"{LEADS}new/",
        {"organisation": "Sky", "phone": "138 0013 8000", "product_1": lamp.pk, "owner": shop.rep.user_id},
    )
    row = Lead.objects.get()
    changed = mei.post(
        f"{LEADS}{row.pk}/edit/", {"organisation": "Sky Ltd", "phone": "138 0013 8000", "source": "fair", "version": 1}
    )
    mei.post(f"{LEADS}{row.pk}/log/", {"kind": "call", "text": "wants fifty"})
    wordless = mei.post(f"{LEADS}{row.pk}/log/", {"kind": "note", "text": ""})
    page = mei.get(f"{LEADS}{row.pk}/").content.decode()
    history = mei.get(f"{LEADS}{row.pk}/history/").content.decode()
    nobody = mei.post(f"{LEADS}new/", {"phone": "13800138000"})
    long = mei.post(f"{LEADS}new/", {"name": "x" * 10_000})

    row.refresh_from_db()
    assert entered["Location"] == changed["Location"] == f"{LEADS}{row.pk}/"
    assert (row.organisation, row.owner_id, row.status) == ("Sky Ltd", shop.rep.user_id, "contacted")
    assert all(text in page for text in ("Sky Ltd", "wants fifty", "First answer: In time", "138 0013 8000"))
    assert "Sky Ltd" in history
    assert (wordless.status_code, nobody.status_code, long.status_code) == (400, 400, 400)


def test_a_card_fills_the_form_in(shop: Shop, mei: Client) -> None:
    lamp = shop.add_product("LAMP-9")
    card = "李雷 采购经理\n蓝天贸易有限公司\n手机：138 0013 8000\n邮箱: LiLei@sky.example\n想要 50 个 LAMP-9"

    form = mei.post(f"{LEADS}read/", {"text": card}).content.decode()

    assert all(text in form for text in ("李雷", "蓝天贸易有限公司", "138 0013 8000", "lilei@sky.example"))
    assert f'<option value="{lamp.pk}" selected>' in form
    assert f'action="{LEADS}new/"' in form
    assert not Lead.objects.exists()


def test_it_is_claimed_qualified_closed_and_taken_up_again_by_buttons(shop: Shop, mei: Client) -> None:
    lead_rules.create_rule(name="Nobody", actor=shop.manager)
    row = lead(shop)
    for act, more in (
        ("claim", {}), ("contact", {}), ("qualify", {}), ("disqualify", {"reason": "no"}), ("reopen", {}),
    ):  # fmt: skip
        mei.post(f"{LEADS}{row.pk}/{act}/", more)

    row.refresh_from_db()
    assert (row.status, row.owner_id) == ("new", shop.rep.user_id)
    assert mei.post(f"{LEADS}{row.pk}/delete/")["Location"] == LEADS
    assert not Lead.objects.exists()
    assert mei.get(f"{LEADS}{row.pk}/").status_code == 404


def test_conversion_shows_who_is_here_already_and_makes_one_of_each(shop: Shop, mei: Client) -> None:
    known = shop.add_customer("蓝天贸易有限公司", owner=shop.rep)
    row = lead(shop, "蓝天贸易", owner=shop.rep.user)

    asked = mei.get(f"{LEADS}{row.pk}/convert/").content.decode()
    refused = mei.post(f"{LEADS}{row.pk}/convert/", {"party": "", "with_opportunity": "on"})
    made = mei.post(f"{LEADS}{row.pk}/convert/", {"party": known.pk, "with_opportunity": "on", "name": "Lamps"})
    again = mei.post(f"{LEADS}{row.pk}/convert/", {"party": known.pk, "with_opportunity": "on"})
    page = mei.get(f"{LEADS}{row.pk}/").content.decode()
    story = mei.get(f"/crm/customers/{known.customer.pk}/?kinds=lead").content.decode()

    deal = Opportunity.objects.get()
    assert "same name" in asked
    assert f'<option value="{known.pk}" selected>' in asked
    assert (refused.status_code, "is here already" in refused.content.decode()) == (409, True)
    assert (made["Location"], again.status_code) == (f"/crm/sales/opportunities/{deal.pk}/", 409)
    assert all(text in page for text in ("Lamps", "Converted"))
    assert row.number in story


def test_markup_is_never_rendered(shop: Shop, mei: Client) -> None:
    row = lead(
        shop, MARKUP, name=MARKUP, text=MARKUP, source=MARKUP[:40], campaign=MARKUP, owner=shop.rep.user, consent=MARKUP
    )
    leads.log_activity(lead_id=row.pk, kind="call", text=MARKUP, actor=shop.rep)

    for address in (LEADS, f"{LEADS}?show=board", f"{LEADS}{row.pk}/", f"{LEADS}{row.pk}/edit/", "/"):
        page = mei.get(address).content.decode()
        assert MARKUP not in page
        assert "<script>alert" not in page


def test_only_who_may_see_a_lead_finds_it(shop: Shop, mei: Client) -> None:
    row = lead(shop, owner=shop.other_rep.user)
    marketer = signed_in(make.actor(shop.company, "marketer"))
    agent = signed_in(make.actor(shop.company, "agent"))
    clerk = signed_in(make.actor(shop.company, "warehouse"))
    page = f"{LEADS}{row.pk}/"

    assert [who.get(page).status_code for who in (mei, marketer, agent, clerk)] == [404, 200, 200, 403]
    assert [who.get(f"{page}convert/").status_code for who in (mei, marketer, agent)] == [404, 403, 403]
    assert marketer.get(RULES).status_code == 200
    assert [who.get(RULES).status_code for who in (mei, agent)] == [403, 403]


def test_a_rule_is_drawn_up_tried_and_shown(shop: Shop, bo: Client) -> None:
    seats = {"seats-TOTAL_FORMS": 1, "seats-INITIAL_FORMS": 0, "seats-0-user": shop.rep.user_id, "seats-0-quota": "5"}
    saved = bo.post(f"{RULES}new/", {"name": "Fairs", "way": "round", "is_active": "on", "g0-source": "fair", **seats})
    rule = LeadRule.objects.get()
    page = bo.get(f"{RULES}{rule.pk}/").content.decode()
    listed = bo.get(RULES).content.decode()
    tried = bo.post(f"{RULES}try/", {"source": "fair"}).content.decode()
    missed = bo.post(f"{RULES}try/", {"source": "web"}).content.decode()
    bad = bo.post(f"{RULES}new/", {"name": "Fairs", "way": "round", **seats})

    assert saved["Location"] == RULES
    assert rule.conditions == {"match": "all", "groups": [{"match": "all", "params": {"source": "fair"}}]}
    assert "Source: “fair”" in page
    assert "mei-acme" in listed
    assert all(text in tried for text in ("mei-acme", "Fairs: In turn"))
    assert "No rule fits" in missed
    assert bad.status_code == 409
    assert not Lead.objects.exists()


@pytest.mark.parametrize("query", ["", "?first=2026-01-01&last=2026-12-31", "?first=x"])
def test_the_report_of_first_answers_opens_the_leads_behind_it(shop: Shop, mei: Client, query: str) -> None:
    lead(shop, owner=shop.rep.user, source="web & co")

    answer = mei.get(f"{LEADS}answers/{query}")

    assert answer.status_code == (400 if query == "?first=x" else 200)
    if not query:
        assert f"owner={shop.rep.user_id}" in answer.content.decode()
        assert "source_is=web+%26+co" in answer.content.decode()
