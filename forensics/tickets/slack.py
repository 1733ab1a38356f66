"""Slack: https://docs.slack.dev/messaging/working-with-files, chat.postMessage, chat.update, conversations.history."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from forensics.errors import TicketError
from forensics.tickets.sending import Again, Answer, Sender, secret
from forensics.tickets.summary import Summary, mrkdwn
from forensics.tickets.tracker import Comment, File, Tracker, marked, place

FORM = "application/x-www-form-urlencoded"
PAGES = 10
HINT = "Invite the app to the channel, and give it chat:write, files:write, files:read and channels:history."


class Slack:
    """A channel. Slack says what went wrong in the body of an answer of 200."""

    largest_bytes = 1 << 30

    def __init__(self, sender: Sender, channel: str) -> None:
        """Store which channel."""
        self._sender, self._channel = sender, channel

    def _checked(self, answer: Answer) -> dict[str, Any]:
        said = answer.body or {"ok": True}
        if said.get("ok"):
            return dict(said)
        error = str(said.get("error", "unknown error"))
        if error in ("ratelimited", "internal_error", "service_unavailable", "fatal_error"):
            raise Again(f"Slack answered {error}")
        raise TicketError(
            f"Slack answered {error}", hint="Renew the token." if "auth" in error or "token" in error else HINT
        )

    def _form(self, method: str, **fields: Any) -> dict[str, Any]:
        return self._checked(self._sender.send("POST", f"/api/{method}", urlencode(fields).encode(), FORM))

    def comment(self, key: str) -> Comment | None:
        """The newest message with the mark, among the last two thousand."""
        cursor = ""
        for _ in range(PAGES):
            query = urlencode({"channel": self._channel, "limit": 200, **({"cursor": cursor} if cursor else {})})
            page = self._checked(self._sender.get(f"/api/conversations.history?{query}"))
            for each in page.get("messages", []):
                found = marked(each["ts"], each.get("text") or "", key)
                if found:
                    return found
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                break
        return None

    def attached(self) -> set[str]:
        """The names of the files in the channel."""
        query = urlencode({"channel": self._channel, "count": 200})
        return {each["name"] for each in self._checked(self._sender.get(f"/api/files.list?{query}")).get("files", [])}

    def attach(self, file: File) -> str:
        """Ask for an address, upload there (without the token, which is for Slack's own), and share it in the channel."""
        asked = self._form("files.getUploadURLExternal", filename=file.name, length=len(file.body))
        url = asked.get("upload_url", "https://files.slack.com/UPLOAD")
        ours, theirs = urlsplit(self._sender.base).hostname or "", urlsplit(url).hostname or ""
        if theirs != ours and not theirs.endswith(".slack.com"):
            raise TicketError(f"the upload would go to {theirs}", hint="Check the address of the target.")
        bare = Sender(self._sender.base, {}, self._sender.hidden, self._sender.is_dry, self._sender.shown)
        bare.send("POST", url, file.body, "application/octet-stream", told=f"{file.name}: {len(file.body)} bytes")
        body = {"files": [{"id": asked.get("file_id", "ID"), "title": file.name}], "channel_id": self._channel}
        self._checked(self._sender.json("POST", "/api/files.completeUploadExternal", body))
        return file.name

    def post(self, said: Summary) -> None:
        """Write a message."""
        body = {"channel": self._channel, "text": mrkdwn(said), "unfurl_links": False}
        self._checked(self._sender.json("POST", "/api/chat.postMessage", body))

    def replace(self, old: Comment, said: Summary) -> None:
        """Change the message."""
        body = {"channel": self._channel, "ts": old.id, "text": mrkdwn(said)}
        self._checked(self._sender.json("POST", "/api/chat.update", body))


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """The id of a channel (``C0123456789``)."""
    base, (channel,) = place("slack", address, "https://slack.com", [r"/?(?:archives/)?([CGD][A-Z0-9]{6,})"])
    base = "https://slack.com" if base.endswith(".slack.com") else base
    token = secret("slack", needed=not is_dry)
    sender = Sender(base, {"Authorization": f"Bearer {token}"}, (token,), is_dry)
    return sender, Slack(sender, channel)
