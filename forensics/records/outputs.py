"""The documents that an analysis can write, by format, and the names of their files."""

from collections.abc import Mapping

SUFFIXES: Mapping[str, str] = {
    "html": "report.html",
    "pdf": "report.pdf",
    "md": "report.md",
    "json": "report.json",
    "rules": "alert-rules.yaml",
    "dashboard": "dashboard.json",
}
