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
