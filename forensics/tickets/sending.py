"""HTTP to a ticket system: verified TLS, the proxies of the environment, no redirects, and a token that is never told.

A failure that may pass (429, 5xx, a cut connection) raises ``Again``: the whole exchange is then begun anew, since it starts by
looking what is there, and so does nothing twice.
"""

import http.client
import ipaddress
import json
import os
import ssl
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from forensics.errors import TicketError

TIMEOUT_S = 60
LONGEST_WAIT_S = 120.0
LARGEST_ANSWER = 32 << 20


class Again(Exception):
    """What failed may work later; ``wait_s`` is what the server asked for, None where it did not say."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        """Store why, and how long to wait."""
        super().__init__(message)
        self.message, self.wait_s = message, wait_s


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower case) and the JSON of an answer; None where it has none."""

    status: int
    headers: Mapping[str, str]
    body: Any


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect would carry the token to another place."""


@dataclass(slots=True)
class Sender:
    """Requests to ``base`` (scheme and host) with ``secret`` headers; ``shown`` collects what a dry run would send."""

    base: str
    secret: Mapping[str, str]
    hidden: tuple[str, ...]
    is_dry: bool = False
    shown: list[str] = field(default_factory=list)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Read; in a dry run nothing is asked, and nothing is there."""
        if self.is_dry:
            return Answer(200, {}, None)
        return self._send("GET", self.base + path, None, headers or {})

    def send(
        self, method: str, path: str, body: bytes, kind: str, headers: Mapping[str, str] | None = None, told: str = ""
    ) -> Answer:
        """Write ``body`` of content type ``kind`` to a path of the base, or to a whole address; ``told`` describes it in a dry run."""
        url = path if "://" in path else self.base + path
        said = {"Content-Type": kind, **(headers or {})}
        if self.is_dry:
            lines = [
                f"{method} {url}",
                *(f"{name}: {value}" for name, value in sorted(said.items())),
                told or body.decode(),
            ]
            self.shown.append(self.scrubbed("\n".join(lines)))
            return Answer(200, {}, None)
        return self._send(method, url, body, said)

    def json(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Write JSON."""
        return self.send(method, path, json.dumps(body, ensure_ascii=False).encode(), "application/json")

    def file(self, path: str, name: str, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Write a file as the part ``file`` of a form."""
        mark = uuid.uuid5(uuid.NAMESPACE_OID, name).hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        whole = head.encode() + body + f"\r\n--{mark}--\r\n".encode()
        return self.send(
            "POST", path, whole, f"multipart/form-data; boundary={mark}", headers, f"{name}: {len(body)} bytes, {kind}"
        )

    def scrubbed(self, text: str) -> str:
        """``text`` without any secret."""
        for each in self.hidden:
            text = text.replace(each, "***") if each else text
        return text

    def _send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(
            url,
            data=body,
            method=method,
            headers={"Accept": "application/json", "User-Agent": "forensics", **headers, **self.secret},
        )
        handlers = [_NoRedirects(), urllib.request.HTTPSHandler(context=_trusted())]
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT_S) as answer:
                return Answer(answer.status, _lower(answer.headers), _json(answer.read(LARGEST_ANSWER)))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error, url) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise TicketError(
                    f"{_host(url)} does not prove who it is: {reason.verify_message}",
                    hint="Set SSL_CERT_FILE to your own authority's certificate.",
                ) from None
            raise Again(self.scrubbed(f"no answer from {_host(url)}: {reason}")) from None

    def _refused(self, error: urllib.error.HTTPError, url: str) -> Exception:
        said = self.scrubbed(_reason(error))
        what = f"{_host(url)} answered {error.code}{': ' + said if said else ''}"
        if error.code == 429 or error.code >= 500:
            return Again(what, _wait(error.headers.get("Retry-After")))
        return TicketError(what, hint=HINTS.get(error.code, "Check the target and what the token may do."))


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


HINTS: Mapping[int, str] = {
    401: "Renew the token; it has expired or is wrong.",
    403: "Give the token's owner the right to comment and attach.",
    404: "Check the target: it does not exist, or the token's owner may not see it.",
    413: "Send less: --format json only, or raise the limit of the ticket system.",
    301: "Name the address that the redirect leads to.",
    302: "Name the address that the redirect leads to.",
}


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        body = error.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""
    try:
        said = json.loads(body)
    except ValueError:
        return " ".join(body.split())[:200] if "<" not in body else ""
    return " ".join(json.dumps(said, ensure_ascii=False).split())[:300]


def _wait(text: str | None) -> float | None:
    return min(float(text), LONGEST_WAIT_S) if text and text.strip().isdigit() else None


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return None


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def checked(base: str) -> str:
    """``base`` if a token may be sent there: over TLS, or to this machine.

    Raises:
        TicketError: it may not.
    """
    parts = urlsplit(base)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return base
    raise TicketError(f"{base} would carry the token unencrypted", hint="Name an https address.")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret(tracker: str, what: str = "TOKEN", *, needed: bool = True) -> str:
    """The token (or USER) for a tracker from FORENSICS_TRACKER_TOKEN, else from the keyring; never from a flag.

    Raises:
        TicketError: it is needed and there is none.
    """
    name = f"FORENSICS_{tracker.upper()}_{what}"
    found = os.environ.get(name, "").strip() or _from_keyring(tracker, what)
    if needed and not found:
        raise TicketError(
            f"there is no token for {tracker}",
            hint=f"Set {name}, or store it: keyring set forensics {tracker}-{what.lower()}",
        )
    return found


def _from_keyring(tracker: str, what: str) -> str:
    import importlib

    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return ""
    try:
        return str(keyring.get_password("forensics", f"{tracker}-{what.lower()}") or "")
    except errors.KeyringError:
        return ""
