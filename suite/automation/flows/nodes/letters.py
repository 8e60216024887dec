"""Mails to the customer or supplier of a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suite.automation.flows.nodes import texts
from suite.automation.flows.nodes.base import Came, Item, Kind, Node, Outcome, Results, Setting
from suite.automation.flows.nodes.people import OWNER, People
from suite.automation.flows.nodes.texts import WordsField, WordsForm, shown, written
from suite.automation.models import FlowMail
from suite.automation.services import letters
from suite.automation.subjects import Subject
from suite.core.access import Actor
from suite.core.models import User


class MailForm(WordsForm):
    title = WordsField(label=gettext_lazy("Subject"), max_length=200)
    text = WordsField(label=gettext_lazy("Text"), max_length=5000, widget=forms.Textarea({"rows": 8}))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=gettext_lazy("Of amounts, dates and names in the text"),
    )


class Mail(Kind):
    """Writes to the contact of the record; answers go to whoever looks after it."""

    name = "mail"
    label = gettext_lazy("Mail to the customer or supplier")
    icon = "mail"
    form_class = MailForm

    def fits(self, subject: Subject) -> bool:
        return subject.addressees is not None

    def words(self, node: Node, subject: Subject, actor: Actor) -> str:
        title = node.get("params", {}).get("title", "")
        said = shown(title) if texts.is_template(title) else ""
        return _("Mail to the contact of the record: “%(text)s”") % {"text": said}

    def run(self, items: Sequence[Item], cleaned: dict[str, Any], setting: Setting) -> Results:
        assert setting.subject.addressees is not None
        reached = setting.subject.addressees([item.row for item in items])
        owners = People({"who": OWNER}, items, setting.subject, setting.actor)
        answers = dict(User.objects.filter(pk__in=owners.present).values_list("pk", "email"))
        mails, results = [], {}
        for item in items:
            who = reached.get(item.row.pk)
            if who is None:
                results[item.run.pk] = Came(Outcome.NOTHING, gettext_lazy("Nobody there has a mail address"))
                continue
            with translation.override(cleaned["language"] or settings.LANGUAGE_CODE):
                title, text = (written(cleaned[name], item.row, setting.subject) for name in ("title", "text"))
            mails.append(
                FlowMail(
                    company_id=item.run.company_id, run=item.run, node=setting.node["id"], to=who.address,
                    reply_to=next((answers[pk] for pk in owners.all(item)), ""),
                    subject=" ".join(title.split())[:300], text=text,
                )
            )  # fmt: skip
            results[item.run.pk] = Came(input={"to": f"{who.name} <{who.address}>", "title": title})
        letters.queue(mails)
        return results
