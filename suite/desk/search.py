"""The search table: what a record is found by, cut into tokens that an index answers at once.

Two Chinese characters, pinyin and initials (hw finds 华为), beginnings of Latin words, pieces of phones and numbers.
Services call `index` with the records they wrote; the rows leave with the act.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import islice, pairwise
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Func, Q, Value

from suite.core.access import Actor
from suite.core.acts import Act, current_act
from suite.core.models import Company
from suite.core.pinyin import syllables
from suite.core.said import all_in_all, all_in_each, cut
from suite.core.sql import unnested
from suite.desk import documents
from suite.desk.models import SearchEntry
from suite.desk.own import rules
from suite.desk.own import values as own_values

BATCH = 2000  # records of a rebuild
FEW, LATEST = 5000, 200  # records that are looked at one by one
LONGEST = 20  # letters of a token
NAME_START = 6  # characters whose joined pinyin is found from its first letter on
PLAIN = {
    "company_id": "bigint",
    "kind": "text",
    "object_id": "bigint",
    "owner_id": "bigint",
    "team_id": "bigint",
    "title": "text",
    "subtitle": "text",
}
STORE = """
INSERT INTO desk_searchentry (company_id, kind, object_id, owner_id, team_id, title, subtitle, tokens)
SELECT company_id, kind, object_id, owner_id, team_id, title, subtitle, string_to_array(tokens, ' ') FROM {given}
ON CONFLICT (kind, object_id) DO UPDATE
SET owner_id = EXCLUDED.owner_id, team_id = EXCLUDED.team_id, title = EXCLUDED.title, subtitle = EXCLUDED.subtitle,
    tokens = EXCLUDED.tokens
