"""GitLab: https://docs.gitlab.com/api/notes/ and https://docs.gitlab.com/api/project_markdown_uploads/."""

from urllib.parse import quote

from forensics.tickets.sending import Sender, secret
from forensics.tickets.summary import Summary, markdown
from forensics.tickets.tracker import Comment, File, Tracker, marked, place

PAGE = 100


class GitLab:
    """An issue; its uploads belong to the project and are linked in the note."""

    largest_bytes = 100 << 20

    def __init__(self, sender: Sender, project: str, issue: str) -> None:
        """Store where the issue is."""
        self._sender, self._project = sender, f"/api/v4/projects/{quote(project, safe='')}"
        self._notes = f"{self._project}/issues/{issue}/notes"

    def comment(self, key: str) -> Comment | None:
        """The newest note with the mark, page by page."""
        found: Comment | None = None
        page = "1"
        while page:
            answer = self._sender.get(f"{self._notes}?sort=asc&order_by=created_at&per_page={PAGE}&page={page}")
            for each in answer.body or []:
                found = marked(each["id"], each.get("body") or "", key) or found
            page = answer.headers.get("x-next-page", "")
        return found

    def attached(self) -> set[str]:
        """Nothing: uploads cannot be listed by who may upload; the state in the note tells."""
        return set()

    def attach(self, file: File) -> str:
        """Upload to the project."""
        answer = self._sender.file(f"{self._project}/uploads", file.name, file.kind, file.body)
        said = answer.body or {}
        return str((said.get("full_path") and self._sender.base + said["full_path"]) or said.get("url", file.name))

    def post(self, said: Summary) -> None:
        """Add a note."""
        self._sender.json("POST", self._notes, {"body": markdown(said)})

    def replace(self, old: Comment, said: Summary) -> None:
        """Change the note."""
        self._sender.json("PUT", f"{self._notes}/{old.id}", {"body": markdown(said)})


def make(address: str, is_dry: bool) -> tuple[Sender, Tracker]:
    """``https://gitlab.com/group/project/-/issues/12``."""
    base, (project, issue) = place("gitlab", address, "https://gitlab.com", [r"/?(.+?)(?:/-/issues/|#)(\d+)"])
    token = secret("gitlab", needed=not is_dry)
    sender = Sender(base, {"PRIVATE-TOKEN": token}, (token,), is_dry)
    return sender, GitLab(sender, project, issue)
