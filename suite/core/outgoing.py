"""Calls to other people's machines: to public addresses only, with an end to waiting and reading.

The name is resolved once and the connection goes to the very address that was looked at, so that a name that answers
differently the second time (DNS rebinding) gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CONNECT, READ = 5.0, 10.0  # seconds
ALTOGETHER = 20.0  # seconds for all of it: greeting, headings and body may each trickle
LONGEST = 64 * 1024  # bytes that are read of an answer
PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")  # a name as machines write it, or an address of its own
TRANSLATED = ip_network("64:ff9b::/96")  # IPv4 behind NAT64 (RFC 6052)


class Answer(NamedTuple):
    code: int
    text: str


class NotReached(Exception):
    """The call got no answer; the text says why, for whoever keeps the address."""


def check(url: str) -> SplitResult:
    """The parts of an address that may be called; raises ValidationError. What its name means is seen at the call."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValidationError(_("This is no address")) from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValidationError(_("An address begins with https:// or http:// and names a machine"))
    if parts.username or parts.password:
        raise ValidationError(_("Name and password do not belong into an address"))
    try:
        written = _written(parts.hostname)
    except UnicodeError:
        written = ""
    if port == 0 or not HOST.fullmatch(written):
        raise ValidationError(_("This is no address"))
    own = _address(written)
    if written == "localhost" or written.endswith(".localhost") or (own and not is_public(own)):
        raise ValidationError(_("This address is not public"))
    return parts


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address a host is, however it is written: machines also read 2130706433, 0x7f.1 and 127.1 as 127.0.0.1."""
    with suppress(ValueError):
        return ip_address(host)
    with suppress(OSError):
        return IPv4Address(socket.inet_aton(host))
    return None


def _written(host: str) -> str:
    """A name as machines write it: 公司.example is xn--55qx5d.example; raises UnicodeError."""
    return host if host.isascii() else host.encode("idna").decode()


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the world and to no machine, house or cloud of ours."""
    if isinstance(address, IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if hidden:
            return is_public(hidden)
        if address in TRANSLATED:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def addresses(host: str, port: int) -> list[str]:
    """What a name means now; raises NotReached."""
    try:
        return list(
            dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        )
    except (OSError, UnicodeError):
        raise NotReached(f"{host}: no such machine") from None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST a body and return what was answered, whatever its code; raises NotReached and ValidationError (`check`)."""
    parts = check(url)
    host, port = _written(str(parts.hostname)), parts.port or PORTS[parts.scheme]
    found = addresses(host, port)
    if not found or not all(is_public(ip_address(each.partition("%")[0])) for each in found):
        raise NotReached(f"{host}: not a public address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = f"[{host}]" if ":" in host else host
    named = name if port == PORTS[parts.scheme] else f"{name}:{port}"
    until = time.monotonic() + ALTOGETHER
    try:
        with _pool(parts.scheme, found[0], port, host) as pool, _cut_off(pool):
            answer = pool.urlopen(
                "POST",
                target,
                body=body,
                headers={**headers, "Host": named},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                if time.monotonic() >= until:
                    raise TimeoutError  # what was cut off may look whole
                return Answer(answer.status, _read(answer, until))
            finally:
                answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        told = "no answer in time" if time.monotonic() >= until else _told(error)
        raise NotReached(f"{host}: {told}") from error


def _pool(scheme: str, address: str, port: int, host: str) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=CONNECT, read=READ)
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=timeout, cert_reqs="CERT_REQUIRED", server_hostname=host, assert_hostname=host
    )


@contextmanager
def _cut_off(pool: urllib3.HTTPConnectionPool) -> Iterator[None]:
    """Hang up when the time for all of it is over: the other timeouts begin anew with each byte that comes."""
    twins: list[socket.socket] = []

    class Watched(pool.ConnectionCls):  # type: ignore[name-defined, misc]
        def _new_conn(self) -> socket.socket:
            line: socket.socket = super()._new_conn()
            twins.append(line.dup())  # TLS takes the line over, and whoever reads the answer may let go of it
            return line

    def hang_up() -> None:
        for twin in twins:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

    pool.ConnectionCls = Watched
    timer = threading.Timer(ALTOGETHER, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        for twin in twins:
            twin.close()


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> str:
    """As much of the body as came in time; with the code above it the call has been answered, however it goes on."""
    read = b""
    with suppress(urllib3.exceptions.HTTPError, OSError):
        while len(read) < LONGEST and time.monotonic() < until:
            part = answer.read1(LONGEST - len(read))
            if not part:
                break
            read += part
    return read.decode(errors="replace").replace("\x00", "")


def _told(error: Exception) -> str:
    """The fault in a few words; the library's own texts hold addresses of objects."""
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"the certificate is not good ({error})"[:300]
    reason = getattr(error, "reason", None) or error
    return (str(reason).rpartition(": ")[2] or type(error).__name__)[:300]
