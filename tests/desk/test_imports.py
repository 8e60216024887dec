import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import translation
from openpyxl import Workbook

from suite.core import clock, jobs
from suite.core.acts import current_act
from suite.core.models import Job
from suite.core.said import again
from suite.desk import imports
from suite.desk.imports import Field, Saved, running
from suite.desk.lists.export import harmless
from suite.desk.models import ImportBatch, Notification, Task
from suite.desk.services import todos
from suite.desk.services.todos import NewTask


def save_batch(*, actor, batch, key, update):
    """Tasks by title, as an area would do it."""
    current_act()
    saved = Saved()
    rows = list(batch.dicts())
    known = {task.title: task for task in Task.objects.filter(title__in=[row["title"] for row in rows])} if key else {}
    new = []
    for place, row in enumerate(rows):
        if row["title"] in known and not update:
            saved.refused[place] = "exists"
        elif row["title"] in known:
            task = known[row["title"]]
            saved.changed[task.pk] = {"note": task.note}
            Task.objects.filter(pk=task.pk).update(note=row.get("note", ""))
        else:
            new.append(NewTask(row["title"], note=row.get("note") or "", due_at=row.get("due_at")))
    saved.made = [task.pk for task in todos.create(tasks=new, actor=actor)]
    return saved


def undo(*, actor, made, changed):
    Task.objects.filter(pk__in=made).delete()
    for pk, before in changed.items():
        Task.objects.filter(pk=pk).update(**before)
    return {}


@pytest.fixture(autouse=True)
def importer(monkeypatch):
    monkeypatch.setattr(imports, "_importers", {})
    imports.register(
        "tasks",
        "Tasks",
        permission="desk.add_task",
        fields=[
            Field("title", "Title", required=True, max_length=50, aliases=("待办",)),
            Field("note", "Note", max_length=100, aliases=("备注",)),
            Field("due_at", "Due", "datetime"),
            Field("amount", "Amount", "money"),
            Field("owner", "Owner", "ref", ref="user"),
        ],
        keys=("title",),
        save=save_batch,
        undo=undo,
        batch=10,
    )


def load(actor, content, name="tasks.csv", **options):
    path = default_storage.save(
        "imports/test", ContentFile(content if isinstance(content, bytes) else content.encode())
    )
    options = {"header": 0, "mapping": {"title": 0, "note": 1}, "key": "title", **options}
    job = running.start(actor=actor, kind="tasks", path=path, name=name, **options)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.error
    return job


def test_good_rows_go_in_and_bad_rows_come_out_with_line_and_reason(rep):
    job = load(rep, "Title,Note\nCall,a\n,b\n" + "x" * 60 + ",c\nVisit,d\nCall,again\n=1+1,e\n")

    assert sorted(Task.objects.values_list("title", flat=True)) == ["Call", "Visit"]
    assert (job.result["made"], job.result["refused"]) == (2, 4)
    lines = default_storage.open(job.result["errors"]).read().decode("utf-8-sig").splitlines()
    assert lines[1].startswith("3,Title is missing,")
    assert lines[3] == "6,Title: line 2 has the same key,Call,again"
    assert lines[4].endswith(",'=1+1,e")


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ('Call,"a\nVisit,b\nMeet,c\n', {2: 2}),
        ('"Call,a\nVisit,b\nMeet",c\nWrite,d\n', {2: 2}),
        ('Call,"a\nand more"\n"Visit\nhim",b\n', {}),
        (f'{"x" * 60},"a\nVisit,b\n', {2: 1}),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_told_at_its_line(rep, rows, lines):
    job = load(rep, f"Title,Note\n{rows}", rehearse=True)

    said = [*job.result["refusals"], *job.result["doubts"]]
    told = {
        number: int(sentence.split(": ")[2].split()[0])
        for sentence in said
        if "a quotation mark is not closed" in sentence
        for number in [int(sentence.removeprefix("Line ").split(":")[0])]
    }
    assert told == lines


def test_all_that_is_wrong_with_a_row_is_said_at_once(rep):
    mapping = {"title": 0, "due_at": 1, "amount": 2, "owner": 3}
    job = load(rep, "Title,Due,Amount,Owner\n,soon,many,nobody\n", mapping=mapping)

    assert job.result["refusals"] == [
        "Line 2: Title is missing; Due: “soon” is no date; Amount: “many” is no number; Owner: there is no “nobody”"
    ]


