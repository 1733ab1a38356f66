"""Redmine: https://www.redmine.org/projects/redmine/wiki/Rest_Issues and Rest_api (attaching files)."""

from urllib.parse import quote

from forensics.tickets.sending import Sender, secret
from forensics.tickets.summary import Summary, textile
from forensics.tickets.tracker import Comment, File, Tracker, marked, place


class Redmine:
    """An issue. Its notes can be changed since Redmine 5.0."""

    largest_bytes = 5 << 20
    """What an installation allows unless its administrator raised it (5 MB); larger files answer 422."""

    def __init__(self, sender: Sender, issue: str) -> None:
        """Store where the issue is."""
        self._sender, self._path = sender, f"/issues/{issue}.json"

    def comment(self, key: str) -> Comment | None:
        """The newest note with the mark."""
        found = (self._sender.get(f"{self._path}?include=journals").body or {}).get("issue", {}).get("journals", [])
        notes = [marked(each["id"], each.get("notes") or "", key) for each in found]
        return next((each for each in reversed(notes) if each), None)

    def attached(self) -> set[str]:
        """The names of its attachments."""
        issue = (self._sender.get(f"{self._path}?include=attachments").body or {}).get("issue", {})
        return {each["filename"] for each in issue.get("attachments", [])}

    def attach(self, file: File) -> str:
        """Upload, then hang the upload on the issue."""
        path = f"/uploads.json?filename={quote(file.name, safe='')}"
        told = f"{file.name}: {len(file.body)} bytes"
        answer = self._sender.send("POST", path, file.body, "application/octet-stream", told=told)
        token = (answer.body or {}).get("upload", {}).get("token", "TOKEN-OF-THE-UPLOAD")
        upload = {"token": token, "filename": file.name, "content_type": file.kind}
        self._sender.json("PUT", self._path, {"issue": {"uploads": [upload]}})
        return file.name

    def post(self, said: Summary) -> None:
        """Add a note."""
        self._sender.json("PUT", self._path, {"issue": {"notes": textile(said)}})

    def replace(self, old: Comment, said: Summary) -> None:
        """Change the note."""
        self._sender.json("PUT", f"/journals/{old.id}.json", {"journal": {"notes": textile(said)}})


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """``https://redmine.example/issues/12``; the token is an API key (My account)."""
    base, (issue,) = place("redmine", address, "", [r"/issues/(\d+)"])
    token = secret("redmine", needed=not is_dry)
    sender = Sender(base, {"X-Redmine-API-Key": token}, (token,), is_dry)
    return sender, Redmine(sender, issue)
