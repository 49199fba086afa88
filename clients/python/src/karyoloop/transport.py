from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .errors import KaryoloopError

_WAITS_SECONDS = (0.2, 1.0, 3.0, 10.0)
_TIMEOUT_SECONDS = 120
_CHUNKS_AT_ONCE = 8


class Transport:
    """Asks one server with one token, over connections that stay open, one for each thread.

    Answers that only come too early (429, 503) and lost connections of questions that may be asked twice are waited for.
    A redirection is an error: the token is for this server alone.
    """

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address such as https://karyoloop.example.org")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._token = token
        self._threads = threading.local()
        # Of all arrays together: their connections stay open.
        self.pool = ThreadPoolExecutor(_CHUNKS_AT_ONCE, thread_name_prefix="karyoloop")

    def get(self, path: str, **query: object) -> Any:
        return json.loads(self.content("GET", path, query=query) or b"null")

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        return json.loads(self.content(method, path, content, "application/json") or b"null")

    def content(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "application/octet-stream",
        query: Mapping[str, object] | None = None,
    ) -> bytes:
        status, _, content = self._patiently(method, path, body, content_type, query)
        if status >= 300:
            raise KaryoloopError(status, _problem_in(content))
        return content

    def part(self, path: str) -> bytes | None:
        """A part of a Zarr; None where there is none, which is a chunk of zeros."""
        status, _, content = self._patiently("GET", path, None, "", None)
        if status == 404 and not content:
            return None
        if status >= 300:
            raise KaryoloopError(status, _problem_in(content))
        return content

    def stream(self, path: str, query: Iterable[tuple[str, str]]) -> http.client.HTTPResponse:
        """An answer that is read piece by piece, on a connection of its own that closes with it."""
        connection = self._connect()
        connection.request("GET", f"{path}?{urlencode(list(query))}", headers=self._headers())
        response = connection.getresponse()
        if response.status >= 300:
            content = response.read()
            connection.close()
            raise KaryoloopError(response.status, _problem_in(content))
        return response

    def _patiently(
        self, method: str, path: str, body: bytes | None, content_type: str, query: Mapping[str, object] | None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        target = path + (f"?{urlencode(query)}" if query else "")
        for wait in (*_WAITS_SECONDS, None):
            try:
                answer = self._once(method, target, body, content_type)
            except (http.client.HTTPException, ConnectionError, TimeoutError):
                self._forget()
                if wait is None or method not in ("GET", "PUT", "DELETE"):
                    raise
                time.sleep(wait)
                continue
            if wait is None or answer[0] not in (429, 503):
                return answer
            time.sleep(min(60.0, float(answer[1].get("retry-after") or wait)))
        raise AssertionError("the last try returns or raises")

    def _once(
        self, method: str, target: str, body: bytes | None, content_type: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = getattr(self._threads, "connection", None)
        if connection is None:
            connection = self._threads.connection = self._connect()
        headers = self._headers()
        if body is not None:
            headers["content-type"] = content_type
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read()
        if response.will_close:
            self._forget()
        return response.status, response.headers, content

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=_TIMEOUT_SECONDS, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_SECONDS)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}", "accept": "application/json, */*"}

    def _forget(self) -> None:
        connection = getattr(self._threads, "connection", None)
        self._threads.connection = None
        if connection is not None:
            connection.close()


def segment(text: str) -> str:
    """One part of a path."""
    return quote(text, safe="")


def _problem_in(content: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(content)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
