"""The explorer's server under attack: foreign hosts and pages, large and slow bodies, paths, many at once."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import qualeval as qe
from qualeval.bulk.reach import Reach
from qualeval.web.app import application
from qualeval.web.explorer import Explorer, Pool
from qualeval.web.serving import serve
from qualeval.web.shields import HEADERS, Limits
from tests.explorers import HIT, explorer
from tests.serving import served

ASKED = json.dumps({"before": [], "cards": [], "action": "accept"}).encode()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served("hasty") as (address, process):
        yield address
        assert process.poll() is None, "the server went on"


def call(
    url: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, **more: str
) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the body of one request; those of its headers that are given are sent as they are."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    sent = {key.replace("_", "-"): value for key, value in {**(headers or {}), **more}.items()}
    connection.putrequest(method, path, skip_host="Host" in sent)
    for key, value in {**sent, **({} if body is None else {"Content-Length": str(len(body))})}.items():
        connection.putheader(key, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def ask(url: str, body: bytes = ASKED, path: str = "/api/answer") -> tuple[int, Any]:
    """A question as the page asks it."""
    status, _, content = call(url, "POST", path, body, Origin=url.rstrip("/"))
    return status, json.loads(content)


def test_the_page_and_its_parts_are_there(url: str) -> None:
    """The page, what it loads, and an answer; each with the headers that bind a browser."""
    status, headers, page = call(url, "GET", "/")
    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())

    assert status == 200
    assert len(parts) >= 4
    assert {key: headers[key.lower()] for key in HEADERS} == dict(HEADERS)
    for part in parts:
        found, found_headers, _ = call(url, "GET", part)
        assert (found, found_headers["content-security-policy"]) == (200, HEADERS["Content-Security-Policy"])
    assert ask(url)[0] == 200


def test_the_page_runs_nothing_of_its_own_text() -> None:
    """No script, style or address stands in the page itself, so the policy needs no exception."""
    policy = HEADERS["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "0.0.0.0", "localhost.evil", "[::2]"]
)
def test_other_names_of_the_server_are_refused(url: str, host: str) -> None:
    """A name that was pointed at the loopback gets nothing, whatever it asks for."""
    for path in ("/", "/api/start", "/static/main.js"):
        status, _, content = call(url, "GET", path, Host=host)
        assert (status, b"3EXAMPLE" in content) == (421, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "same-site"},
        {},
    ],
)
def test_other_pages_are_refused(url: str, headers: dict[str, str]) -> None:
    """Whoever is not the explorer's own page asks in vain; without any word of where it is from, too."""
    content_sent = b"WorkerId,Worker_Locale\nA1,US\n"
    status, _, content = call(url, "POST", "/api/pool?name=a.csv", content_sent, headers=headers)

    assert status == 403
    assert "error" in json.loads(content)
    assert ask(url)[1]["pool"] == 300


def test_a_link_elsewhere_opens_the_page_and_reads_nothing(url: str) -> None:
    """A person may follow a link to it; a script of that page may not ask for what is here."""
    navigation = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    status, headers, _ = call(url, "GET", "/", headers=navigation)

    assert (status, headers["cross-origin-resource-policy"]) == (200, "same-origin")
    assert "access-control-allow-origin" not in headers
    assert call(url, "GET", "/api/start", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors")[0] == 403


def test_nothing_changes_by_being_read(url: str) -> None:
    """What changes the server's pool is no GET, and other methods are not there."""
    for path in ("/api/pool?name=a.csv", "/api/hit", "/api/answer", "/api/request"):
        assert call(url, "GET", path)[0] == 405
    for method in ("PUT", "DELETE", "PATCH"):
        assert call(url, method, "/api/start", b"", Origin=url.rstrip("/"))[0] == 405
    assert call(url, "OPTIONS", "/api/answer", Origin="http://evil.example")[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../explorer.py",
        "/static/%2e%2e/explorer.py",
        "/static/..%2fexplorer.py",
        "/static/..%5cexplorer.py",
        "/static//etc/passwd",
        "/static/%00",
        "//etc/passwd",
        "/../../etc/passwd",
        "/static/",
        "/static/vendor",
        "/api",
    ],
)
def test_paths_lead_nowhere_else(url: str, path: str) -> None:
    """What is not among the page's parts is not there."""
    status, _, content = call(url, "GET", path)

    assert status in {400, 404, 405}
    assert b"root:" not in content
    assert b"import" not in content


