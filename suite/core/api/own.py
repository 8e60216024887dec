"""The API's questions about own fields, which the desk answers once it is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from django.db.models import Model, Q
from rest_framework import serializers

from suite.core.access import Actor

NAME = "own"
MARK = "x-own-fields"  # in the description of the API, where the fields of a company come in

caller: ContextVar[Actor | None] = ContextVar("caller", default=None)  # who is answered


class Nobody:
    """Without the desk there are no own fields."""

    def has(self, model: type[Model] | None) -> bool:
        """Whether records of a model take own fields."""
        return False

    def shown(self, model: type[Model], kept: Mapping[str, Any], actor: Actor | None) -> dict[str, Any]:
        """What an answer holds of a record's values."""
        return {}

    def taken(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values as they were sent, as services take them."""
        return dict(given)

    def saved(self, actor: Actor, save: Callable[[], Any], given: Any, *, new: bool) -> Any:
        """What `save` wrote, with the values that were given beside it; bad ones are refused at `own.<key>`."""
        return save()

    def hides(self, model: type[Model] | None, path: str, actor: Actor | None) -> bool:
        """Whether a rule hides what stands at a path of a record from the actor."""
        return False

    def unseen(self, serializer: Any, actor: Actor | None) -> Collection[str]:
        """The names of an answer that rules hide from the actor."""
        return ()

    def refused(self, model: type[Model] | None, names: Iterable[str], actor: Actor | None, *, new: bool) -> set[str]:
        """Those of the names given that the actor may not write."""
        return set()

    def narrowed(
        self, model: type[Model], actor: Actor, params: Mapping[str, str]
    ) -> tuple[set[str], Q, dict[str, list[str]]]:
        """The query keys that lists take, the condition they make, and what is wrong with them."""
        return set(), Q(), {}

    def orderings(self, model: type[Model], actor: Actor) -> dict[str, str]:
        """What lists may be ordered by, and the paths behind."""
        return {}

    def told(self, kind: str, changes: Mapping[str, Any], company_id: int, actor: Actor | None) -> dict[str, Any]:
        """What the trail tells of changes: without fields that the actor may not know of."""
        return dict(changes)

    def described(self, description: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """The description of the API with the fields that the actor may see."""
        return description


fields: Nobody = Nobody()


class OwnField(serializers.Field):
    """The own fields of a record, as far as the caller may see them; of a part of a record they may be given, too."""

    def __init__(self, model: type[Model] | None = None, **kwargs: Any) -> None:
        self.model = model
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        assert self.model is not None
        return fields.shown(self.model, value, caller.get())

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(_no_object(data))
        return fields.taken(data)


def _no_object(given: Any) -> list[str]:
    return [serializers.Serializer.default_error_messages["invalid"].format(datatype=type(given).__name__)]


def split(view: Any, data: Any) -> tuple[Any, Any]:
    """The body without its own fields, and these; for kinds that take none the body stays whole."""
    if not fields.has(view.model) or not isinstance(data, Mapping) or NAME not in data:
        return data, None
    given = data[NAME]
    if not isinstance(given, Mapping):
        raise serializers.ValidationError({NAME: _no_object(given)})
    return {name: value for name, value in data.items() if name != NAME}, dict(given)


def saved(view: Any, save: Callable[[], Any], given: Any, *, new: bool) -> Any:
    """What `save` wrote; of kinds that take own fields with these beside it, in one act."""
    return fields.saved(view.actor, save, given, new=new) if fields.has(view.model) else save()