"""
TOKENS = ArrayField(models.CharField(max_length=24))
# The newest records of a kind that words find: all of them where they are few; else there are enough among the latest,
# or some of the others will do. However the words are spread, no more than so many records are looked at.
OF_KIND = """
(WITH near AS MATERIALIZED (
    SELECT id, object_id FROM (
        SELECT * FROM desk_searchentry WHERE company_id = %s AND kind = %s ORDER BY object_id DESC LIMIT %s
    ) AS desk_searchentry WHERE {found} ORDER BY object_id DESC LIMIT %s
), others AS MATERIALIZED (
    SELECT id, object_id FROM desk_searchentry
    WHERE company_id = %s AND kind = %s AND {found} AND (SELECT count(*) FROM near) < %s LIMIT %s
)
SELECT id, company_id, kind, object_id, title, subtitle FROM desk_searchentry WHERE id IN (
    SELECT id FROM (SELECT * FROM near UNION SELECT * FROM others) AS either ORDER BY object_id DESC LIMIT %s
) ORDER BY object_id DESC)
"""
SHARING = """
SELECT found.object_id FROM unnest(%s::varchar[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT object_id FROM desk_searchentry
    WHERE tokens @> ARRAY[asked.key] AND kind = %s AND company_id = %s LIMIT %s
) found
"""
WORDS = re.compile(r"[\u3400-\u9fff]+|[a-z]+|[0-9]+")


class Asked(Func):
    """Tokens as a question of their own: without looking at them the planner goes by their index, always.

    How many records hold them all it can only guess, and where it guesses too many it reads the records in their order.
    """

    template = "(SELECT %(expressions)s)"


@dataclass(frozen=True)
class Source:
    """How records of a kind are found and shown."""

    model: type[models.Model]
    title: Callable[[Any], str]
    subtitle: Callable[[Any], str]
    words: Callable[[Any], Iterable[str]]
    keys: Callable[[Any], Iterable[str]]
    related: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    people: bool = False


_sources: dict[str, Source] = {}


def register(
    model: type[models.Model],
    *,
    words: Callable[[Any], Iterable[str | None]],
    title: Callable[[Any], str] = str,
    subtitle: Callable[[Any], str] = lambda row: "",
    keys: Callable[[Any], Iterable[str]] = lambda row: (),
    related: Collection[str] = (),
    prefetch: Collection[str] = (),
    people: bool = False,
) -> None:
    """Make records of a model findable by `words(row)` (names, codes, phones, numbers); called from apps.py.

    Records that have one of `keys(row)` in common are found by `sharing`, whatever else they are called.
    What `words` and `keys` read of other tables is named by `related` and `prefetch`, to be read for all rows at once.
    `people`: who looks for people finds them here.

    The services that write them call `search.index`; the model is registered with `documents.register` too.
    """
    _sources[model._meta.label_lower] = Source(
        model,
        title,
        subtitle,
        lambda row: (word for word in words(row) if word),
        lambda row: map(mark, keys(row)),
        tuple(related),
        tuple(prefetch),
        people,
    )


def has(kind: str) -> bool:
    """Whether records of this kind are in the search table."""
    return kind in _sources


def people() -> list[str]:
    """The kinds of records among which people are found."""
    return [name for name, source in _sources.items() if source.people]


def normal(text: str) -> str:
    """Full-width to half-width, lower case, no accents."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if not unicodedata.combining(char))


@lru_cache(maxsize=50_000)
def _pinyin(char: str) -> str:
    return syllables(char)[0]


@lru_cache(maxsize=1000)
def _tokens(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The tokens of a record; remembered, because every company starts with the same accounts."""
    return tuple(sorted(tokens_of(texts)))


def tokens_of(texts: Iterable[str]) -> set[str]:
    """Every token under which these words are found."""
    found: set[str] = set()
    for text in texts:
        for word in WORDS.findall(normal(text)):
            if word[0].isdigit():
                found.update(_beginnings(word))
                found.update(f"#{gram}" for gram in _grams(word, 3))
            elif word[0].isascii():
                found.update(_beginnings(word))
            else:
                found.update(_chinese(word))
    return found


def _chinese(word: str) -> Iterator[str]:
    spoken = [_pinyin(char) for char in word]
    yield from word
    yield from _grams(word, 2)
    yield from (f"~{gram}" for gram in _grams("".join(syllable[0] for syllable in spoken), 2))
    yield from spoken
    yield from (first + second for first, second in pairwise(spoken))
    yield from _beginnings("".join(spoken[:NAME_START]))


def _grams(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


def _beginnings(word: str) -> Iterator[str]:
    return (word[:end] for end in range(1, min(len(word), LONGEST) + 1))


def condition(q: str) -> Q | None:
    """The condition on `tokens` for what somebody typed; every word must be found. None when nothing is left of it."""
    parts = list(_asked(q))
    if not parts:
        return None
    whole = Q()
    for alternatives in parts:
        either = Q()
        for tokens in alternatives:
            either |= Q(tokens__contains=Asked(Value(tokens, output_field=TOKENS)))
        whole &= either
    return whole


def _asked(q: str) -> Iterator[list[list[str]]]:
    """For each word that was typed the sets of tokens of which one must be there."""
    text = normal(q[:100])
    for found in WORDS.finditer(text):
        # The digits of SO001001 are looked for from the first one on, else SO001002 would be found, too.
        follows_letters = re.search(r"[a-z]$", text[: found.start()])
        is_number = found[0][0].isdigit() and follows_letters
        yield [[found[0][:LONGEST]]] if is_number else _alternatives(found[0])


def _alternatives(word: str) -> list[list[str]]:
    if word[0].isdigit():
        inside = [f"#{gram}" for gram in _grams(word, 3)]
        return [[word[:LONGEST]], inside] if inside else [[word]]
    if word[0].isascii():
        initials = [f"~{gram}" for gram in _grams(word, 2)]
        return [[word[:LONGEST]], initials] if initials and len(word) <= 8 else [[word[:LONGEST]]]
    return [list(_grams(word, 2)) or [word]]


def mark(key: str) -> str:
    """A key among the tokens: no word that anybody types is found by it."""
    return f"={blake2b(key.encode(), digest_size=9).hexdigest()}"


def sharing(kind: str, company_id: int, keys: Collection[str], *, at_most: int) -> set[int]:
    """Records of a kind that have one of these keys, no more than `at_most` of each. One statement."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(SHARING, [[mark(key) for key in keys], kind, company_id, at_most])
        return {pk for (pk,) in cursor.fetchall()}


def matching(actor: Actor, kind: str, q: str, path: str = "pk") -> Q:
    """A condition for lists: rows whose key at `path` is a record of a kind that somebody's words find.

    Costs a statement: few records are named by their keys, so that nobody has to guess how many they are.
    """
    wanted = condition(q)
    if wanted is None:
        return Q(pk__in=())
    found = SearchEntry.objects.of(actor.company_id).filter(wanted, kind=kind)
    keys = list(found.values_list("object_id", flat=True)[: FEW + 1])
    if len(keys) > FEW:
        return Q(**{f"{path}__in": found.values("object_id")})
    return Q(**{"pk__any" if path == "pk" else f"{path}__pk__any": keys})


def find(actor: Actor, q: str, kinds: Collection[str] | None = None, *, limit: int = 30) -> list[SearchEntry]:
    """Records found by words, in the rights of the actor: one statement; those whose name is meant come first.

    Of each kind the newest; where thousands are found, those among its latest records and some of the others.
    """
    wanted = condition(q)
    if wanted is None:
        return []
    compiler = SearchEntry.objects.filter(wanted).query.get_compiler(connection=connection)
    words, tokens = compiler.compile(compiler.query.where)
    parts: list[str] = []
    params: list[Any] = []
    for kind in documents.kinds():
        if kind.name in _sources and (kinds is None or kind.name in kinds) and actor.may(kind.permission):
            visible, who = _visible(kind, actor)
            of_kind, asked = (actor.company_id, kind.name), (*tokens, *who)
            parts.append(OF_KIND.format(found=f"{words} AND {visible}"))
            params += [*of_kind, LATEST, *asked, limit, *of_kind, *asked, limit, FEW, limit]
    if not parts:
        return []
    rows = list(SearchEntry.objects.raw(" UNION ALL ".join(parts), params))
    text = normal(q).strip()

    def distance(name: str) -> tuple[bool, bool, bool, int]:
        title = normal(name)
        is_in = text in title
        return not title.startswith(text), not is_in, not is_in and not is_found(name, q), len(title)

    nearest = [min(map(distance, names)) for names in all_in_all([row.title for row in rows])]
    found = [rows[place] for place in sorted(range(len(rows)), key=nearest.__getitem__)[:limit]]
    for row in found if rules.any_for(actor) else ():
        if rules.hidden(_sources[row.kind].model, actor):  # an entry from before the rule may tell of the field
            row.subtitle = ""
    return found


def _visible(kind: documents.Kind, actor: Actor) -> tuple[str, tuple[Any, ...]]:
    rows: Any = kind.model._default_manager
    if rows.shows_all(actor):
        return "true", ()
    try:
        sql, params = rows.visible_to(actor).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "false", ()
    return f"object_id IN ({sql})", params


def index(rows: Iterable[models.Model]) -> None:
    """Put records into the search table with the act that is under way; one statement for all of them."""
    current_act().collect(_write, *rows)


def forget(kind: type[models.Model], pks: Collection[int]) -> None:
    """Take records out of the search table."""
    SearchEntry.objects.filter(kind=kind._meta.label_lower, object_id__in=pks).delete()


def _write(act: Act, rows: list[models.Model]) -> None:
    kinds: dict[str, dict[int, models.Model]] = {}
    for row in rows:
        kinds.setdefault(row._meta.label_lower, {})[row.pk] = row
    for name, latest in kinds.items():
        source = _sources[name]
        profiles = own_values.related(source.model, [act.actor.company_id])
        models.prefetch_related_objects(list(latest.values()), *source.related, *source.prefetch, *profiles)
    store(entries([row for latest in kinds.values() for row in latest.values()]))


class Entry(NamedTuple):
    """A row of the search table, as it is written."""

    company_id: int
    kind: str
    object_id: int
    owner_id: int | None
    team_id: int | None
    title: str
    subtitle: str
    tokens: tuple[str, ...]


def entries(rows: Sequence[Any]) -> list[Entry]:
    """The search rows of records."""
    sources = [_sources[row._meta.label_lower] for row in rows]
    named, rows = rows, [rules.public(row) for row in rows]
    titles = all_in_each([partial(source.title, row) for source, row in zip(sources, named, strict=True)])
    subtitles = all_in_each([partial(source.subtitle, row) for source, row in zip(sources, rows, strict=True)])
    return [
        Entry(
            company_id=row.company_id,
            kind=row._meta.label_lower,
            object_id=row.pk,
            owner_id=getattr(row, "owner_id", None),
            team_id=getattr(row, "team_id", None),
            title=cut(title, 200),
            subtitle=cut(subtitle, 200),
            tokens=(*_tokens((*source.words(row), *own_values.words(row))), *source.keys(row)),
        )
        for source, row, title, subtitle in zip(sources, rows, titles, subtitles, strict=True)
    ]


def store(entries: Collection[Entry]) -> None:
    """Insert or replace search rows; one statement."""
    if not entries:
        return
    # Tokens hold no blanks; arrays of unlike length cannot be unnested as they are.
    kept = [(name, SearchEntry._meta.get_field(name).get_prep_value) for name in PLAIN]  # type: ignore[union-attr]
    rows = [(*(keep(getattr(each, name)) for name, keep in kept), " ".join(each.tokens)) for each in entries]
    given, params = unnested("given", PLAIN | {"tokens": "text"}, rows)
    with connection.cursor() as cursor:
        cursor.execute(STORE.format(given=given), params)


def rebuild(kind: str | None = None) -> int:
    """Make the search table anew from the records, a kind at a time; says how many rows it holds then."""
    done = 0
    for name, source in _sources.items():
        if kind and name != kind:
            continue
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM desk_searchentry WHERE kind = %s", [name])
        companies = Company.objects.values_list("pk", flat=True)
        profiles = own_values.related(source.model, companies)
        rows = source.model._default_manager.prefetch_related(*source.related, *source.prefetch, *profiles)
        records = rows.iterator(chunk_size=BATCH)
        while batch := list(islice(records, BATCH)):
            store(entries(batch))
            done += len(batch)
    return done


@lru_cache(maxsize=4000)
def _tokens_of(text: str) -> frozenset[str]:
    """The tokens of what every page offers: asked for again with each letter that is typed."""
    return frozenset(tokens_of([text]))


def is_found(text: str, q: str) -> bool:
    """Whether words find a text that is not in the table (pages, acts)."""
    tokens, words = _tokens_of(text), list(_asked(q))
    return bool(words) and all(any(tokens.issuperset(each) for each in alternatives) for alternatives in words)