def test_a_job_that_has_ended_has_done_all_of_its_rows(rep, browse):
    jobs_ = [load(rep, "Title,Note\nCall,a\n,b\n", rehearse=rehearse) for rehearse in (True, False)]

    assert [(job.done, job.total) for job in jobs_] == [(2, 2), (2, 2)]
    pages = [browse.get(f"/desk/jobs/{job.pk}/").content.decode() for job in jobs_]
    assert "Would be new: 1, would change a record: 0, would be refused: 1. Nothing was kept." in pages[0]
    assert "New: 1, changed: 0, refused: 1." in pages[1]


def test_columns_that_are_left_out_are_named_before_and_after(rep, browse):
    upload = io.BytesIO(b"Title,Note,Shoe size\nCall,a,42\n")
    upload.name = "tasks.csv"

    mapping = browse.post("/desk/imports/tasks/", {"file": upload}, follow=True)
    job = load(rep, "Title,Note,Shoe size\nCall,a,42\n")

    assert mapping.context["unknown"] == ["Shoe size"]
    assert job.result["left_out"] == ["Shoe size"]
    assert "Shoe size" in browse.get(f"/desk/jobs/{job.pk}/").content.decode()


def test_a_rehearsal_leads_on_to_the_import_with_what_was_chosen(rep, browse):
    job = load(rep, "What,Note\nCall,a\n", mapping={"title": 0}, rehearse=True)

    page = browse.get(browse.get(f"/desk/jobs/{job.pk}/").context["onward"])

    assert page.status_code == 200
    assert {each.name: place for each, place in page.context["fields"] if place is not None} == {"title": 0}


def test_all_or_nothing_takes_nothing(rep):
    load(rep, "Title,Note\nCall,a\n,b\n", whole=True)

    assert not Task.objects.exists()


def test_a_rehearsal_keeps_nothing_but_says_what_would_happen(rep):
    job = load(rep, "Title,Note\nCall,a\n,b\n", rehearse=True)

    assert not Task.objects.exists()
    assert (job.result["made"], job.result["refused"], job.result["rehearsal"]) == (1, 1, True)
    assert "undo_url" not in job.result


def test_found_records_are_changed_and_an_undo_puts_back_what_was(rep):
    todos.create(tasks=[NewTask("Call", note="before")], actor=rep)

    job = load(rep, "Title,Note\nCall,after\nVisit,new\n")
    assert Task.objects.get(title="Call").note == "after"
    undoing = running.take_back(actor=rep, job=job)
    jobs.run(undoing.pk)

    assert list(Task.objects.values_list("title", "note")) == [("Call", "before")]


def test_an_import_goes_on_where_a_dead_worker_stopped(rep, monkeypatch):
    text = "Title,Note\n" + "".join(f"Task {n},\n" for n in range(25))
    calls = []

    def dies(*, actor, batch, key, update):
        calls.append(len(batch.rows))
        if len(calls) == 2:
            raise MemoryError
        return save_batch(actor=actor, batch=batch, key=key, update=update)

    found = imports._importers["tasks"]
    monkeypatch.setitem(imports._importers, "tasks", type(found)(**{**vars(found), "save": dies}))
    path = default_storage.save("imports/test", ContentFile(text.encode()))
    job = running.start(
        actor=rep, kind="tasks", path=path, name="t.csv", header=0, mapping={"title": 0, "note": 1}, key="title"
    )
    jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.WAITING)
    jobs.run(job.pk)

    assert Task.objects.count() == 25
    assert ImportBatch.objects.filter(job=job).count() == 3
    job.refresh_from_db()
    assert job.result["made"] == 25


def test_doubts_outlive_a_dead_worker(rep, monkeypatch):
    calls = []

    def dies(*, actor, batch, key, update):
        calls.append(len(batch.rows))
        if len(calls) == 2:
            raise MemoryError
        saved = save_batch(actor=actor, batch=batch, key=key, update=update)
        saved.doubtful[0] = "looks like another one"
        return saved

    found = imports._importers["tasks"]
    monkeypatch.setitem(imports._importers, "tasks", type(found)(**{**vars(found), "save": dies}))
    text = "Title,Note\n" + "".join(f"Task {n},\n" for n in range(15))
    path = default_storage.save("imports/test", ContentFile(text.encode()))
    job = running.start(actor=rep, kind="tasks", path=path, name="t.csv", header=0, mapping={"title": 0}, key="title")
    jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.WAITING)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert job.result["doubts"] == ["Line 2: looks like another one", "Line 12: looks like another one"]


