"""Forms of the house: they know who fills them in, pick records in that person's rights, and take sheets of lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.forms import DeclarativeFieldsMetaclass
from django.forms.formsets import BaseFormSet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from suite.core.access import Actor
from suite.core.errors import BusinessError, Refusal
from suite.desk import choices, stale
from suite.desk.lists.filters import BIGINT

R = TypeVar("R", bound=Model)


class OwnRefused(BusinessError):
    """What was typed into own fields cannot stand; it is said at each of them."""


AS_TEXT = "_text"  # the field beside a picker that takes a typed or pasted code


class PickerWidget(forms.Select):
    """A select that holds only what is chosen; the script searches the rest, without it one types a code or a name."""

    kind = ""
    actor: Actor | None = None
    known: Mapping[int, Any] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = (data.get(name + AS_TEXT) or "").strip()
        return super().value_from_datadict(data, files, name) or (f"={typed}" if typed else None)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and name + AS_TEXT not in data

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        picked = {int(text) for text in value if text.isascii() and text.isdigit() and int(text) < BIGINT}
        kind = choices.kind(self.kind)
        names = {pk: kind.text(self.known[pk]) for pk in picked & self.known.keys()} if kind else {}
        if self.actor and picked - self.known.keys():
            names |= choices.labels(self.actor, self.kind, picked - self.known.keys())
        options = [("", "")] if not self.is_required else []
        options += [(str(pk), label) for pk, label in names.items()]
        self.choices = options or [("", "")]
        return super().optgroups(name, value, attrs)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        address = reverse("desk:choices", args=[self.kind])
        select = super().render(name, value, {**(attrs or {}), "data-picker": address}, renderer)
        return format_html(
            '{}<noscript><input class="form-control" name="{}" value="{}" maxlength="200" placeholder="{}"></noscript>',
            select,
            name + AS_TEXT,
            str(value)[1:] if str(value or "").startswith("=") else "",
            _("Code or exact name"),
        )


class MentionsWidget(forms.Textarea):
    """A text in which `@` offers colleagues to be told of it."""

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        offers = {"data-mentions": reverse("desk:choices", args=["mention"]), "aria-autocomplete": "list"}
        return super().build_attrs(base_attrs, extra_attrs) | offers | {"aria-haspopup": "listbox"}


class ConsentInput(forms.CheckboxInput):
    """A box by which somebody lets something odd pass: ticked anew each time, so that it never passes unseen.

    It is shown empty whatever was sent before, and neither drafts nor the browser keep it.
    """

    def __init__(self) -> None:
        super().__init__({"data-consent": "", "autocomplete": "off"}, check_test=lambda value: False)


class PickerField(forms.Field):
    """A record of a registered kind of choices; needs a form that knows its actor. Cleans to the record."""

    widget = PickerWidget
    default_error_messages = {"unknown": _("Nothing with this name can be picked")}

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.actor: Actor | None = None
        self.widget.kind = kind

    def bind_actor(self, actor: Actor) -> None:
        self.actor = self.widget.actor = actor

    def share(self, known: Mapping[int, Any]) -> None:
        """Give the field rows that were read for many fields together."""
        self.widget.known = known

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, "pk", value)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if isinstance(value, Model):  # what a field holds that cannot be changed
            return value
        known, found = choices.kind(self.kind), None
        if known and self.actor:
            if str(value).startswith("="):
                found = known.exactly(self.actor, str(value)[1:])
            elif str(value).isascii() and str(value).isdigit() and int(value) < BIGINT:
                pk = int(value)
                found = self.widget.known.get(pk) or known.rows(self.actor).filter(pk=pk).first()
        if found is None:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")


# What the validators of Django say of figures and lengths, as one says it to people.
PLAIN_ERRORS = {
    "max_decimal_places": _("At most %(max)s places after the point"),
    "max_whole_digits": _("This number is too large"),
    "max_digits": _("This number has too many digits"),
    "min_value": _("Not less than %(limit_value)s"),
    "max_value": _("Not more than %(limit_value)s"),
    "max_length": _("Not longer than %(limit_value)s characters; now it has %(show_value)s"),
}


def at_home(form: forms.Form, actor: Actor) -> None:
    """What every form of the house has: plain errors, pickers that know who picks, the browser's picker of days."""
    for each in form.fields.values():
        each.error_messages = PLAIN_ERRORS | each.error_messages
        if isinstance(each, PickerField):
            each.bind_actor(actor)
        if isinstance(each.widget, forms.DateTimeInput):
            each.widget.input_type = "datetime-local"
            each.widget.format = "%Y-%m-%dT%H:%M"
        elif isinstance(each.widget, forms.DateInput):
            each.widget.input_type, each.widget.format = "date", "%Y-%m-%d"


