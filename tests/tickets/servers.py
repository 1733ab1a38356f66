"""Ticket systems on loopback that hold to their documented APIs: paths, headers, forms, pages, errors."""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "t0ken-that-must-never-show"


@dataclass
class System:
    """What a ticket holds, what was asked, and the faults that come before the next answers."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    fault_on: str = ""
    base: str = ""
    released: bool = False


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)

    def form_file(self) -> tuple[str, bytes]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = BytesParser().parsebytes(head + self.body).get_payload()
        assert part.get_param("name", header="content-disposition") == "file"
        return part.get_filename(), part.get_payload(decode=True)


Answer = tuple[int, Any]
NOT_FOUND = (404, {"message": "Not Found"})


def add(system: System, **said: Any) -> dict[str, Any]:
    system.comments.append({"id": len(system.comments) + 1, **said})
    return system.comments[-1]


def change(system: System, id: str, **said: Any) -> None:
    next(each for each in system.comments if str(each["id"]) == id).update(said)


def jira(system: System, asked: Asked) -> Answer:
    if asked.headers["Authorization"] != f"Basic {base64.b64encode(f'me:{TOKEN}'.encode()).decode()}":
        return 401, {"errorMessages": ["Client must be authenticated to access this resource."]}
    root = "/rest/api/3/issue/OPS-12"
    if (asked.method, asked.path) == ("GET", root):
        return 200, {"fields": {"attachment": [{"filename": name} for name in system.files]}}
    if (asked.method, asked.path) == ("POST", f"{root}/attachments"):
        if asked.headers["X-Atlassian-Token"] != "no-check":
            return 403, {"message": "XSRF check failed"}
        name, body = asked.form_file()
        system.files[name] = body
        return 200, [{"filename": name, "content": f"{system.base}/content/1"}]
    if (asked.method, asked.path) == ("GET", f"{root}/comment"):
        start = int(asked.query["startAt"])
        return 200, {"comments": system.comments[start : start + 2], "total": len(system.comments), "startAt": start}
    if (asked.method, asked.path) == ("POST", f"{root}/comment"):
        assert asked.json["body"]["type"] == "doc"
        return 201, add(system, body=asked.json["body"])
    match = re.fullmatch(rf"{root}/comment/(\d+)", asked.path)
    if match and asked.method == "PUT":
        change(system, match[1], body=asked.json["body"])
        return 200, {}
    return NOT_FOUND


def github(system: System, asked: Asked) -> Answer:
    if asked.headers["Authorization"] != f"Bearer {TOKEN}":
        return 401, {"message": "Bad credentials"}
    root = "/repos/acme/shop"
    if (asked.method, asked.path) == ("GET", f"{root}/issues/12/comments"):
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        return 200, system.comments[(page - 1) * size : page * size]
    if (asked.method, asked.path) == ("POST", f"{root}/issues/12/comments"):
        return 201, add(system, body=asked.json["body"])
    match = re.fullmatch(rf"{root}/issues/comments/(\d+)", asked.path)
    if match and asked.method == "PATCH":
        change(system, match[1], body=asked.json["body"])
        return 200, {}
    assets = [{"name": name, "browser_download_url": f"{system.base}/download/{name}"} for name in system.files]
    release = {"upload_url": f"{system.base}{root}/releases/1/assets{{?name,label}}", "assets": assets}
    if (asked.method, asked.path) == ("GET", f"{root}/releases/tags/incident-reports"):
        return (200, release) if system.released else NOT_FOUND
    if (asked.method, asked.path) == ("POST", f"{root}/releases"):
        system.released = True
        return 201, release
    if (asked.method, asked.path) == ("POST", f"{root}/releases/1/assets"):
        if asked.query["name"] in system.files:
            return 422, {"errors": [{"code": "already_exists"}]}
        system.files[asked.query["name"]] = asked.body
        return 201, {"browser_download_url": f"{system.base}/download/{asked.query['name']}"}
    return NOT_FOUND


def gitlab(system: System, asked: Asked) -> Answer:
    if asked.headers["PRIVATE-TOKEN"] != TOKEN:
        return 401, {"message": "401 Unauthorized"}
    root = "/api/v4/projects/acme%2Fshop"
    if (asked.method, asked.path) == ("GET", f"{root}/issues/12/notes"):
        return 200, system.comments
    if (asked.method, asked.path) == ("POST", f"{root}/issues/12/notes"):
        return 201, add(system, body=asked.json["body"])
    if (asked.method, asked.path) == ("POST", f"{root}/uploads"):
        name, body = asked.form_file()
        system.files[name] = body
        return 201, {"url": f"/uploads/1/{name}", "full_path": f"/-/project/1/uploads/1/{name}"}
    match = re.fullmatch(rf"{root}/issues/12/notes/(\d+)", asked.path)
    if match and asked.method == "PUT":
        change(system, match[1], body=asked.json["body"])
        return 200, {}
    return NOT_FOUND


def servicenow(system: System, asked: Asked) -> Answer:
    record = "0123456789abcdef0123456789abcdef"
    if asked.headers["Authorization"] != f"Bearer {TOKEN}":
        return 401, {"error": {"message": "User Not Authenticated"}}
    if (asked.method, asked.path) == ("GET", "/api/now/table/sys_journal_field"):
        assert f"element_id={record}" in asked.query["sysparm_query"]
        return 200, {"result": [{"sys_id": each["id"], "value": each["value"]} for each in system.comments]}
    if (asked.method, asked.path) == ("GET", "/api/now/attachment"):
        return 200, {"result": [{"file_name": name} for name in system.files]}
    if (asked.method, asked.path) == ("POST", "/api/now/attachment/file"):
        assert (asked.query["table_name"], asked.query["table_sys_id"]) == ("incident", record)
        system.files[asked.query["file_name"]] = asked.body
        return 201, {"result": {"download_link": f"{system.base}/sys_attachment.do"}}
    if (asked.method, asked.path) == ("PATCH", f"/api/now/table/incident/{record}"):
        add(system, value=asked.json["work_notes"])
        return 200, {"result": {}}
    return NOT_FOUND


def redmine(system: System, asked: Asked) -> Answer:
    if asked.headers["X-Redmine-API-Key"] != TOKEN:
        return 401, None
    if (asked.method, asked.path) == ("GET", "/issues/12.json"):
        files = [{"filename": name} for name in system.files]
        return 200, {"issue": {"journals": system.comments, "attachments": files}}
    if (asked.method, asked.path) == ("POST", "/uploads.json"):
        if asked.headers["Content-Type"] != "application/octet-stream":
            return 406, None
        system.uploads[f"u{len(system.uploads)}"] = asked.body
        return 201, {"upload": {"token": f"u{len(system.uploads) - 1}"}}
    if (asked.method, asked.path) == ("PUT", "/issues/12.json"):
        issue = asked.json["issue"]
        for each in issue.get("uploads", []):
            system.files[each["filename"]] = system.uploads.pop(each["token"])
        if issue.get("notes"):
            add(system, notes=issue["notes"])
        return 204, None
    match = re.fullmatch(r"/journals/(\d+)\.json", asked.path)
    if match and asked.method == "PUT":
        change(system, match[1], notes=asked.json["journal"]["notes"])
        return 204, None
    return NOT_FOUND


def pagerduty(system: System, asked: Asked) -> Answer:
    if asked.headers["Authorization"] != f"Token token={TOKEN}":
        return 401, {"error": {"message": "Unauthorized"}}
    assert asked.headers["Accept"] == "application/vnd.pagerduty+json;version=2"
    if (asked.method, asked.path) == ("GET", "/incidents/PT4KHLK/notes"):
        return 200, {"notes": system.comments[::-1]}
    if (asked.method, asked.path) == ("POST", "/incidents/PT4KHLK/notes"):
        assert asked.headers["From"] == "me"
        return 200, {"note": add(system, content=asked.json["note"]["content"])}
    return NOT_FOUND


def slack(system: System, asked: Asked) -> Answer:
    name = asked.path.removeprefix("/api/")
    if asked.path == "/upload/1":
        assert asked.headers["Authorization"] is None
        system.uploads["F1"] = asked.body
        return 200, None
    if asked.headers["Authorization"] != f"Bearer {TOKEN}":
        return 200, {"ok": False, "error": "invalid_auth"}
    if name == "conversations.history":
        return 200, {
            "ok": True,
            "messages": [{"ts": str(each["id"]), "text": each["text"]} for each in system.comments[::-1]],
        }
    if name == "files.list":
        return 200, {"ok": True, "files": [{"name": each} for each in system.files]}
    if name == "files.getUploadURLExternal":
        fields = parse_qs(asked.body.decode())
        system.uploads["name"] = fields["filename"][0].encode()
        return 200, {"ok": True, "upload_url": f"{system.base}/upload/1", "file_id": "F1"}
    if name == "files.completeUploadExternal":
        assert asked.json["channel_id"] == "C0123456789"
        system.files[system.uploads.pop("name").decode()] = system.uploads.pop("F1")
        return 200, {"ok": True}
    if name == "chat.postMessage":
        add(system, text=asked.json["text"])
        return 200, {"ok": True}
    if name == "chat.update":
        change(system, asked.json["ts"], text=asked.json["text"])
        return 200, {"ok": True}
    return 200, {"ok": False, "error": "unknown_method"}


SYSTEMS: dict[str, tuple[Callable[[System, Asked], Answer], str]] = {
    "jira": (jira, "/browse/OPS-12"),
    "github": (github, "/acme/shop/issues/12"),
    "gitlab": (gitlab, "/acme/shop/-/issues/12"),
    "servicenow": (servicenow, "/incident/0123456789abcdef0123456789abcdef"),
    "redmine": (redmine, "/issues/12"),
    "pagerduty": (pagerduty, "/incidents/PT4KHLK"),
    "slack": (slack, "/archives/C0123456789"),
}


@contextmanager
def serving(name: str) -> Iterator[tuple[System, str]]:
    """The system ``name`` on loopback and the address of a ticket in it."""
    answer, path = SYSTEMS[name]
    system = System()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            parts = urlsplit(self.path)
            system.asked.append((self.command, parts.path))
            if system.faults and self.command.startswith(system.fault_on):
                fault = system.faults.pop(0)
                if fault == "cut":
                    self.connection.close()
                    return
                self.reply(*fault)
                return
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            path = parts.path if "%2F" in parts.path else unquote(parts.path)
            status, said = answer(system, Asked(self.command, path, query, self.headers, body))
            self.reply(status, said)

        do_POST = do_PUT = do_PATCH = do_GET

        def reply(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
            body = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield system, system.base + path
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