def test_one_row_is_one_row_in_every_language(rep):
    load(rep, "Title,Note\nCall,a\n")

    told = Notification.objects.get(kind="job_done").title
    assert told == "Import: tasks.csv: 1 row taken, 0 refused"
    with translation.override("zh-hans"):
        assert "导入1行" in again(told)


@pytest.mark.parametrize(
    "text", ["=1+1", "＝1+1", "＋86 138", "－5 off", "＠home", " @home", "'=1", "''+1", "-", "'tis"]
)
def test_what_an_export_made_harmless_is_taken_as_it_was(rep, text):
    kept = harmless(text)

    load(rep, f"Title,Note\nCall,{kept}\n", key="")

    assert kept[0] not in "=+-@＝＋－＠ "
    assert Task.objects.get().note == text


def test_a_text_of_a_workbook_may_begin_like_a_formula(rep):
    load(rep, workbook([["Title", "Note"], ["Call", "x"], ["Visit", "'=1+1"]]), "t.xlsx")

    assert Task.objects.get(title="Visit").note == "=1+1"


def test_a_cell_of_several_lines_is_one_line_where_a_line_is_wanted(rep):
    load(rep, workbook([["Title", "Note"], ["Call\nHuawei\u202e", "=x"], ["Visit\r\nLenovo", "y"]]), "t.xlsx")

    assert set(Task.objects.values_list("title", flat=True)) == {"Call Huawei", "Visit Lenovo"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_chinese_files_are_read_in_any_usual_encoding(rep, encoding):
    load(rep, "待办,备注\n回访华为,打电话\n".encode(encoding))

    assert Task.objects.get().title == "回访华为"


@pytest.mark.parametrize("encodings", [["utf-8-sig", "utf-8", "gbk", "utf-8"], ["gbk", "gbk", "utf-8", "gbk"]])
def test_a_sheet_of_lines_in_several_encodings_is_read_line_by_line(rep, encodings):
    lines = ["待办,备注", "回访华为,打电话", "拜访联想,约·翰", "联通,é"]
    content = b"\r\n".join(line.encode(encoding) for line, encoding in zip(lines, encodings, strict=True))

    load(rep, content)

    assert sorted(Task.objects.values_list("title", "note")) == sorted(tuple(line.split(",")) for line in lines[1:])


def test_a_row_whose_characters_were_lost_on_the_way_is_refused(rep):
    job = load(rep, "待办,备注\n回访华为,a\n".encode() + b"\xe5\x9b\x9e\xff\xff,b\n")

    assert (job.result["made"], job.result["refused"]) == (1, 1)
    assert job.result["refusals"][0].startswith("Line 3: Title: characters were lost on the way")


def test_all_or_nothing_is_not_done_twice_when_its_worker_died_before_it_said_so(rep):
    job = load(rep, "Title,Note\nCall,a\nVisit,b\n", key="", whole=True)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING, alive_at=clock.now() - 2 * jobs.SILENCE, result={})

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.result["made"], Task.objects.count()) == (Job.Status.DONE, 2, 2)


def test_a_page_that_is_sent_twice_starts_one_import_and_one_undoing(rep, browse):
    upload = io.BytesIO(b"Title,Note\nCall,a\n")
    upload.name = "tasks.csv"
    page = browse.post("/desk/imports/tasks/", {"file": upload}, follow=True)
    form = {"column-title": "0", "key": "", "once": page.context["once"]}

    def sent():
        answer = browse.post(page.redirect_chain[-1][0], form)
        return Job.objects.get(pk=answer.url.split("/")[-2])

    job = sent()
    assert sent() == job
    jobs.run(job.pk)
    assert sent() == job
    job.refresh_from_db()
    undo = running.take_back(actor=rep, job=job)
    assert running.take_back(actor=rep, job=job) == undo
    jobs.run(undo.pk)
    assert not Task.objects.exists()
    assert sent() != job


def test_a_workbook_brings_real_dates_numbers_and_full_width_digits(rep):
    content = workbook(
        [
            ["Title", "Due", "Amount", "Owner"],
            ["Call", dt.datetime(2026, 11, 21, 9, 30), "１，２００．５０", "rep"],  # noqa: DTZ001 Excel knows no zones
            [12345, "2026年11月22日", 1.1, "nobody"],
        ]
    )

    job = load(rep, content, "t.xlsx", mapping={"title": 0, "due_at": 1, "amount": 2, "owner": 3})

    task = Task.objects.get()
    assert task.due_at.isoformat() == "2026-11-21T01:30:00+00:00"
    assert "there is no “nobody”" in job.result["refusals"][0]


