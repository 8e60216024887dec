import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client

from crm.sales.models import Lead, WebForm
from crm.sales.services import web_forms
from suite.core import clock, modules
from suite.desk.own import definitions
from suite.masterdata.models import Product
from tests import make
from tests.crm.sales.shop import Shop
from tests.crm.sales.views.conftest import signed_in

FORMS = "/crm/sales/web-forms/"
ASKED = [
    {"name": "name", "required": True},
    {"name": "phone", "required": True},
    {"name": "email", "required": False},
    {"name": "text", "required": False},
]
MARKUP = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _quiet_cache() -> None:
    cache.clear()


@pytest.fixture
def form(shop: Shop, lamp: Product) -> WebForm:
    return web_forms.create_form(
        name="Spring", title="联系我们", title_en="Write to us", fields=ASKED, consent="同意联系", product=lamp,
        consent_en="You may call me", thanks_en="We call you", source="site", campaign="spring", actor=shop.manager,
    )  # fmt: skip


def filled(form: WebForm, **changes: str) -> dict[str, str]:
    """What a person sends who has read the page a minute ago."""
    with clock.at(clock.now() - dt.timedelta(minutes=1)):
        stamp = web_forms.stamp(form)
    return {"stamp": stamp, "homepage": "", "name": "Li Lei", "phone": "138 0013 8000", "agree": "on", **changes}


def send(form: WebForm, data: dict[str, str], address: str = "10.0.0.1"):
    return Client(enforce_csrf_checks=True).post(f"/f/{form.token}/?lang=en", data, REMOTE_ADDR=address)


def test_what_a_stranger_sends_is_a_lead_at_once_with_source_campaign_time_and_consent(
    shop: Shop, form: WebForm, lamp: Product
) -> None:
    known = shop.add_customer("Known", phone="13800138000")

    page = Client().get(f"/f/{form.token}/?lang=en")
    sent = send(form, filled(form, text="50 lamps"))
    thanks = Client().get(sent["Location"]).content.decode()

    row = Lead.objects.get()
    assert (row.name, row.phone, row.source, row.campaign, row.text) == (
        "Li Lei", "13800138000", "site", "spring", "50 lamps",
    )  # fmt: skip
    assert (row.consent, row.web_form_id, row.raw["phone"]) == ("You may call me", form.pk, "138 0013 8000")
    assert [product.pk for product in row.products.all()] == [lamp.pk]
    assert [each["id"] for each in row.alike] == [known.pk]
    assert row.due_at is not None
    assert "We call you" in thanks
    text = page.content.decode()
    assert all(word in text for word in ("Write to us", "You may call me", 'name="homepage"'))
    assert not any(word in text for word in (shop.company.code, shop.company.name, "csrf", "Spring"))
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert not page.cookies


def test_both_languages_are_there(form: WebForm) -> None:
    chinese = Client().get(f"/f/{form.token}/?lang=zh-hans").content.decode()
    by_browser = Client().get(f"/f/{form.token}/", headers={"Accept-Language": "en"}).content.decode()

    assert "联系我们" in chinese
    assert "同意联系" in chinese
    assert "Write to us" in by_browser


def test_what_is_missing_or_wrong_is_said_at_its_field_and_stays_typed(form: WebForm) -> None:
    answer = send(form, filled(form, phone="12", email="nobody", agree="", text=MARKUP))

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "This is not a phone number" in page
    assert "nobody" in page
    assert MARKUP not in page
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"homepage": "http://spam.example"}, 302),  # thanked like anybody else
        ({"stamp": ""}, 400),
        ({"stamp": "made:up"}, 400),
        ({"name": "x" * 10_000}, 400),
    ],
)
def test_robots_make_no_leads(form: WebForm, changes: dict[str, str], status: int) -> None:
    assert send(form, filled(form, **changes)).status_code == status
    assert not Lead.objects.exists()


def test_who_is_too_quick_or_too_slow_sends_once_more(form: WebForm) -> None:
    quick = filled(form, stamp=web_forms.stamp(form))
    with clock.at(clock.now() - dt.timedelta(days=2)):
        slow = filled(form)

    answers = [send(form, quick), send(form, slow)]
    with clock.at(clock.now() + dt.timedelta(seconds=9)):
        again = send(form, quick)

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "very quick" in answers[0].content.decode()
    assert "Li Lei" in answers[1].content.decode()
    assert (again.status_code, Lead.objects.count()) == (302, 1)


