"""Leads of the demo company: new, followed up, made into customers and closed; the rules and the form they come by."""

from __future__ import annotations

import datetime as dt
import random

from crm.customers.models import Customer
from crm.customers.services.customers import transfer_customers
from crm.retention.services import change_policy, pool
from crm.sales.models import Lead, WebForm
from crm.sales.services import leads, web_forms
from crm.sales.services.converting import convert_lead
from crm.sales.services.lead_rules import Seat, create_rule
from integration.demo import catalogue
from integration.demo.cast import Cast
from suite.core import clock
from suite.masterdata.models import Region

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
BECAME, QUALIFIED, CLOSED = 2, 5, 4  # of those that came in days ago; the others were contacted
LONELY = 5  # a rep who has no more customers keeps them all
CONTACTED = 3  # of those that came in lately; the others wait


def attract(cast: Cast, rng: random.Random) -> None:
    """Two rules, a form on the site, and what came in by it and by other ways; a few statements."""
    now, house = clock.now(), cast.house
    half = len(catalogue.LEADS) // 2
    with clock.at(now - 6 * DAY):
        _rules(cast)
        form = _form(cast)
        early = leads.receive_leads(leads=_drafts(cast, rng, form, range(half)), actor=house, is_news=False)
    with clock.at(now - 6 * DAY + 4 * HOUR):
        _follow_up(cast, early)
    with clock.at(now - 3 * HOUR):
        drafts = _drafts(cast, rng, form, range(half, len(catalogue.LEADS)))
        late = leads.receive_leads(leads=drafts, actor=house, is_news=False)
        leads.contact_leads(lead_ids=[row.pk for row in late[:CONTACTED]], actor=house)


def neglect(cast: Cast) -> None:
    """The rules of the pool, and a few customers in it whom nobody looks after any more."""
    with clock.at(clock.now() - 2 * DAY):
        lonely = [parties[-1] for parties in cast.customers.values() if len(parties) > LONELY]
        rows = Customer.objects.of(cast.company.pk).filter(party__in=lonely)
        transfer_customers(customers=list(rows.values_list("pk", flat=True)), owner=None, actor=cast.house)
        pool.recycle(actor=cast.house)
    change_policy(pool_after_days=400, lead_pool_after_days=30, actor=cast.house)


def _rules(cast: Cast) -> None:
    sellers = [rep.user for rep in cast.reps if rep.user]
    team = sellers[0].memberships.get(company=cast.company).team
    create_rule(
        name="展会线索归第一位销售", name_en="From fairs to the first rep", way="fixed", team=team, actor=cast.house,
        seats=[Seat(user) for user in sellers], conditions={"groups": [{"params": {"source": "展会"}}]},
    )  # fmt: skip
    create_rule(
        name="其他线索轮流分配", name_en="Everything else in turn", team=team, actor=cast.house,
        seats=[Seat(user, quota=50) for user in sellers],
    )  # fmt: skip


def _form(cast: Cast) -> WebForm:
    asked = {"name": True, "organisation": False, "phone": True, "email": False, "text": False}
    return web_forms.create_form(
        name="官网询价",
        name_en="Enquiry on the site",
        title="想了解我们的产品？",
        title_en="Interested in our products?",
        intro="留下联系方式，我们会在一个工作日内答复。",
        intro_en="Leave us a way to reach you; we answer within a working day.",
        fields=[{"name": name, "required": required} for name, required in asked.items()],
        consent="我同意贵公司就本次咨询与我联系，并为此保存我的联系方式。",
        consent_en="You may contact me about this enquiry and keep my details for it.",
        thanks="谢谢！我们会尽快与您联系。",
        thanks_en="Thank you! We will be in touch soon.",
        source=catalogue.SOURCES[1],
        campaign="春季新品 / spring",
        actor=cast.house,
    )


def _drafts(cast: Cast, rng: random.Random, form: WebForm, numbers: range) -> list[dict[str, object]]:
    regions = list(Region.objects.filter(parent=None).order_by("code")[:8])
    drafts = []
    for number in numbers:
        organisation, name, text = catalogue.LEADS[number]
        source = catalogue.SOURCES[number % len(catalogue.SOURCES)]
        known = {"web_form": form, "campaign": form.campaign, "consent": form.consent} if source == form.source else {}
        drafts.append(
            {
                "organisation": organisation,
                "name": name,
                "text": text,
                "source": source,
                "phone": f"139{rng.randint(10_000_000, 99_999_999)}",
                "region": rng.choice(regions) if regions else None,
                "products": [rng.choice(cast.products)],
                "received_at": clock.now() - rng.randint(0, 30) * HOUR,
                **known,
            }
        )
    return drafts


def _follow_up(cast: Cast, rows: list[Lead]) -> None:
    keys, house = [row.pk for row in rows], cast.house
    became, closed, qualified = keys[:BECAME], keys[-CLOSED:], keys[BECAME : BECAME + QUALIFIED]
    leads.contact_leads(lead_ids=keys[:-CLOSED], actor=house)
    leads.qualify_leads(lead_ids=[*became, *qualified], actor=house)
    leads.disqualify_leads(lead_ids=closed, reason="预算取消 / no budget", actor=house)
    for pk in became:
        words = "需求明确，约好报价 / they know what they need"
        leads.log_activity(lead_id=pk, kind="call", text=words, actor=cast.reps[0])
        convert_lead(lead_id=pk, allow_duplicate=True, actor=cast.reps[0])
