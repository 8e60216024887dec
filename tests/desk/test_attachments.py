import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from suite.desk.models import Attachment
from suite.desk.services import todos
from suite.desk.services.todos import NewTask
from tests import make

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 50


@pytest.fixture
def place(rep) -> str:
    task = todos.create(tasks=[NewTask("Call back")], actor=rep)[0]
    return f"/desk/attachments/desk.task/{task.pk}/"


def send(browse, place, name, content):
    return browse.post(place, {"file": SimpleUploadedFile(name, content)}, headers={"HX-Request": "true"})


def test_a_file_is_kept_under_a_random_name_and_given_back_as_an_attachment(browse, place):
    send(browse, place, "合同 扫描.png", PNG)

    row = Attachment.objects.get()
    response = browse.get(f"/desk/files/{row.pk}/")
    assert "png" not in row.file.name
    assert b"".join(response.streaming_content) == PNG
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload=alert(1)>"),
        ("a.html", b"<html>"),
        ("a.png", b"<html>"),
        ("a.txt", b"<script>alert(1)</script>"),
        ("a.csv", b"\xef\xbb\xbf<svg"),
        ("a.pdf", b"MZ\x90"),
        ("a", b"hello"),
        ("a.exe", b"MZ\x90"),
        ("empty.txt", b""),
    ],
)
def test_a_file_is_refused_when_a_browser_could_run_it_or_it_lies(browse, place, name, content):
    send(browse, place, name, content)

    assert not Attachment.objects.exists()


def test_a_file_is_as_visible_as_its_record(rep, browse, place, other_company):
    send(browse, place, "a.png", PNG)
    row = Attachment.objects.get()

    for stranger in (make.actor(rep.company, "rep"), make.actor(other_company, "administrator")):
        client = Client()
        client.force_login(stranger.user, "suite.core.auth.CompanyBackend")
        assert client.get(f"/desk/files/{row.pk}/").status_code == 404
        assert client.get(place).status_code == 404
        assert client.post(f"/desk/files/{row.pk}/remove/").status_code in (403, 404)
    assert Attachment.objects.exists()


API = "/api/v1/desk/attachments/"


@pytest.fixture
def task(rep):
    return todos.create(tasks=[NewTask("Call back")], actor=rep)[0]


def of(task, **more):
    return {"subject_kind": "desk.task", "subject_id": task.pk, **more}


def test_a_file_comes_and_goes_by_the_api(rep, task):
    client = make.client(rep)

    made = client.post(API, of(task, file=SimpleUploadedFile("合同.png", PNG)), format="multipart")

    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["name"], told["content_type"], told["size"]) == ("合同.png", "image/png", len(PNG))
    assert client.get(API, of(task)).json()["results"] == [told] == [client.get(f"{API}{told['id']}/").json()]
    content = client.get(f"{API}{told['id']}/content/")
    assert b"".join(content.streaming_content) == PNG
    assert content["Content-Disposition"].startswith("attachment")
    assert client.delete(f"{API}{told['id']}/").status_code == 204
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"file": SimpleUploadedFile("a.svg", b"<svg/>")}, "file"),
        ({"file": SimpleUploadedFile("a.png", b"<html>")}, "file"),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "file"),
        ({"file": "no file"}, "file"),
        ({}, "file"),
        ({"file": SimpleUploadedFile("a.png", PNG), "subject_id": 10**9}, "subject_id"),
        ({"file": SimpleUploadedFile("a.png", PNG), "subject_kind": "core.user"}, "subject_id"),
        ({"file": SimpleUploadedFile("a.png", PNG), "name": "b.png"}, "name"),
    ],
)
def test_what_is_no_file_to_be_kept_is_refused_at_its_field(rep, task, wrong, field):
    answer = make.client(rep).post(API, of(task, **wrong), format="multipart")

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Attachment.objects.exists()


def test_the_files_of_others_do_not_exist_for_the_api(rep, task, other_company):
    mine = make.client(rep).post(API, of(task, file=SimpleUploadedFile("a.png", PNG)), format="multipart").json()

    for stranger in (make.actor(rep.company, "rep"), make.actor(other_company, "administrator")):
        client = make.client(stranger)
        assert client.get(API, of(task)).status_code == 400
        one = f"{API}{mine['id']}/"
        assert [client.get(each).status_code for each in (one, f"{one}content/")] == [404, 404]
        assert client.delete(one).status_code == 404
        foreign = of(task, file=SimpleUploadedFile("b.png", PNG))
        assert client.post(API, foreign, format="multipart").status_code == 400
    assert make.client(rep).get(API).status_code == 400
    assert Attachment.objects.count() == 1


def test_a_file_that_is_sent_again_is_kept_once_and_another_one_is_no_repetition(rep, task):
    client, key = make.client(rep), {"HTTP_IDEMPOTENCY_KEY": "file-1"}

    first, again, other = (
        client.post(API, of(task, file=SimpleUploadedFile("a.png", content)), format="multipart", **key)
        for content in (PNG, PNG, PNG + b"x")
    )

    assert (first.status_code, again.json(), other.status_code) == (201, first.json(), 422)
    assert Attachment.objects.count() == 1