def test_a_body_that_is_too_large_is_refused_at_its_head(url: str) -> None:
    """Of a gigabyte that is announced no byte is waited for; one that is not announced is cut where it is too much."""
    began = time.monotonic()
    status, _, content = call(url, "POST", "/api/hit", None, Origin=url.rstrip("/"), Content_Length=str(2**30))
    assert (status, time.monotonic() - began < 5) == (413, True)
    assert "larger than" in json.loads(content)["error"]

    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=20) as connection:
        head = f"POST /api/hit HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {url.rstrip('/')}\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        answer, sent = b"", 0
        with suppress(OSError):  # once it is refused, the connection is closed
            for _ in range(2**30 // 0x10000):
                connection.sendall(chunk)
                sent += 0x10000
        connection.settimeout(5)
        with suppress(OSError):
            answer = connection.recv(65536)
    assert sent < 2**27
    assert answer == b"" or b" 413 " in answer.split(b"\r\n")[0]
    assert ask(url)[0] == 200


def test_a_body_that_does_not_come_is_not_waited_for(url: str) -> None:
    """A client that sends a byte now and then is let go, and others are answered meanwhile."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=20) as connection:
        head = f"POST /api/hit HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {url.rstrip('/')}\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n".encode())
        began = time.monotonic()
        for _ in range(4):
            connection.sendall(b"x")
            time.sleep(0.2)
        assert ask(url)[0] == 200
        answer = connection.recv(65536)
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("before", [b"", b"GET /api/start HTTP/1.1\r\nHost: {host}\r\n\r\n"])
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_heads_that_do_not_come(url: str, before: bytes, sent: bytes) -> None:
    """A connection is closed that says nothing, or no more than a part, be it the first request or another one."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=20) as connection:
        connection.sendall(before.replace(b"{host}", parts.netloc.encode()))
        if before:
            while not connection.recv(65536).endswith(b"}"):
                pass
        began = time.monotonic()
        connection.sendall(sent)
        assert connection.recv(1) == b""
        assert time.monotonic() - began < (15 if before and not sent else 5)


def test_a_thousand_at_once(url: str) -> None:
    """All are answered, or told that there are too many; and the next one is answered."""

    def one(_: int) -> int:
        try:
            return ask(url)[0]
        except (OSError, ValueError, http.client.HTTPException):
            return 503  # told without words, or in plain text

    with ThreadPoolExecutor(64) as threads:
        found = list(threads.map(one, range(1000)))
    assert set(found) <= {200, 503}
    assert found.count(200) > 500
    assert ask(url)[0] == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 100_000, 422),
        (b"\xff\xfe", 422),
        (b"null", 422),
        (json.dumps({"before": [], "cards": [[]], "action": "accept"}).encode(), 422),
        (json.dumps({"before": [], "cards": [], "action": "dance"}).encode(), 422),
        (json.dumps({"before": [], "cards": [], "action": "accept", "worker": {"row": -1}}).encode(), 200),
        (json.dumps({"before": [], "cards": [], "action": "accept", "worker": {"row": 10**30}}).encode(), 200),
    ],
)
def test_questions_that_are_none(url: str, body: bytes, status: int) -> None:
    """They are refused with a reason, and met no bug."""
    found, said = ask(url, body)

    assert found == status
    assert status == 200 or said["error"]


def test_a_question_larger_than_any_page_asks() -> None:
    """It is refused before it is looked at: a million values would take minutes."""
    requirement = {"QualificationTypeId": "3T", "Comparator": "In", "IntegerValues": list(range(200_000))}
    asked = {"before": [], "cards": [{"on": True, "requirement": requirement}], "action": "accept"}
    with served() as (url, _):
        status, said = ask(url, json.dumps(asked).encode())

    assert status == 413
    assert said["error"] == "a question larger than 1 MiB; put fewer values on the cards"


def test_questions_that_nobody_waits_for_keep_their_turn() -> None:
    """However many are given up, no more than two are worked on at once."""
    at_once, most, lock = 0, 0, threading.Lock()

    class Slow(Explorer):
        def answer(self, tree: object) -> dict[str, Any]:
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.5)
            with lock:
                at_once -= 1
            return {}

    app = application(Slow(HIT, Pool("none", Reach([]))), ["testserver"], Limits(answering=0.05))

    async def asked() -> list[int]:
        headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
        scope = {"type": "http", "method": "POST", "scheme": "http", "path": "/api/answer", "raw_path": b"/api/answer",
                 "query_string": b"", "headers": headers, "http_version": "1.1", "root_path": ""}
        found: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": ASKED}

        async def send(message: MutableMapping[str, Any]) -> None:
            if "status" in message:
                found.append(message["status"])

        for _ in range(6):
            await app(dict(scope), receive, send)
        return found

    assert asyncio.run(asked()) == [503] * 6
    assert most == 2


def test_what_is_uploaded_stays_in_memory() -> None:
    """A file of a megabyte leaves no trace where files are put for a while."""
    before = {*Path(tempfile.gettempdir()).iterdir()}
    rows = "\n".join(f"A{number}MARK,US" for number in range(50_000))
    with served("hasty") as (url, _):
        status, said = ask(url, f"WorkerId,Worker_Locale\n{rows}\n".encode(), "/api/pool?name=large.csv")
    new = [each for each in Path(tempfile.gettempdir()).iterdir() if each not in before and each.is_file()]

    assert (status, said["size"]) == (200, 50_000)
    assert [each for each in new if b"MARK" in each.read_bytes()] == []


@pytest.mark.parametrize(
    ("host", "said"),
    [("evil.example", "host: expected an address"), ("0.0.0.0", "is every address"), ("192.0.2.1", "cannot listen on")],
)
def test_addresses_that_are_not_served(host: str, said: str) -> None:
    """A name, every address, and one that this machine does not have, are refused before anything is served."""
    with pytest.raises(qe.InvalidInput, match=said):
        serve(explorer(1, hit=HIT), host=host)
