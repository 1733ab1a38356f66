"""PagerDuty: https://developer.pagerduty.com/api-reference/ (notes of an incident). It takes no files: link the report."""

from forensics.tickets.sending import Sender, secret
from forensics.tickets.summary import Summary, plain
from forensics.tickets.tracker import Comment, File, Tracker, marked, place


class PagerDuty:
    """An incident. Notes are for good: a new version is a new note."""

    largest_bytes = 0

    def __init__(self, sender: Sender, incident: str) -> None:
        """Store where the incident is."""
        self._sender, self._path = sender, f"/incidents/{incident}/notes"

    def comment(self, key: str) -> Comment | None:
        """The newest note with the mark; PagerDuty lists the newest first."""
        rows = (self._sender.get(self._path).body or {}).get("notes", [])
        notes = [marked(each["id"], each.get("content") or "", key) for each in rows]
        return next((each for each in notes if each), None)

    def attached(self) -> set[str]:
        """Nothing."""
        return set()

    def attach(self, file: File) -> str:
        """Nothing can be attached."""
        return ""

    def post(self, said: Summary) -> None:
        """Add a note."""
        self._sender.json("POST", self._path, {"note": {"content": plain(said)}})

    def replace(self, old: Comment, said: Summary) -> None:
        """Add another."""
        self.post(said)


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """The id of an incident (``PT4KHLK``) or its address; FORENSICS_PAGERDUTY_USER is the mail address it is noted as."""
    base, (incident,) = place("pagerduty", address, "https://api.pagerduty.com", [r"(?:/incidents/)?([A-Z0-9]{6,32})"])
    base = "https://api.pagerduty.com" if base.endswith(".pagerduty.com") else base
    token, user = secret("pagerduty", needed=not is_dry), secret("pagerduty", "USER", needed=not is_dry)
    headers = {
        "Authorization": f"Token token={token}",
        "From": user,
        "Accept": "application/vnd.pagerduty+json;version=2",
    }
    sender = Sender(base, headers, (token,), is_dry)
    return sender, PagerDuty(sender, incident)
