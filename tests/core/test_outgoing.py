"""Calls to other machines reach public addresses only, whatever a name answers."""

import socket
import threading
import time
from contextlib import contextmanager, suppress
from ipaddress import ip_address

import pytest
from django.core.exceptions import ValidationError

from suite.core import outgoing
from tests.receiver import Receiver


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_of_machine_house_and_cloud_are_not_public(address):
    assert not outgoing.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2400:3200::1"])
def test_addresses_of_the_world_are_public(address):
    assert outgoing.is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com/hook", "ftp://example.com/", "file:///etc/passwd", "https://", "http://localhost/",
        "http://x.localhost/", "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
        "http://127。0。0。1/", "http://[::1]/", "https://name:word@example.com/",
        "https://example.com:99999/", "https://example.com:0/", "http://169.254.169.254/latest/",
        "http://y\ud800.example/", "http://公司..example/", f"http://{'公' * 80}.example/", "http://y.example\0/",
        "https://exa mple.com/hook", "https://example.com /hook", "https://example.com%20/", "https://<example>.com/",
    ],
)  # fmt: skip
def test_what_cannot_be_called_is_refused_when_it_is_typed(url):
    with pytest.raises(ValidationError):
        outgoing.check(url)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["fe80::1%eth0"], []])
def test_a_name_that_means_a_private_address_is_not_called(monkeypatch, found):
    monkeypatch.setattr(outgoing, "addresses", lambda host, port: found)

    with pytest.raises(outgoing.NotReached, match="not a public address"):
        outgoing.post("http://hooks.example/", b"{}", {})


def test_the_name_is_asked_once_and_the_call_goes_to_that_answer(monkeypatch):
    asked = []

    def rebinding(host, port, *args, **kwargs):
        asked.append(host)
        address = "1.1.1.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    called = []
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(
        "urllib3.util.connection.create_connection",
        lambda address, *rest, **more: called.append(address[0]) or refuse(),
    )

    with pytest.raises(outgoing.NotReached):
        outgoing.post("http://hooks.example/", b"{}", {})

    assert (asked, called) == (["hooks.example"], ["1.1.1.1"])


def refuse():
    raise OSError("refused")


def test_a_receiver_gets_the_body_and_its_answer_is_read(open_house):
    with Receiver(201, b"thank you") as receiver:
        answer = outgoing.post(f"{receiver.url}/in?x=1", b'{"a": 1}', {"Suite-Event": "x"})

    (request,) = receiver.requests
    assert answer == (201, "thank you")
    assert (request.path, request.body, request.headers["Suite-Event"]) == ("/in?x=1", b'{"a": 1}', "x")
    assert request.headers["Host"] == receiver.url.removeprefix("http://")


def test_redirects_are_not_followed(open_house):
    with Receiver(200) as elsewhere, Receiver(302, headers={"Location": elsewhere.url}) as receiver:
        answer = outgoing.post(receiver.url, b"{}", {})

    assert answer.code == 302
    assert elsewhere.requests == []


def test_no_more_than_the_beginning_of_a_long_answer_is_read(open_house):
    with Receiver(200, b"x" * 300_000) as receiver:
        answer = outgoing.post(receiver.url, b"{}", {})

    assert len(answer.text) == outgoing.LONGEST


def test_an_answer_that_does_not_come_ends_the_call(open_house, monkeypatch):
    monkeypatch.setattr(outgoing, "READ", 0.2)
    with Receiver(200, wait=1.0) as receiver, pytest.raises(outgoing.NotReached, match="no answer in time"):
        outgoing.post(receiver.url, b"{}", {})


def test_nobody_there_is_said_plainly(open_house):
    with pytest.raises(outgoing.NotReached, match="example"):
        outgoing.post("http://127.0.0.1.example:9/", b"{}", {})


@pytest.mark.parametrize(("name", "asked"), [("公司.example", "xn--55qx5d.example"), ("①.①.①.①", "1.1.1.1")])
def test_a_name_in_any_script_is_called_as_machines_write_it(open_house, monkeypatch, name, asked):
    names = []
    monkeypatch.setattr(outgoing, "addresses", lambda host, port: names.append(host) or ["127.0.0.1"])
    with Receiver(200) as receiver:
        port = receiver.server.server_port
        outgoing.post(f"http://{name}:{port}/", b"{}", {})

    assert names == [asked]
    assert receiver.requests[0].headers["Host"] == f"{asked}:{port}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_answer_that_trickles_before_its_body_ends_the_call(open_house, monkeypatch, scheme):
    monkeypatch.setattr(outgoing, "ALTOGETHER", 0.4)
    start = time.monotonic()

    with trickling(b"HTTP/1.1 200 OK\r\nX: ") as port, pytest.raises(outgoing.NotReached, match="no answer in time"):
        outgoing.post(f"{scheme}://hooks.example:{port}/", b"{}", {})

    assert time.monotonic() - start < 2


def test_a_body_whose_length_trickles_ends_the_call(open_house, monkeypatch):
    monkeypatch.setattr(outgoing, "ALTOGETHER", 0.4)
    start = time.monotonic()

    with trickling(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") as port:
        answer = outgoing.post(f"http://hooks.example:{port}/", b"{}", {})

    assert answer == (200, "")
    assert time.monotonic() - start < 2


@contextmanager
def trickling(greeting):
    """A machine that answers a byte now and then; of TLS a long record that never is whole."""

    def answer():
        line, _address = server.accept()
        is_tls = line.recv(1, socket.MSG_PEEK) == b"\x16"
        with line, suppress(OSError):
            line.sendall(b"\x16\x03\x03\x40\x00\x02" if is_tls else greeting)
            for _turn in range(100):
                line.sendall(b"0")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]
