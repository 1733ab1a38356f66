"""Against a real Redmine, where FORENSICS_TEST_REDMINE is an issue's address and FORENSICS_REDMINE_TOKEN the key of one who may write.

Debian, as root: ``apt-get install --no-install-recommends redmine redmine-sqlite puma``; ``cp -rL /usr/share/redmine app``; in ``app``,
``gem "puma"`` into Gemfile.local, then with RAILS_ENV=production ``bundle exec rake db:migrate redmine:load_default_data``, in
``bundle exec rails runner`` set ``Setting.rest_api_enabled = "1"`` and create a project and an issue, and ``bundle exec puma``.
"""

import os
import time
import urllib.request
import uuid
from typing import Any

import pytest

from forensics import tickets
from forensics.tickets.tracker import File

ISSUE = os.environ.get("FORENSICS_TEST_REDMINE", "")
PDF = b"%PDF-1.7 \x00\xff\r\n--x" + bytes(range(256)) * 400


def report(bundle: str, seal: str) -> dict[str, Any]:
    window = {"start": "2026-05-06T22:14:23Z", "end": "2026-05-06T22:35:18Z"}
    verdict = {
        "status": "identified", "confidence": 0.97, "category": "resource_exhaustion", "failure_mode_title": "Pool exhausted",
        "first_failing_component": "payment", "change": "mig-0187", "summary": [{"text": "The pool was full."}],
    }  # fmt: skip
    remediation = {"immediate": [{"text": "Raise the pool."}]}
    incident = {"title": "Pool full", "window": window}
    return {
        "seal": seal,
        "bundle": {"sha256": bundle},
        "incident": incident,
        "verdict": verdict,
        "remediation": remediation,
    }


def downloaded(name: str) -> bytes:
    sender, _ = tickets.TRACKERS["redmine"](ISSUE, False)
    path = f"/issues/{ISSUE.rpartition('/')[2]}.json?include=attachments"
    (url,) = [each["content_url"] for each in sender.get(path).body["issue"]["attachments"] if each["filename"] == name]
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(sender.secret))) as answer:
        return bytes(answer.read())


def attached(said: dict[str, Any], pdf: bytes) -> tuple[tickets.Done, tuple[File, ...]]:
    _, tracker = tickets.TRACKERS["redmine"](ISSUE, False)
    summed, files = tickets.prepared(said, {"pdf": pdf})
    return tickets.attach(tracker, summed, files, time.sleep), files


@pytest.mark.skipif(not ISSUE, reason="needs a Redmine: see above")
def test_a_redmine_gives_the_report_back_and_holds_it_once() -> None:
    bundle = uuid.uuid4().hex * 2

    first, (file,) = attached(report(bundle, "5" * 64), PDF)
    again, _ = attached(report(bundle, "5" * 64), PDF)
    newer, (other,) = attached(report(bundle, "6" * 64), PDF + b"2")

    assert (first.comment, again.comment, newer.comment) == ("posted", "unchanged", "replaced")
    assert again.attached == ()
    assert (downloaded(file.name), downloaded(other.name)) == (PDF, PDF + b"2")