def test_numbers_are_exact_and_nonsense_is_refused():
    from suite.desk.imports.checking import Unreadable, _number

    assert _number("１，２３４．５０") == Decimal("1234.50")
    assert _number(0.1) == Decimal("0.1")
    for text in ("1e30", "NaN", "Infinity", "", "12a", True):
        with pytest.raises(Unreadable):
            _number(text)


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(5):
            archive.writestr(f"xl/{number}", b"\0" * (100 * 2**20))
    return target.getvalue()


def endless_cell() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<c><is><t>" + b"A" * (20 * 2**20) + b"</t></is></c>")
    return target.getvalue()


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def other_archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"not a zip"),
        ("a.xlsx", b"PK\x03\x04broken"),
        ("a.csv", b"PK\x03\x04"),
        ("a.csv", b""),
        ("a.csv", b" \n\n"),
        ("a.csv", b"Title,Note\n\n"),
        ("a.csv", PICTURE),
        ("a.xlsx", PICTURE),
        ("a.png", PICTURE),
        ("a.docx", b"Title,Note\nCall,a\n"),
        ("a.xlsx", workbook([])),
        ("a.xlsx", workbook([["Title", "Note"]])),
        ("a.xlsx", other_archive),
        ("b.xlsx", bomb),
        ("c.xlsx", endless_cell),
    ],
)
def test_what_is_no_sheet_is_refused_at_the_field(browse, name, content):
    upload = io.BytesIO(content() if callable(content) else content)  # large ones are made where they are needed
    upload.name = name

    response = browse.post("/desk/imports/tasks/", {"file": upload})

    assert response.status_code == 200
    assert response.context["form"].errors["file"]


def test_the_pages_lead_from_file_to_job(rep, browse):
    upload = io.BytesIO("说明,,\nTitle,Note\nCall,a\n".encode())
    upload.name = "tasks.csv"

    mapping = browse.post("/desk/imports/tasks/", {"file": upload}, follow=True)
    assert (mapping.context["header"], mapping.context["key"]) == (1, "title")
    page = mapping.redirect_chain[0][0]
    done = browse.post(page, {"header": "1", "column-title": "0", "column-note": "1", "key": "title"})

    job = Job.objects.get()
    assert done["Location"] == f"/desk/jobs/{job.pk}/"
    jobs.run(job.pk)
    assert Task.objects.get().title == "Call"
    assert browse.get(f"/desk/jobs/{job.pk}/").status_code == 200


def test_a_sheet_with_the_headings_of_another_is_taken_as_that_was(rep, browse, manager):
    def sent(content: bytes, client=browse):
        upload = io.BytesIO(content)
        upload.name = "tasks.csv"
        return client.post("/desk/imports/tasks/", {"file": upload}, follow=True)

    page = sent(b"What,Remark\nCall,a\n").redirect_chain[0][0]
    chosen = {"header": "0", "column-title": "0", "column-note": "1", "key": "", "update": "0", "whole": "1"}
    browse.post(page, chosen)
    other = Client(headers={"accept-language": "en"})
    other.force_login(manager.user, "suite.core.auth.CompanyBackend")

    again = sent(b"WHAT ,remark*\nVisit,b\n", other).context
    assert {each.name: place for each, place in again["fields"] if place is not None} == {"title": 0, "note": 1}
    assert (again["key"], again["update"], again["whole"], again["known_sheet"]) == ("", "0", "1", True)

    new = sent(b"Title,Remark\nVisit,b\n").context
    assert (new["known_sheet"], new["key"]) == (False, "title")


def test_a_file_can_only_be_used_by_its_sender(rep, browse, manager):
    upload = io.BytesIO(b"Title\nCall\n")
    upload.name = "t.csv"
    page = browse.post("/desk/imports/tasks/", {"file": upload})["Location"]
    other = Client()
    other.force_login(manager.user, "suite.core.auth.CompanyBackend")

    assert other.get(page).status_code == 404


@pytest.mark.parametrize(("rows", "told"), [('"Call,a\nVisit,b\n', True), ('Call,"a\nand more"\n', False)])
def test_the_page_of_the_mapping_tells_of_a_quotation_mark_that_is_not_closed(browse, rows, told):
    upload = io.BytesIO(f"Title,Note\n{rows}".encode())
    upload.name = "tasks.csv"

    page = browse.post("/desk/imports/tasks/", {"file": upload}, follow=True).content.decode()

    assert ("A quotation mark is not closed" in page) is told