def test_a_page_sent_twice_is_one_lead_and_a_stamp_of_another_form_is_none(shop: Shop, form: WebForm) -> None:
    other = web_forms.create_form(name="Other", title="Other", fields=ASKED, actor=shop.manager)
    data = filled(form)

    answers = [send(form, data), send(form, data), send(other, data)]

    assert [answer.status_code for answer in answers] == [302, 302, 400]
    assert Lead.objects.count() == 1


def test_a_hammered_form_answers_plainly_and_lets_others_in(form: WebForm) -> None:
    answers = [send(form, filled(form, name=f"Robot {n}")).status_code for n in range(15)]
    refused = send(form, filled(form))
    other = send(form, filled(form), address="10.0.0.2")

    assert answers == [302] * web_forms.PER_ADDRESS + [429] * (15 - web_forms.PER_ADDRESS)
    assert "try again in ten minutes" in refused.content.decode()
    assert refused["Retry-After"]
    assert other.status_code == 302


def test_a_form_that_is_closed_switched_off_or_guessed_is_not_there(shop: Shop, form: WebForm) -> None:
    assert Client().get("/f/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    web_forms.close_forms(form_ids=[form.pk], is_open=False, actor=shop.manager)
    assert Client().get(f"/f/{form.token}/").status_code == 404
    web_forms.close_forms(form_ids=[form.pk], is_open=True, actor=shop.manager)
    modules.switch(label="crm_sales", on=False, actor=shop.system)
    assert send(form, filled(form)).status_code == 404


def test_markup_is_shown_as_it_was_typed_and_nowhere_rendered(shop: Shop, form: WebForm) -> None:
    send(form, filled(form, name=MARKUP, text=MARKUP))
    row = Lead.objects.get()
    bo = signed_in(shop.manager)

    for address in ("/crm/sales/leads/", f"/crm/sales/leads/{row.pk}/", "/crm/sales/leads/?show=board"):
        assert MARKUP not in bo.get(address).content.decode()


def test_a_form_is_drawn_up_with_own_fields_and_says_how_it_is_put_on_a_site(shop: Shop) -> None:
    admin = make.actor(shop.company, "administrator")
    options = [{"value": "s", "name": "Small"}, {"value": "l", "name": "Large"}]
    values = {"name": "Size", "type": "choice", "options": options}
    field = definitions.create(kind="crm_sales.lead", values=values, actor=admin)
    lines = {"fields-TOTAL_FORMS": 3, "fields-INITIAL_FORMS": 0}
    for n, (name, required) in enumerate((("email", "on"), ("organisation", "on"), (f"own.{field.key}", ""))):
        lines |= {f"fields-{n}-position": 30 - n, f"fields-{n}-name": name, f"fields-{n}-required": required}
    bo = signed_in(shop.manager)

    saved = bo.post(f"{FORMS}new/", {"name": "Fair", "title": "Fair", "is_active": "on", **lines})
    row = WebForm.objects.get()
    page = bo.get(f"{FORMS}{row.pk}/").content.decode()
    shown = Client().get(f"/f/{row.token}/?lang=en").content.decode()
    sent = send(row, filled(row, organisation="Sky", email="a@b.example", **{f"own.{field.key}": "l"}))
    mei = signed_in(shop.rep)

    assert saved["Location"] == f"{FORMS}{row.pk}/"
    assert [each["name"] for each in row.fields] == [f"own.{field.key}", "organisation", "email"]
    assert "&lt;iframe src=" in page
    assert "Large" in shown
    assert sent.status_code == 302
    assert Lead.objects.get().own == {field.key: "l"}
    assert (mei.get(FORMS).status_code, bo.get(FORMS).status_code) == (403, 200)


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [{"name": "name", "required": True}],
        [{"name": "name", "required": False}, {"name": "phone", "required": True}],
        [*ASKED, ASKED[0]],
        [*ASKED, {"name": "owner", "required": True}],
    ],
)
def test_a_form_that_nobody_could_answer_is_refused(shop: Shop, fields: list[dict[str, object]]) -> None:
    bo = make.client(shop.manager)

    answer = bo.post("/api/v1/crm/sales/web-forms/", {"name": "F", "title": "F", "fields": fields}, format="json")

    assert (answer.status_code, list(answer.data)) == (400, ["fields"])
