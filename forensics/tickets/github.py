"""GitHub: https://docs.github.com/rest/issues/comments and /rest/releases/assets. Issues take no files: an asset of a release does."""

from typing import Any
from urllib.parse import quote, urlsplit

from forensics.errors import TicketError
from forensics.tickets.sending import Sender, secret
from forensics.tickets.summary import Summary, markdown
from forensics.tickets.tracker import Comment, File, Tracker, marked, place

TAG = "incident-reports"
PAGE = 100


class GitHub:
    """An issue or pull request; files become assets of the draft-free prerelease ``incident-reports``."""

    largest_bytes = 2 << 30

    def __init__(self, sender: Sender, repository: str, issue: str) -> None:
        """Store where the issue is."""
        self._sender, self._repository = sender, f"/repos/{repository}"
        self._comments = f"{self._repository}/issues/{issue}/comments"

    def comment(self, key: str) -> Comment | None:
        """The newest comment with the mark, page by page."""
        found: Comment | None = None
        number = 1
        while True:
            page = self._sender.get(f"{self._comments}?per_page={PAGE}&page={number}").body or []
            for each in page:
                found = marked(each["id"], each.get("body") or "", key) or found
            if len(page) < PAGE:
                return found
            number += 1

    def attached(self) -> set[str]:
        """Nothing: whether an asset is there is seen when it is attached, since the comment must link it either way."""
        return set()

    def attach(self, file: File) -> str:
        """Upload as an asset of the release, which is made when there is none."""
        release = self._release()
        for each in release.get("assets", []):
            if each["name"] == file.name:
                return str(each["browser_download_url"])
        upload = str(release.get("upload_url") or self._guess()).partition("{")[0]
        self._refuse_strangers(upload)
        told = f"{file.name}: {len(file.body)} bytes"
        answer = self._sender.send("POST", f"{upload}?name={quote(file.name)}", file.body, file.kind, told=told)
        return str((answer.body or {}).get("browser_download_url", file.name))

    def _release(self) -> dict[str, Any]:
        try:
            found = self._sender.get(f"{self._repository}/releases/tags/{TAG}").body
        except TicketError as error:
            if " answered 404" not in error.message:
                raise
            found = None
        if found:
            return dict(found)
        body = {
            "tag_name": TAG,
            "name": "Incident reports",
            "prerelease": True,
            "body": "Post-mortems, attached by forensics.",
        }
        return dict(self._sender.json("POST", f"{self._repository}/releases", body).body or {})

    def _guess(self) -> str:
        """Where a dry run would upload to."""
        return f"{self._sender.base.replace('api.', 'uploads.', 1)}{self._repository}/releases/ID/assets"

    def _refuse_strangers(self, url: str) -> None:
        """The address of the upload comes from the server: the token goes to no other organisation's host."""
        ours, theirs = urlsplit(self._sender.base).hostname or "", urlsplit(url).hostname or ""
        if theirs not in (ours, ours.replace("api.", "uploads.", 1)):
            raise TicketError(f"the upload would go to {theirs}", hint="Check the address of the target.")

    def post(self, said: Summary) -> None:
        """Add a comment."""
        self._sender.json("POST", self._comments, {"body": markdown(said)})

    def replace(self, old: Comment, said: Summary) -> None:
        """Change the comment."""
        self._sender.json("PATCH", f"{self._repository}/issues/comments/{old.id}", {"body": markdown(said)})


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """``owner/repository#12``, or the address of the issue."""
    shapes = [r"/?([\w.-]+/[\w.-]+)(?:#|/issues/|/pull/)(\d+)"]
    base, (repository, issue) = place("github", address, "https://api.github.com", shapes)
    base = "https://api.github.com" if base == "https://github.com" else base
    token = secret("github", needed=not is_dry)
    headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
    sender = Sender(base, headers, (token,), is_dry)
    return sender, GitHub(sender, repository, issue)
