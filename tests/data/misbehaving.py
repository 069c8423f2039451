"""A server on this machine that serves one file in all the ways that servers get wrong.

The first part of a path says how: ``server.url("breaks/a.bin", after=1000)`` is an address that breaks off after 1000
bytes. What was asked and how many bytes of the body were sent is in ``server.asked``.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

CONTENT = random.Random(1).randbytes(300_000)
OTHER = random.Random(2).randbytes(300_000)
PAGE = b"\n<!DOCTYPE html><html><body><form>Please log in</form></body></html>" + b" " * 1000
_PAUSE = 0.02  # s between the bytes of a server that drips


@dataclass
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    sent: int = 0


@dataclass
class Server:
    """The server's address, its content, and what it was asked."""

    base: str
    content: bytes = CONTENT
    asked: list[Asked] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, **options: object) -> str:
        """The address of a path, with what the behaviour needs to know."""
        return f"{self.base}/{path}" + (f"?{urlencode(options)}" if options else "")

    @property
    def ranges(self) -> list[str | None]:
        """The Range header of each request, in order."""
        return [asked.headers.get("Range") for asked in self.asked]

    @property
    def sent(self) -> int:
        """Bytes of bodies sent in all."""
        return sum(asked.sent for asked in self.asked)

    def md5(self) -> str:
        """The content's hash as Zenodo declares it."""
        return f"md5:{hashlib.md5(self.content).hexdigest()}"

    def sha256(self) -> str:
        """The content's hash."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"


@contextmanager
def serve() -> Iterator[Server]:
    """A server until the block ends; its threads have ended then."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        http.daemon_threads = False  # so that leaving waits for them
        http.state = Server(f"http://127.0.0.1:{http.server_address[1]}")
        loop = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        loop.start()
        try:
            yield http.state
        finally:
            http.state.ending.set()
            http.shutdown()
            loop.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.state: Server = self.server.state
        parts = urlsplit(self.path)
        self.options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked = Asked(parts.path, dict(self.headers))
        self.first = all(asked.path != parts.path for asked in self.state.asked)
        self.state.asked.append(self.asked)
        self.close_connection = True
        with suppress(ConnectionError):  # the client has had enough
            getattr(self, parts.path.split("/")[1])()

    def start(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def body(self, content: bytes) -> None:
        for at in range(0, len(content), 1 << 14):
            piece = content[at : at + (1 << 14)]
            self.wfile.write(piece)
            self.asked.sent += len(piece)

    def resumable(self, after: int | None = None, etag: str | None = '"1"', content: bytes | None = None) -> None:
        """A server as it should be: ranges, an ETag, If-Range; breaks off after so many bytes of this answer."""
        content = self.state.content if content is None else content
        headers = {"ETag": etag} if etag else {}
        start = 0
        match = self.headers.get("If-Range", etag) == etag
        if match and (asked := self.headers.get("Range")):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            headers["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.start(206 if "Content_Range" in headers else 200, len(content) - start, **headers)
        self.body(content[start:] if after is None else content[start : start + after])

    # --- what comes first in a path ---

    def good(self) -> None:
        self.resumable()

    def breaks(self) -> None:
        """Always breaks off after so many bytes."""
        self.resumable(int(self.options["after"]))

    def breaks_once(self) -> None:
        self.resumable(int(self.options["after"]) if self.first else None)

    def breaks_at(self) -> None:
        """Breaks off after the bytes of each number in turn, then no more."""
        breaks = [int(word) for word in self.options.get("at", "").split(",") if word]
        turn = sum(asked.path == self.asked.path for asked in self.state.asked) - 1
        self.resumable(breaks[turn] if turn < len(breaks) else None)

    def unmarked(self) -> None:
        """Takes ranges, breaks off once, and says nothing by which a version could be told."""
        self.resumable(int(self.options["after"]) if self.first else None, etag=None)

    def dated(self) -> None:
        """Tells versions by a date, beside an ETag that promises nothing."""
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        content = self.state.content
        headers = {"ETag": 'W/"1"', "Last_Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.start(206 if start else 200, len(content) - start, **headers)
        self.body(content[start : start + int(self.options["after"])] if self.first else content[start:])

    def changes(self) -> None:
        """Breaks off, and serves another file under another ETag from then on."""
        if self.first:
            self.resumable(int(self.options["after"]))
        else:
            self.resumable(etag='"2"', content=OTHER)

    def changes_unsaid(self) -> None:
        """The same, but a range of the other file is given whatever If-Range says."""
        if "Range" in self.headers:
            del self.headers["If-Range"]
        self.changes()

    def shrinks(self) -> None:
        """Breaks off, and answers 416 to any range from then on."""
        if "Range" in self.headers:
            self.start(416, 0)
        else:
            self.resumable(int(self.options["after"]) if self.first else None)

    def rangeless(self) -> None:
        """Breaks off once, and answers a range with the whole."""
        self.start(200, len(self.state.content), ETag='"1"')
        self.body(self.state.content[: int(self.options["after"]) if self.first else None])

    def announces(self) -> None:
        """Announces so many bytes whatever comes."""
        length = int(self.options["bytes"])
        self.start(200, length)
        self.body(self.state.content[:length])  # more would be cut off by the protocol

    def unannounced(self) -> None:
        """Sends no length: the end of the connection is the end of the file."""
        self.start(200, None)
        self.body(self.state.content[: int(self.options.get("after", len(self.state.content)))])

    def chunked(self) -> None:
        """Sends the file in chunks of the protocol, and breaks off before the end where asked to."""
        self.start(200, None, Transfer_Encoding="chunked")
        content = self.state.content[: int(self.options.get("after", len(self.state.content)))]
        self.wfile.write(b"%x\r\n" % len(self.state.content))
        self.body(content)
        if len(content) == len(self.state.content):
            self.wfile.write(b"\r\n0\r\n\r\n")

    def endless(self) -> None:
        self.start(200, None)
        while not self.state.ending.is_set():
            self.body(self.state.content)

    def silent(self) -> None:
        self.state.ending.wait(10)

    def drips(self) -> None:
        self.start(200, len(self.state.content))
        for at in range(500):
            self.body(self.state.content[at : at + 1])
            if self.state.ending.wait(_PAUSE):
                return

    def stops(self) -> None:
        """Sends a third and then nothing, without ending."""
        self.start(200, len(self.state.content), ETag='"1"')
        self.body(self.state.content[:100_000])
        self.state.ending.wait(10)

    def status(self) -> None:
        """Always answers with that state."""
        self.start(int(self.options["code"]), 0)

    def status_once(self) -> None:
        if self.first:
            self.start(int(self.options["code"]), 0, Retry_After=self.options.get("wait", "0"))
        else:
            self.resumable()

    def redirects(self) -> None:
        self.start(302, 0, Location=self.options["to"])

    def ring(self) -> None:
        """Redirects to itself."""
        self.start(302, 0, Location=self.path)

    def page(self) -> None:
        """A page that asks to log in, with a good conscience."""
        self.start(200, len(PAGE), Content_Type="text/html; charset=utf-8")
        self.body(PAGE)

    def page_once(self) -> None:
        """The same, after the file has broken off once."""
        if self.first:
            self.resumable(int(self.options["after"]))
        else:
            self.page()

    def records(self) -> None:
        """Zenodo's record N: its JSON has this layout. What is wrong with it is said by N."""
        number = self.asked.path.split("/")[2]
        entry = {
            "id": "a2d5f1bf-0b50-4f79-b6c8-6bbd643c3dc6",
            "key": "a.bin",
            "size": len(self.state.content),
            "checksum": self.state.md5(),
            "links": {"self": self.state.url("good/a.bin")},
        }
        faulty = {
            "2": {"links": {}},
            "3": {"checksum": "unknown"},
            "4": {"size": "300000"},
            "5": {"links": {"self": "ftp://127.0.0.1/a.bin"}},
        }
        record = {"id": int(number), "metadata": {"title": "A table"}, "files": [entry | faulty.get(number, {})]}
        bodies = {"6": {"id": 6}, "7": [], "8": {"files": [1]}}
        body = b"{" if number == "9" else json.dumps(bodies.get(number, record)).encode()
        self.start(200, len(body), Content_Type="application/json")
        self.body(body)
