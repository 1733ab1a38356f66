"""Jira: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ (issue attachments, issue comments)."""

import base64
import json

from forensics.tickets.sending import Sender, secret
from forensics.tickets.summary import Summary, document
from forensics.tickets.tracker import Comment, File, Tracker, marked, place

PAGE = 100


class Jira:
    """An issue."""

    largest_bytes = 10 << 20
    """The default of Jira; an administrator may allow more."""

    def __init__(self, sender: Sender, issue: str) -> None:
        """Store where the issue is."""
        self._sender, self._path = sender, f"/rest/api/3/issue/{issue}"

    def comment(self, key: str) -> Comment | None:
        """The newest comment with the mark, page by page."""
        found: Comment | None = None
        start = 0
        while True:
            page = self._sender.get(f"{self._path}/comment?startAt={start}&maxResults={PAGE}").body or {}
            for each in page.get("comments", []):
                found = marked(each["id"], json.dumps(each["body"]), key) or found
            start += len(page.get("comments", []))
            if start >= page.get("total", 0) or not page.get("comments"):
                return found

    def attached(self) -> set[str]:
        """The names of its attachments."""
        fields = (self._sender.get(f"{self._path}?fields=attachment").body or {}).get("fields", {})
        return {each["filename"] for each in fields.get("attachment", [])}

    def attach(self, file: File) -> str:
        """Attach; without the header Jira takes it for a forged form and refuses."""
        headers = {"X-Atlassian-Token": "no-check"}
        answer = self._sender.file(f"{self._path}/attachments", file.name, file.kind, file.body, headers)
        return str((answer.body or [{}])[0].get("content", file.name))

    def post(self, said: Summary) -> None:
        """Add a comment."""
        self._sender.json("POST", f"{self._path}/comment", {"body": document(said)})

    def replace(self, old: Comment, said: Summary) -> None:
        """Change the comment."""
        self._sender.json("PUT", f"{self._path}/comment/{old.id}", {"body": document(said)})


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """``https://acme.atlassian.net/browse/OPS-12``; FORENSICS_JIRA_USER with a token of the cloud, none with a personal token."""
    base, (issue,) = place("jira", address, "", [r"/browse/([A-Za-z][A-Za-z0-9_]*-\d+)"])
    token, user = secret("jira", needed=not is_dry), secret("jira", "USER", needed=False)
    pair = base64.b64encode(f"{user}:{token}".encode()).decode()
    sender = Sender(base, {"Authorization": f"Basic {pair}" if user else f"Bearer {token}"}, (token, pair), is_dry)
    return sender, Jira(sender, issue)
