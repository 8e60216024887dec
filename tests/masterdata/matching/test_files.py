"""The matcher beside known answers. The sets lie apart from the product; where they are missing, tests are skipped."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from suite.masterdata.matching import files

DATA = Path(os.environ.get("SUITE_DATA", "/work/shared/data"))
PEOPLE, PAPERS = DATA / "febrl", DATA / "dblp-acm"
LABELS = ("ltable.id", "rtable.id", "gold")

pytestmark = pytest.mark.django_db


def f1(sides, key, truth, **options):
    columns = files.guessed(sides[0][0], [key])
    return files.match(sides, [columns] * len(sides), [key] * len(sides), truth, **options).figures(truth)["f1"]


@pytest.mark.skipif(not PEOPLE.exists(), reason="the people of Febrl are not here")
@pytest.mark.parametrize("learning", [True, False])
def test_people_are_found_by_what_their_columns_seem_to_hold(learning):
    people = files.read(PEOPLE / "dataset1.csv.gz")
    truth = files.same_by([people], ["rec_id"], pattern=r"rec-(\d+)-")

    assert f1([people], "rec_id", truth, learning=learning) >= 0.99


@pytest.mark.skipif(not PAPERS.exists(), reason="the papers of DBLP and ACM are not here")
def test_papers_of_two_lists_are_found_by_the_same_defaults():
    rows = files.read(PAPERS / "dblp_acm_demo_labels.csv.gz")
    truth = files.same_of(rows, *LABELS, sides=2)
    left, right = {row["ltable.id"] for row in rows}, {row["rtable.id"] for row in rows}
    dblp = [row for row in files.read(PAPERS / "dblp.csv.gz") if row["id"] in left]
    acm = [row for row in files.read(PAPERS / "acm.csv.gz") if row["id"] in right]

    assert f1([dblp, acm], "id", truth) >= 0.96


def sheet(tmp_path, name, *lines):
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_command_prints_its_figures_beside_the_known_ones(tmp_path):
    path = sheet(
        tmp_path, "firms.csv", "ref,company,phone,entity",
        "a,上海宏远贸易有限公司,138-0013 8000,1", "b,上海宏遠貿易（有限责任公司）,13800138000,1",
        "c,北京华为技术有限公司,,2",
    )  # fmt: skip
    answers = sheet(tmp_path, "answers.yaml", "jaro: {precision: 0.5, recall: 1.0, f1: 0.6667}")
    out = tmp_path / "pairs.csv"

    said = StringIO()
    call_command("match_records", str(path), entity="entity", answers=answers, out=out, stdout=said)

    assert "company=organisation phone=phone" in said.getvalue()
    figures = {line.split()[0]: line.split()[-3:] for line in said.getvalue().splitlines()[-2:]}
    assert figures == {"matcher": ["1.0000"] * 3, "jaro": ["0.5000", "1.0000", "0.6667"]}
    assert out.read_text().splitlines()[1].startswith("a,b,")


def test_a_column_that_is_not_there_is_named(tmp_path):
    path = sheet(tmp_path, "firms.csv", "ref,company", "a,Anna")

    with pytest.raises(CommandError, match="no column firm: ref, company"):
        call_command("match_records", str(path), fields=["firm=organisation"])
    with pytest.raises(CommandError, match="firm is none of"):
        call_command("match_records", str(path), fields=["company=firm"])


def test_of_each_record_only_the_surest_pair_is_kept():
    found = {("a", "x"): 0.9, ("a", "y"): 0.8, ("b", "x"): 0.7, ("b", "y"): 0.6}

    assert files.one_to_one(found) == {("a", "x"): 0.9, ("b", "y"): 0.6}
