"""Asking a server: redirects that stay safe, states that pass, speeds that are bounded, and errors for people.

Requests does the talking, so that the proxies and certificates of the environment are respected.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from tanheng.errors import InputError
from tanheng.provenance import version

_T = TypeVar("_T")
_CHUNK = 1 << 18  # bytes read at once
_PASSING = {408, 425, 429, 500, 502, 503, 504}  # states of a server that pass
_LONGEST_WAIT = 60.0  # s, whatever the server asks for
_RECORD_SIZE = 1 << 24  # bytes; a record of thousands of files is smaller


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for."""

    timeout: float = 30.0
    """Seconds without an answer, or over which the speed is measured."""
    slowest: float = 1000.0
    """Bytes a second below which the connection is taken for broken."""
    tries: int = 5
    """How often a broken connection is taken up again, the first try counted."""
    pause: float = 1.0
    """Seconds before the second try; doubled before each further one."""
    redirects: int = 5
    """How many redirects are followed."""


class BrokenError(Exception):
    """What another try may mend; ``wait`` is how many seconds the server asks for."""

    def __init__(self, what: str, wait: float = 0.0) -> None:
        super().__init__(what)
        self.wait = wait


def read_json(url: str, patience: Patience | None = None) -> object:
    """The JSON document at ``url``; raises InputError when there is none."""
    patience = patience or Patience()

    def read() -> bytes:
        with ask(session, url, {"Accept": "application/json"}, patience, "look at the address") as response:
            body = bytearray()
            for chunk in incoming(response, patience):
                body += chunk
                if len(body) > _RECORD_SIZE:
                    raise InputError(f"is longer than {_RECORD_SIZE:,} bytes, which no record is", where=url)
            return bytes(body)

    require_web(url)
    with open_session() as session:
        body = persist(read, url, patience, "look at the connection and the proxy and run the same again")
    try:
        return json.loads(body)
    except ValueError:  # of JSON and of UTF-8
        hint = "try again later"
        raise InputError(f"is not a JSON document, it begins with {shown(body)}", where=url, hint=hint) from None


def persist(work: Callable[[], _T], url: str, patience: Patience, hint: str) -> _T:
    """What ``work`` returns, tried again after what may pass."""
    attempt = 1
    while True:
        try:
            return work()
        except BrokenError as error:
            if attempt >= patience.tries:
                raise InputError(f"{error} ({attempt} tries)", where=url, hint=hint) from error
            time.sleep(max(patience.pause * 2 ** (attempt - 1), min(error.wait, _LONGEST_WAIT)))
            attempt += 1


def require_web(url: str) -> None:
    """Raise InputError for an address of another kind."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError("is no web address", where=url, hint="it must begin with https")


def open_session() -> requests.Session:
    """A session that says who asks, with the proxies of the environment."""
    session = requests.Session()
    # identity: lengths, ranges and hashes are those of the bytes that are published
    session.headers.update({"User-Agent": f"tanheng/{version()}", "Accept-Encoding": "identity"})
    return session


@contextmanager
def ask(
    session: requests.Session, url: str, headers: Mapping[str, str], patience: Patience, way_out: str
) -> Iterator[requests.Response]:
    """The answer to a GET, redirects followed; its bytes are still to be read."""
    first = url
    for _ in range(patience.redirects + 1):
        response = _get(session, url, headers, patience)
        try:
            if not response.is_redirect:
                _require_answer(response, url, way_out)
                yield response
                return
            url = _onward(url, response.headers["Location"], way_out)
        finally:
            response.close()
    raise InputError(f"redirects more than {patience.redirects} times", where=first, hint=way_out)


def _get(session: requests.Session, url: str, headers: Mapping[str, str], patience: Patience) -> requests.Response:
    try:
        return session.get(url, headers=headers, stream=True, timeout=patience.timeout, allow_redirects=False)
    except requests.exceptions.SSLError as error:
        hint = "look at the clock, and at the certificates of a proxy (REQUESTS_CA_BUNDLE)"
        raise InputError("does not prove who it is (TLS)", where=url, hint=hint) from error
    except requests.exceptions.Timeout as error:
        raise BrokenError(f"does not answer in {patience.timeout:g} seconds") from error
    except requests.exceptions.RequestException as error:
        raise BrokenError("cannot be reached") from error


def _onward(url: str, location: str, way_out: str) -> str:
    """Where a redirect leads; from https to nothing less."""
    target = urljoin(url, location)
    scheme = urlsplit(target).scheme
    if scheme == "https" or scheme == urlsplit(url).scheme:
        return target
    raise InputError(f"redirects to {target}, which is not as safe", where=url, hint=way_out)


def _require_answer(response: requests.Response, url: str, way_out: str) -> None:
    status = response.status_code
    if status in (200, 206, 416):
        return
    what = f"answers with {status} ({response.reason})"
    if status in _PASSING:
        wait = response.headers.get("Retry-After", "")
        raise BrokenError(what, float(wait) if wait.isascii() and wait.isdigit() else 0.0)
    hint = f"it may ask to register or to agree to something: {way_out}" if status in (401, 403) else way_out
    raise InputError(what, where=url, hint=hint)


def incoming(response: requests.Response, patience: Patience) -> Iterator[bytes]:
    """The bytes as they come; raises BrokenError where they stop or come too slowly."""
    since, came = time.monotonic(), 0
    while True:
        try:
            chunk = response.raw.read1(_CHUNK, decode_content=False)
        except urllib3.exceptions.TimeoutError as error:
            raise BrokenError(f"sends nothing for {patience.timeout:g} seconds") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise BrokenError("breaks off") from error
        if not chunk:
            return
        came += len(chunk)
        passed = time.monotonic() - since
        if passed > patience.timeout:
            if came < patience.slowest * passed:
                raise BrokenError(f"sends less than {patience.slowest:g} bytes a second")
            since, came = time.monotonic(), 0
        yield chunk


def shown(head: bytes) -> str:
    """The first bytes, for a message."""
    return repr(head[:24].decode("ascii", "backslashreplace"))
