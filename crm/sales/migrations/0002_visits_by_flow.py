"""The visit after the deal becomes a flow; a company that chose other days, or none, keeps its choice."""

from django.db import migrations

from suite.core import clock
from suite.core.said import Said

CODE, KIND = "visit-after-deal", "crm_sales.order"
NAME = {"zh-hans": "成交后回访客户", "en": "Some days after the deal: visit the customer"}


def graph(days):
    start = {"on": "date", "date": "date", "number": days, "unit": "days", "side": "after", "again": "once"}
    when = {"match": "all", "groups": [{"match": "all", "params": {"status": "confirmed", "looked_after": "yes"}}]}
    text = {"zh-hans": "售后回访：{party}，订单 {number}", "en": "After-sales visit: {party}, order {number}"}
    task = {"who": "owner", "text": text, "number": 9, "unit": "hours", "about": "customer"}
    return {
        "nodes": [
            {"id": "start", "kind": "start", "params": start, "when": when, "x": 150, "y": 60},
            {"id": "n1", "kind": "task", "params": task, "x": 150, "y": 180},
        ],
        "edges": [{"from": "start", "exit": "", "to": "n1"}],
    }


def keep_choices(apps, schema_editor):
    Policy, Flow, Version = (
        apps.get_model(*name)
        for name in (("crm_sales", "SalesPolicy"), ("automation", "Flow"), ("automation", "FlowVersion"))
    )
    for policy in Policy.objects.exclude(visit_after_days=30):
        drawn = graph(policy.visit_after_days or 30)
        flow = Flow.objects.create(
            company_id=policy.company_id, code=CODE, name=Said(NAME), kind=KIND, draft=drawn, looked_until=clock.now(),
            status="on" if policy.visit_after_days else "off",
        )  # fmt: skip
        flow.current = Version.objects.create(company_id=policy.company_id, flow=flow, number=1, graph=drawn)
        flow.save()


class Migration(migrations.Migration):
    dependencies = [
        ("crm_sales", "0001_initial"),
        ("automation", "0005_flows"),
    ]

    operations = [
        migrations.RunPython(keep_choices, migrations.RunPython.noop),
    ]
