"""The kinds of nodes that flows are made of."""

from suite.automation.flows.nodes import acts, agreeing, base, fields, letters, ways

for each in (
    ways.Start(), acts.MakeTask(), acts.Notice(), letters.Mail(), acts.Tell(), acts.CloseTasks(), fields.FillIn(),
    ways.Branch(), ways.Wait(), ways.Until(), agreeing.AskApproval(),
):  # fmt: skip
    base.register(each)
base.extend(acts.act_of)

kind, offered = base.kind, base.offered

__all__ = ["kind", "offered"]
