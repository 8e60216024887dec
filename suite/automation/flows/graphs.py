"""Graphs of flows: nodes, and edges that lead from an exit of one to another. Plain data; nothing here is kept or run.

{"nodes": [{"id": "start", "kind": "start", "params": {...}, "when": {...}, "x": 100, "y": 60}, ...],
 "edges": [{"from": "start", "exit": "", "to": "n1"}, ...]}
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suite.automation import conditions
from suite.automation.flows import nodes
from suite.automation.flows.nodes import base
from suite.automation.subjects import Subject
from suite.core.access import Actor

Graph = dict[str, Any]
NODES_AT_MOST = 60
NODE_KEYS = {"id", "kind", "params", "when", "x", "y"}
WIDE, HIGH = 300, 120  # of the grid on which nodes are laid out
FAR = 100_000


def node_of(graph: Mapping[str, Any], node_id: str) -> dict[str, Any] | None:
    return next((node for node in graph["nodes"] if node["id"] == node_id), None)


def after(graph: Mapping[str, Any], node_id: str, leaving: str = "") -> str | None:
    """The node to which an exit leads, if to any."""
    found = (edge["to"] for edge in graph["edges"] if edge["from"] == node_id and edge.get("exit", "") == leaving)
    return next(found, None)


@dataclass(frozen=True)
class Line:
    """A line of the list that people read: a node, or one of several ways out of the node above."""

    node: dict[str, Any]
    depth: int
    way: str = ""
    way_label: str = ""
    is_way: bool = False
    is_again: bool = False  # stands further up already
    ends: bool = False  # nothing comes after it, or on this way


def lines(graph: Mapping[str, Any], subject: Subject) -> Iterator[Line]:
    """The nodes in the order in which they are read; those to which no way leads come last."""
    seen: set[str] = set()

    def walk(node_id: str | None, depth: int) -> Iterator[Line]:
        while node_id:
            node = node_of(graph, node_id)
            if node is None:
                return
            if node_id in seen:
                yield Line(node, depth, is_again=True)
                return
            seen.add(node_id)
            kind = nodes.kind(node["kind"], subject)
            exits = kind.exits if kind else (("", ""),)
            if len(exits) == 1:
                node_id = after(graph, node_id)
                yield Line(node, depth, ends=node_id is None)
                continue
            yield Line(node, depth)
            for name, text in exits:
                follows = after(graph, node_id, name)
                yield Line(node, depth + 1, name, str(text), is_way=True, ends=follows is None)
                yield from walk(follows, depth + 1)
            return

    yield from walk("start", 0)
    for node in graph["nodes"]:
        if node["id"] not in seen:
            yield Line(node, 0, ends=True)


def check_shape(graph: Any, subject: Subject, actor: Actor) -> None:
    """Refuse what is no graph: unknown kinds of nodes, filters, ends of edges. Raises ValidationError at `graph`."""
    wrong = list(_misshapen(graph, subject, actor))
    if wrong:
        raise ValidationError({"graph": wrong[:20]})


def _misshapen(graph: Any, subject: Subject, actor: Actor) -> Iterator[str]:
    if not isinstance(graph, dict) or set(graph) != {"nodes", "edges"}:
        yield _("A graph has nodes and edges")
        return
    if not isinstance(graph["nodes"], list) or not isinstance(graph["edges"], list):
        yield _("A graph has nodes and edges")
        return
    if len(graph["nodes"]) > NODES_AT_MOST or len(graph["edges"]) > 2 * NODES_AT_MOST:
        yield _("A flow has at most %(count)s steps") % {"count": NODES_AT_MOST}
        return
    wrong = [problem for node in graph["nodes"] if (problem := _misshapen_node(node, subject, actor))]
    if wrong:
        yield from wrong
        return
    names = [node["id"] for node in graph["nodes"]]
    if len(set(names)) != len(names):
        yield _("Two steps have the same name")
    if [node["id"] for node in graph["nodes"] if node["kind"] == "start"] != ["start"]:
        yield _("A flow has one start")
    yield from _misshapen_edges(graph, set(names), subject)


def _misshapen_node(node: Any, subject: Subject, actor: Actor) -> str:
    if not isinstance(node, dict) or set(node) - NODE_KEYS or not {"id", "kind"} <= set(node):
        return _("A step has a name, a kind and parameters")
    if not isinstance(node["id"], str) or not node["id"].isascii() or not node["id"].isalnum() or len(node["id"]) > 20:
        return _("The name of a step is of letters and digits, at most 20")
    if not isinstance(node["kind"], str) or nodes.kind(node["kind"], subject) is None:
        return _("There is no step of the kind %(name)s") % {"name": str(node["kind"])[:60]}
    if not isinstance(node.get("params", {}), dict) or len(str(node.get("params"))) > 10_000:
        return _("A step has a name, a kind and parameters")
    if any(not isinstance(node.get(axis, 0), int) or not -FAR <= node.get(axis, 0) <= FAR for axis in ("x", "y")):
        return _("The place of a step is two whole numbers")
    return " ".join(conditions.malformed(node.get("when"), subject, actor))


def _misshapen_edges(graph: Graph, names: set[str], subject: Subject) -> Iterator[str]:
    leaving: set[tuple[str, str]] = set()
    for edge in graph["edges"]:
        if (
            not isinstance(edge, dict)
            or set(edge) - {"from", "to", "exit"}
            or not all(isinstance(edge.get(end, ""), str) for end in ("from", "to", "exit"))
        ):
            yield _("An edge leads from one step to another")
            continue
        if edge.get("from") not in names or edge.get("to") not in names or edge["to"] == "start":
            yield _("An edge leads from one step to another")
            continue
        kind = nodes.kind(node_of(graph, edge["from"])["kind"], subject)  # type: ignore[index]
        way = edge.get("exit", "")
        if kind is None or way not in {name for name, _label in kind.exits}:
            yield _("The step %(name)s has no exit %(exit)s") % {"name": edge["from"], "exit": way[:20]}
        elif (edge["from"], way) in leaving:
            yield _("Each exit leads to one step")
        leaving.add((edge["from"], way))


def problems(graph: Graph, subject: Subject, actor: Actor) -> dict[str, list[str]]:
    """Why a graph cannot be put in force, by the name of the step; under "" what concerns the whole."""
    found: dict[str, list[str]] = {}
    for node in graph["nodes"]:
        kind = nodes.kind(node["kind"], subject)
        if kind is None:
            found[node["id"]] = [_("There is no step of the kind %(name)s") % {"name": node["kind"]}]
            continue
        told: list[str] = []
        try:
            kind.cleaned(node.get("params", {}), subject, actor)
        except ValidationError as error:
            form = kind.form(subject, actor)
            told = [
                f"{form.fields[name].label if name in form.fields else name}: {' '.join(texts)}"
                for name, texts in error.message_dict.items()
            ]
        told += conditions.problems(node.get("when"), subject, actor)
        if kind.asks and kind.name != "start" and not conditions.groups_of(node.get("when")):
            told.append(_("Say which conditions"))
        if told:
            found[node["id"]] = told
    if len(graph["nodes"]) < 2:
        found[""] = [_("A flow needs a step after its start")]
    reached = set(_reached(graph))
    for node in graph["nodes"]:
        if node["id"] not in reached:
            found.setdefault(node["id"], []).append(_("No way leads to this step"))
    if _goes_round(graph):
        found.setdefault("", []).append(_("The steps lead round in a circle"))
    return found


def _reached(graph: Graph) -> Iterator[str]:
    waiting, seen = ["start"], set()
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            yield here
            waiting += [edge["to"] for edge in graph["edges"] if edge["from"] == here]


def _goes_round(graph: Graph) -> bool:
    into = {node["id"]: 0 for node in graph["nodes"]}
    for edge in graph["edges"]:
        into[edge["to"]] += 1
    free = [name for name, count in into.items() if not count]
    while free:
        here = free.pop()
        del into[here]
        for edge in graph["edges"]:
            if edge["from"] == here:
                into[edge["to"]] -= 1
                if not into[edge["to"]]:
                    free.append(edge["to"])
    return bool(into)


def with_node(graph: Graph, node_id: str, params: Mapping[str, Any], when: Mapping[str, Any] | None) -> Graph:
    """The graph with other parameters and conditions of a node."""
    new = copy.deepcopy(graph)
    node = node_of(new, node_id)
    if node is not None:
        node["params"] = dict(params)
        if when is not None:
            node["when"] = dict(when)
    return new


def with_new(graph: Graph, kind: base.Kind, behind: str, leaving: str = "") -> tuple[Graph, str]:
    """The graph with a new node behind an exit, and its name; what came there before comes after it."""
    new = copy.deepcopy(graph)
    number = 1
    while node_of(new, f"n{number}"):
        number += 1
    name = f"n{number}"
    follows = after(new, behind, leaving)
    new["edges"] = [edge for edge in new["edges"] if not (edge["from"] == behind and edge.get("exit", "") == leaving)]
    new["nodes"].append({"id": name, "kind": kind.name, "params": {}})
    new["edges"].append({"from": behind, "exit": leaving, "to": name})
    if follows:
        new["edges"].append({"from": name, "exit": kind.exits[0][0], "to": follows})
    return laid_out(new), name


def without(graph: Graph, node_id: str) -> Graph:
    """The graph without a node; what came after its first exit closes up."""
    new = copy.deepcopy(graph)
    ways = [edge["to"] for edge in new["edges"] if edge["from"] == node_id]
    before = [edge for edge in new["edges"] if edge["to"] == node_id]
    new["nodes"] = [node for node in new["nodes"] if node["id"] != node_id]
    new["edges"] = [edge for edge in new["edges"] if node_id not in (edge["from"], edge["to"])]
    if ways:
        new["edges"] += [{**edge, "to": ways[0]} for edge in before]
    return laid_out(new)


def laid_out(graph: Graph) -> Graph:
    """The graph with a place for every node: one row for each step, one column for each way."""
    new = copy.deepcopy(graph)
    places: dict[str, tuple[int, int]] = {}
    widest = 0

    def place(node_id: str | None, column: int, row: int) -> None:
        nonlocal widest
        while node_id and node_id not in places:
            places[node_id] = (column, row)
            widest = max(widest, column)
            ways = [edge["to"] for edge in new["edges"] if edge["from"] == node_id]
            for other in ways[1:]:
                place(other, widest + 1, row + 1)
            node_id, row = (ways[0] if ways else None), row + 1

    place("start", 0, 0)
    for node in new["nodes"]:
        if node["id"] not in places:
            place(node["id"], widest + 1, 0)
        column, row = places[node["id"]]
        node["x"], node["y"] = WIDE // 2 + column * WIDE, HIGH // 2 + row * HIGH
    return new


def text_of(node: Mapping[str, Any], subject: Subject, actor: Actor) -> str:
    """A node in one sentence."""
    kind = nodes.kind(node["kind"], subject)
    return kind.words(node, subject, actor) if kind else str(node["kind"])


def sentence(node: Mapping[str, Any], subject: Subject, actor: Actor) -> str:
    """A node with its conditions, in one sentence."""
    text = text_of(node, subject, actor)
    asked = conditions.sentence(node.get("when"), subject, actor) if node["kind"] == "start" else ""
    return _("%(step)s, only if %(conditions)s") % {"step": text, "conditions": asked} if asked else text


def differences(old: Graph, new: Graph, subject: Subject, actor: Actor) -> list[tuple[str, str]]:
    """What is different, as pairs of a sign (+, -, ~) and a sentence."""
    before, now = ({node["id"]: node for node in graph["nodes"]} for graph in (old, new))
    told = [("-", sentence(node, subject, actor)) for name, node in before.items() if name not in now]
    for name, node in now.items():
        said = sentence(node, subject, actor)
        if name not in before:
            told.append(("+", said))
        elif (was := sentence(before[name], subject, actor)) != said:
            told.append(("~", f"{was} → {said}"))
        elif any(before[name].get(key) != node.get(key) for key in ("params", "when", "kind")):
            told.append(("~", said))
    ways = [{(edge["from"], edge.get("exit", ""), edge["to"]) for edge in graph["edges"]} for graph in (old, new)]
    if ways[0] != ways[1] and not {sign for sign, _said in told} & {"+", "-"}:
        told.append(("~", _("The steps follow each other in another way")))
    return told
