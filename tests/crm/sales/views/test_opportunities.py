import pytest
from django.test import Client

from crm.sales.models import LostReason, Opportunity, Pipeline, Quotation, Rival, Stage
from crm.sales.services import pipelines
from crm.sales.services.pipelines import StageInput
from suite.masterdata.models import Product
from tests.crm.sales.shop import Shop
from tests.crm.sales.test_opportunities import deal, move, stage

DEALS = "/crm/sales/opportunities/"


def products(*rows: dict[str, object]) -> dict[str, object]:
    typed: dict[str, object] = {"products-TOTAL_FORMS": len(rows), "products-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        typed |= {f"products-{number}-{name}": value for name, value in row.items()}
    return typed


def test_a_deal_is_entered_changed_and_read(shop: Shop, lamp: Product, mei: Client) -> None:
    first = stage(shop, "First contact")
    entered = mei.post(
        f"{DEALS}new/",
        {
            "name": "Tower", "party": shop.customer.pk, "stage": first.pk, "amount": "", "currency_id": "CNY",
            "forecast": "best", **products({"product": lamp.pk, "quantity": "2", "amount": "200"}),
        },
    )  # fmt: skip
    row = Opportunity.objects.get()
    page = mei.get(f"{DEALS}{row.pk}/").content.decode()
    form = mei.get(f"{DEALS}{row.pk}/edit/").content.decode()
    bad = mei.post(f"{DEALS}new/", {"name": "", "amount": "-1", "forecast": "best", **products()})

    assert entered["Location"] == f"{DEALS}{row.pk}/"
    assert (row.amount, row.forecast) == (200, "best")
    assert all(text in page for text in ("Tower", "Decision maker named", "First call or visit", "LAMP"))
    assert "Tower" in form
    assert (bad.status_code, "-1" in bad.content.decode()) == (400, True)


def test_a_card_that_may_not_be_put_there_opens_what_is_missing(shop: Shop, mei: Client) -> None:
    row, target = deal(shop), stage(shop, "Proposal")
    board = f"{DEALS}?view=board"

    shown = mei.get(board).content.decode()
    refused = mei.post(board, {"put": f"{row.pk}:{target.pk}", "next": board})
    asked = mei.get(refused["Location"]).content.decode()
    contact = shop.customer.contacts.create(company=shop.company, name="Ren")
    moved = mei.post(refused["Location"], {"stage": target.pk, "contact": contact.pk, "amount": "5000", "reason": ""})

    row.refresh_from_db()
    assert row.name in shown
    assert refused["Location"].startswith(f"{DEALS}{row.pk}/move/?stage={target.pk}&next=")
    assert "Decision maker named" in asked
    assert moved["Location"] == board, moved.content.decode()
    assert (row.stage_id, row.amount, row.contact_id) == (target.pk, 5000, contact.pk)


def test_a_refused_move_keeps_nothing_of_what_was_filled_in(shop: Shop, mei: Client) -> None:
    row = deal(shop)

    answer = mei.post(
        f"{DEALS}{row.pk}/move/", {"stage": stage(shop, "Proposal").pk, "amount": "77", "reason": "", "next_step": "x"}
    )

    row.refresh_from_db()
    assert (answer.status_code, row.amount, row.next_step) == (409, 1000, "")
    assert "77" in answer.content.decode()


def test_the_next_stage_and_the_end_are_buttons(shop: Shop, lamp: Product, mei: Client) -> None:
    row = deal(shop)

    refused = mei.post(f"{DEALS}{row.pk}/next/")
    quoted = mei.post(f"{DEALS}{row.pk}/quote/")
    lost = mei.post(
        f"{DEALS}{row.pk}/move/",
        {"stage": stage(shop, "Lost").pk, "lost_reason": LostReason.objects.of(shop.company.pk)[0].pk, "reason": "a"},
    )
    again = mei.post(f"{DEALS}{row.pk}/reopen/", {"reason": "They called"})

    row.refresh_from_db()
    assert "/move/?stage=" in refused["Location"]
    assert quoted["Location"].startswith("/crm/sales/quotations/")
    assert Quotation.objects.get().opportunity_id == row.pk
    assert lost.status_code == again.status_code == 302
    assert (row.status, row.stage.name_en) == ("open", "First contact")


@pytest.mark.parametrize("address", ["", "edit/", "move/", "history/", "tasks/"])
def test_a_deal_of_somebody_else_is_not_there(shop: Shop, mei: Client, address: str) -> None:
    row = deal(shop, party_id=None, actor=shop.other_rep)

    assert mei.get(f"{DEALS}{row.pk}/{address}").status_code == 404


def test_lists_boards_and_the_team_open_in_every_way(shop: Shop, mei: Client, bo: Client) -> None:
    row = deal(shop)
    shop.company.refresh_from_db()
    pipelines.create_pipeline(name="服务", stages=[StageInput(name="咨询")], actor=shop.manager)

    for client in (mei, bo):
        for query in ("", "?view=open", "?show=board&group=status", "?show=board&group=forecast", "?show=calendar",
                      "?sort=days", "?product=1", "?quoted=yes", "?export=csv"):  # fmt: skip
            answer = client.get(f"{DEALS}{query}", follow=True)
            assert answer.status_code == 200, query
    board = bo.get(f"{DEALS}?view=board")
    team = bo.get(f"{DEALS}team/").content.decode()
    customer = mei.get(f"{DEALS}of/{shop.customer.customer.pk}/").content.decode()

    assert "pipeline=" in board["Location"]
    assert row.name in team
    assert row.name in customer
    assert "Opportunities" in mei.get(f"/crm/customers/{shop.customer.customer.pk}/").content.decode()


def test_an_administrator_of_selling_shapes_the_pipeline(shop: Shop, mei: Client, bo: Client) -> None:
    pipeline = Pipeline.objects.of(shop.company.pk).get()
    address = f"/crm/sales/pipelines/{pipeline.pk}/"
    rows = list(pipeline.stages.all())
    typed: dict[str, object] = {
        "name": "标准",
        "name_en": "Standard",
        "stages-TOTAL_FORMS": len(rows) + 1,
        "stages-INITIAL_FORMS": 0,
    }
    for number, row in enumerate(rows):
        typed |= {f"stages-{number}-{name}": value for name, value in {
            "id": row.pk, "position": 10 * (number + 1), "name": row.name, "name_en": row.name_en, "kind": row.kind,
            "probability": row.probability, "target_days": row.target_days or "",
        }.items()}  # fmt: skip
    last = len(rows)
    typed |= {f"stages-{last}-name": "试用", f"stages-{last}-position": 15, f"stages-{last}-kind": "open",
              f"stages-{last}-probability": "20"}  # fmt: skip

    page, saved = bo.get(address), bo.post(address, typed)
    opened = bo.get(f"/crm/sales/stages/{rows[0].pk}/").content.decode()
    kept = bo.post(
        f"/crm/sales/stages/{rows[0].pk}/",
        {"guidance": "听", "guidance_en": "Listen", "criteria": ["close", "activity:call"],
         "actions-TOTAL_FORMS": 1, "actions-INITIAL_FORMS": 0, "actions-0-name": "喝茶", "actions-0-days": "3"},
    )  # fmt: skip

    assert page.status_code == 200
    assert saved["Location"] == address, saved.content.decode()
    assert [s.name for s in pipeline.stages.all()][:2] == [rows[0].name, "试用"]
    assert "Logged: Visit" in opened
    assert kept.status_code == 302
    first = Stage.objects.get(pk=rows[0].pk)
    assert (first.criteria, first.actions.get().name) == (["close", "activity:call"], "喝茶")
    assert mei.get(address).status_code == 403


def test_a_stage_is_taken_out_with_a_place_for_its_deals(shop: Shop, bo: Client) -> None:
    row, first = deal(shop), stage(shop, "First contact")
    address = f"/crm/sales/stages/{first.pk}/delete/"

    refused = bo.post(address, {"into": ""})
    done = bo.post(address, {"into": stage(shop, "Proposal").pk})

    row.refresh_from_db()
    assert (refused.status_code, "1 opportunity is in" in refused.content.decode()) == (409, True)
    assert (done.status_code, row.stage.name_en) == (302, "Proposal")


def test_reasons_and_rivals_are_short_lists(shop: Shop, mei: Client, bo: Client) -> None:
    for address in ("lost-reasons", "rivals"):
        assert bo.get(f"/crm/sales/{address}/").status_code == 200
        assert mei.get(f"/crm/sales/{address}/").status_code == 403
    typed = {"names-TOTAL_FORMS": 1, "names-INITIAL_FORMS": 0, "names-0-name": "Globex"}

    bo.post("/crm/sales/rivals/", typed)
    twice = bo.post("/crm/sales/rivals/", typed)

    assert Rival.objects.get().name == "Globex"
    assert twice.status_code == 409


def test_the_bulk_acts_of_the_list(shop: Shop, bo: Client) -> None:
    rows = [deal(shop), deal(shop)]
    reason = LostReason.objects.of(shop.company.pk)[0]
    keys = {"pk": [row.pk for row in rows]}

    bo.post(DEALS, {"act": "win", **keys})
    bo.post(DEALS, {"act": "lose", "_go": "1", "lost_reason": reason.pk, "reason": "", **keys})
    bo.post(DEALS, {"act": "reopen", "_go": "1", "reason": "again", **keys})
    bo.post(DEALS, {"act": "assign", "_go": "1", "owner": shop.manager.user_id, **keys})

    assert set(Opportunity.objects.values_list("status", "owner")) == {("open", shop.manager.user_id)}
    move(shop, rows[0], "First contact")
