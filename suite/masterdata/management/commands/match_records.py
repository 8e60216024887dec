"""manage.py match_records: how well duplicates are found in files whose truth is known."""

from __future__ import annotations

import csv
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from suite.masterdata.matching import files
from suite.masterdata.matching.kinds import KINDS


class Command(BaseCommand):
    help = """Match the records of a CSV file with each other, or those of two files; print precision, recall and F1.

    match_records people.csv.gz --same "rec-(\\d+)-"
    match_records dblp.csv acm.csv --fields title=title authors=people venue=category year=number
        --pairs labels.csv --pair-columns ltable.id rtable.id gold"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="one or two CSV files with headings, also .gz")
        parser.add_argument(
            "--id", default="", help="the column of the key (first column); LEFT:RIGHT where they differ"
        )
        parser.add_argument(
            "--fields", nargs="+", default=[], metavar="COLUMN=KIND",
            help=f"what columns hold (guessed by their names), LEFT:RIGHT=KIND where they differ; {', '.join(KINDS)}",
        )  # fmt: skip
        parser.add_argument("--same", default="", help="a pattern; records whose keys agree in what it finds are one")
        parser.add_argument("--entity", default="", help="a column; records that agree in it are one")
        parser.add_argument("--pairs", type=Path, help="a CSV file of pairs of keys that are one")
        parser.add_argument(
            "--pair-columns", nargs="+", default=[], metavar="COLUMN",
            help="its columns: left key, right key, and a label (1 or 0) where it also lists pairs that are two",
        )  # fmt: skip
        parser.add_argument("--answers", type=Path, help="a YAML file with known figures to print beside")
        parser.add_argument("--threshold", type=float, default=0.5, help="how sure a pair must be (0.5)")
        parser.add_argument("--as-shipped", action="store_true", help="weigh as kinds do, do not learn from the files")
        parser.add_argument("--one-to-one", action="store_true", help="neither file holds anybody twice")
        parser.add_argument("--out", type=Path, help="write the pairs found to this CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        try:
            sides = [files.read(path) for path in options["files"][:2]]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        if not all(sides):
            raise CommandError("A file holds no rows")
        keys = _halves(options["id"], len(sides)) if options["id"] else [next(iter(rows[0])) for rows in sides]
        columns = _columns(options, sides, keys)
        for rows, held, key in zip(sides, columns, keys, strict=True):
            if missing := {key, *held} - set(rows[0]):
                raise CommandError(f"There is no column {', '.join(sorted(missing))}: {', '.join(rows[0])}")
        truth = _truth(options, sides, keys)
        outcome = files.match(
            sides, columns, keys, truth, threshold=options["threshold"], learning=not options["as_shipped"]
        )
        if options["one_to_one"]:
            outcome.found = files.one_to_one(outcome.found)
        self._print(options, sides, columns[0], truth, outcome, time.perf_counter() - began)

    def _print(
        self,
        options: Any,
        sides: Any,
        columns: Mapping[str, str],
        truth: files.Truth,
        outcome: files.Outcome,
        took: float,
    ) -> None:  # fmt: skip
        write = self.stdout.write
        write(f"fields     {' '.join(f'{name}={kind}' for name, kind in columns.items())}")
        write(f"rows       {' x '.join(f'{len(rows):,}' for rows in sides)}")
        write(f"looked at  {outcome.looked_at:,} pairs")
        write(f"found      {len(outcome.found):,} pairs in {took:.1f} s")
        if truth.same:
            write(f"truth      {len(truth.same):,} pairs, {outcome.reach:.4f} of them looked at")
            write(f"{'':40} precision  recall      F1")
            write(_line("matcher", outcome.figures(truth)))
        if options["answers"]:
            for name, figures in _known(yaml.safe_load(options["answers"].read_text(encoding="utf-8"))):
                write(_line(name, figures))
        if options["out"]:
            with options["out"].open("w", newline="", encoding="utf-8") as file:
                rows = [(*pair, f"{chance:.4f}") for pair, chance in outcome.found.items()]
                csv.writer(file).writerows([("left", "right", "score"), *sorted(rows)])


def _columns(options: Any, sides: Any, keys: list[str]) -> list[dict[str, str]]:
    if not options["fields"]:
        leave = {*keys, options["entity"]}
        common = [name for name in sides[0][0] if all(name in rows[0] for rows in sides)]
        return [files.guessed(common, leave)] * len(sides)
    columns: list[dict[str, str]] = [{} for _side in sides]
    for given in options["fields"]:
        names, _equals, kind = given.rpartition("=")
        if kind not in KINDS:
            raise CommandError(f"{kind} is none of {', '.join(KINDS)}")
        for held, name in zip(columns, _halves(names, len(sides)), strict=True):
            held[name] = kind
    return columns


def _halves(names: str, sides: int) -> list[str]:
    left, _colon, right = names.partition(":")
    return [left, right or left][:sides]


def _truth(options: Any, sides: Any, keys: list[str]) -> files.Truth:
    if options["pairs"]:
        rows = files.read(options["pairs"])
        columns = options["pair_columns"] or [*rows[0]][:2]
        if missing := set(columns) - set(rows[0]):
            raise CommandError(f"There is no column {', '.join(sorted(missing))}: {', '.join(rows[0])}")
        return files.same_of(rows, *columns[:3], sides=len(sides))
    if options["same"] or options["entity"]:
        return files.same_by(sides, keys, pattern=options["same"], column=options["entity"])
    return files.Truth(set())


def _known(answers: Any, name: str = "") -> Iterator[tuple[str, Mapping[str, float]]]:
    """Whatever has an F1 in the answers."""
    if isinstance(answers, dict):
        if "f1" in answers:
            yield name, answers
        for key, value in answers.items():
            yield from _known(value, f"{name} {key}".strip())


def _line(name: str, figures: Mapping[str, float]) -> str:
    return f"{name[:40]:40} {figures['precision']:9.4f} {figures['recall']:7.4f} {figures['f1']:7.4f}"
