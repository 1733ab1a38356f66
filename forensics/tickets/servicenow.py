"""ServiceNow: Attachment API and Table API (https://www.servicenow.com/docs, REST API reference)."""

import base64
from urllib.parse import quote, urlencode

from forensics.tickets.sending import Sender, secret
from forensics.tickets.summary import Summary, plain
from forensics.tickets.tracker import Comment, File, Tracker, marked, place


class ServiceNow:
    """A record of a table, an incident as a rule. Work notes are a journal: a new version is a new entry."""

    largest_bytes = 1 << 30

    def __init__(self, sender: Sender, table: str, record: str) -> None:
        """Store where the record is."""
        self._sender, self._table, self._record = sender, table, record

    def comment(self, key: str) -> Comment | None:
        """The newest work note with the mark."""
        query = f"element_id={self._record}^element=work_notes^ORDERBYsys_created_on"
        path = f"/api/now/table/sys_journal_field?{urlencode({'sysparm_query': query, 'sysparm_limit': 1000})}"
        rows = (self._sender.get(path).body or {}).get("result", [])
        notes = [marked(each["sys_id"], each.get("value") or "", key) for each in rows]
        return next((each for each in reversed(notes) if each), None)

    def attached(self) -> set[str]:
        """The names of its attachments."""
        query = f"table_name={self._table}^table_sys_id={self._record}"
        rows = (self._sender.get(f"/api/now/attachment?{urlencode({'sysparm_query': query})}").body or {}).get(
            "result", []
        )
        return {each["file_name"] for each in rows}

    def attach(self, file: File) -> str:
        """Attach."""
        query = urlencode(
            {"table_name": self._table, "table_sys_id": self._record, "file_name": file.name}, quote_via=quote
        )
        told = f"{file.name}: {len(file.body)} bytes"
        answer = self._sender.send("POST", f"/api/now/attachment/file?{query}", file.body, file.kind, told=told)
        return str((answer.body or {}).get("result", {}).get("download_link", file.name))

    def post(self, said: Summary) -> None:
        """Add a work note."""
        self._sender.json("PATCH", f"/api/now/table/{self._table}/{self._record}", {"work_notes": plain(said)})

    def replace(self, old: Comment, said: Summary) -> None:
        """Add another: a journal is never changed."""
        self.post(said)


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """``https://acme.service-now.com/incident/SYS_ID``; FORENSICS_SERVICENOW_USER with a password, none with an OAuth token."""
    base, (table, record) = place("servicenow", address, "", [r"/(\w+)/([0-9a-f]{32})"])
    token, user = secret("servicenow", needed=not is_dry), secret("servicenow", "USER", needed=False)
    pair = base64.b64encode(f"{user}:{token}".encode()).decode()
    sender = Sender(base, {"Authorization": f"Basic {pair}" if user else f"Bearer {token}"}, (token, pair), is_dry)
    return sender, ServiceNow(sender, table, record)