class Obeying(DeclarativeFieldsMetaclass):
    """Makes forms that keep the rules for fields, whatever the `__init__` of an area has put into them."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        form = super().__call__(*args, **kwargs)
        form.obey()
        return form


class ActorForm(forms.Form, metaclass=Obeying):
    """A form that knows who fills it in (`actor=`).

    One that changes a record is given it (`record=`): a save over an older copy is told by itself (`stale`). One that
    writes a kind of record names its `model`: it asks for the own fields of the kind by itself (`own`), and `keep`
    writes them with what the service saves. The company's rules for the fields of the kind (`own.rules`) hold in it; a
    form that writes but a part of a record says in `obeys` of which kind each such field is.
    """

    error_css_class = "is-invalid"
    model: ClassVar[type[Model] | None] = None
    obeys: ClassVar[Mapping[str, type[Model]]] = {}

    def __init__(self, *args: Any, actor: Actor, record: Any = None, **kwargs: Any) -> None:
        self.actor, self.record = actor, record
        super().__init__(*args, **kwargs)
        at_home(self, actor)
        if record is not None:
            self.fields[stale.NAME] = forms.CharField(
                required=False, max_length=stale.LONGEST, widget=forms.HiddenInput, initial=lambda: stale.digests(self)
            )
        self.own = self._own_form(record) if self.model else None

    def _own_form(self, record: Any) -> Any:
        from suite.desk.own.forms import own_form  # it is made of the fields above

        return own_form(
            self.data if self.is_bound else None, self.files or None, actor=self.actor, model=self.model, record=record
        )

    def obey(self) -> None:
        """Have the fields keep the rules of the company; called once they are all there."""
        if self.model or self.obeys:
            from suite.desk.own.forms import obey, obey_in_part

            if self.model:
                obey(self, self.model, self.actor, record=self.record)
            obey_in_part(self, self.obeys, self.actor)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.record is not None:
            stale.judge(self, self.cleaned_data.pop(stale.NAME, ""), self.actor)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.own is None or self.own.is_valid()])

    def keep(self, save: Callable[[], R], *, new: bool) -> R:
        """What `save` wrote through its service, and own fields with it: one act.

        Raises OwnRefused where the service refuses what own fields hold.
        """
        from suite.desk.own import values

        try:
            return values.kept(self.actor, save, self.own.given if self.own else None, new=new)
        except ValidationError as error:
            if self.own and self.own.refuse(error):
                raise OwnRefused(Refusal("own", _("Please look at the own fields"))) from error
            raise

    def add_error(self, field: str | None, error: Any) -> None:
        """An absurd figure breaks several rules at once: the first says enough."""
        if isinstance(error, ValidationError) and isinstance(self.fields.get(field or ""), forms.DecimalField):
            error = error.error_list[0]
        super().add_error(field, error)


class LinesFormSet(BaseFormSet):
    """The lines of a document: blank ones are left out, pickers are resolved together, refusals find their line."""

    default_error_messages = {
        **BaseFormSet.default_error_messages,
        "too_few_forms": _("Lines to fill in: at least %(num)d"),
        "too_many_forms": _("Lines of one document: at most %(num)d"),
    }

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, form_kwargs={"actor": actor, **kwargs.pop("form_kwargs", {})}, **kwargs)
        self.actor = actor

    @cached_property
    def forms(self) -> list[Any]:
        """The forms of the lines; what their pickers hold is read with one statement per kind."""
        found = BaseFormSet.forms.func(self)  # type: ignore[attr-defined]
        names = [name for name, each in found[0].fields.items() if isinstance(each, PickerField)] if found else []
        for name in names:
            kind = choices.kind(found[0].fields[name].kind)
            pks = {pk for form in found if (pk := _picked(form, name))}
            known = {row.pk: row for row in kind.rows(self.actor).filter(pk__in=pks)} if kind and pks else {}
            for form in found:
                form.fields[name].share(known)
        return found

    @property
    def filled(self) -> list[dict[str, Any]]:
        """The cleaned data of the lines that say something and are not struck out, in order."""
        return [form.cleaned_data for form in self.filled_forms]

    @property
    def filled_forms(self) -> list[Any]:
        return [form for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]

    def refuse(self, line: int, field: str | None, sentence: str) -> None:
        """Put a refusal of the service at the line it speaks of (counted over the filled ones)."""
        forms_ = self.filled_forms
        if line < len(forms_):
            seen = {each.name for each in forms_[line].visible_fields()}
            forms_[line].add_error(field if field in seen else None, sentence)


def _picked(form: Any, name: str) -> int | None:
    """The key that a picker of a form holds, typed or from before."""
    value = form[name].value()
    text = str(getattr(value, "pk", value) or "")
    return int(text) if text.isascii() and text.isdigit() and int(text) < BIGINT else None


def lines_formset(
    form: type[ActorForm], *, at_least: int = 1, extra: int = 3, at_most: int = 500
) -> type[LinesFormSet]:
    """The formset for lines of this form; the script adds rows, without it there are `extra` blank ones."""
    return forms.formset_factory(  # type: ignore[return-value]
        form,
        formset=LinesFormSet,
        extra=extra,
        min_num=at_least,
        validate_min=True,
        max_num=at_most,
        absolute_max=at_most,
        validate_max=True,
        can_delete=True,
    )
