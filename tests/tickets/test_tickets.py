import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from forensics import tickets
from forensics.errors import TicketError, UsageError
from forensics.tickets import summary

REPORT: dict[str, Any] = {
    "seal": "5" * 64,
    "bundle": {"sha256": "b" * 64},
    "incident": {"title": "Pool full @all <!channel> #12", "window": {"start": "2026-05-06T22:14:23Z", "end": "2026-05-06T22:35:18Z"}},
    "verdict": {
        "status": "identified", "confidence": 0.97, "category": "resource_exhaustion", "failure_mode_title": "Pool exhausted",
        "first_failing_component": "payment", "change": "mig-0187", "summary": [{"text": "The pool was full.", "evidence": []}],
    },
    "remediation": {"immediate": [{"text": "Raise the pool."}]},
}  # fmt: skip
NEWER = REPORT | {"seal": "6" * 64}
BODIES = {"pdf": b"%PDF-1.7 \x00\xff\r\n--x", "json": b"{}"}


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("servers", Path(__file__).with_name("servers.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    __import__("sys").modules["servers"] = module
    spec.loader.exec_module(module)
    return module


servers = load()


@pytest.fixture(params=sorted(tickets.TRACKERS))
def there(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any, str]]:
    name = request.param
    monkeypatch.setenv(f"FORENSICS_{name.upper()}_TOKEN", servers.TOKEN)
    if name in ("jira", "pagerduty"):
        monkeypatch.setenv(f"FORENSICS_{name.upper()}_USER", "me")
    with servers.serving(name) as (system, address):
        yield name, system, address


def attach(
    name: str,
    address: str,
    report: dict[str, Any] = REPORT,
    bodies: dict[str, bytes] = BODIES,
    slept: list[float] | None = None,
) -> tickets.Done:
    _, tracker = tickets.TRACKERS[name](address, False)
    said, files = tickets.prepared(report, bodies if tracker.largest_bytes else {})
    return tickets.attach(tracker, said, files, (slept if slept is not None else []).append)


def held(name: str) -> set[bytes]:
    return set() if name == "pagerduty" else set(BODIES.values())


def test_a_first_report_is_attached_and_summed_up(there: tuple[str, Any, str]) -> None:
    name, system, address = there

    done = attach(name, address)

    assert done.comment == "posted"
    assert set(system.files.values()) == held(name)
    assert len(system.comments) == 1
    assert "forensics-report bbbb" in str(system.comments[0])


def test_the_same_again_changes_nothing(there: tuple[str, Any, str]) -> None:
    name, system, address = there
    attach(name, address)
    before = (list(map(str, system.comments)), dict(system.files))
    system.asked.clear()

    done = attach(name, address)

    assert (done.comment, done.attached) == ("unchanged", ())
    assert (list(map(str, system.comments)), system.files) == before
    assert {method for method, _ in system.asked} == {"GET"}


def test_a_new_version_takes_the_place_of_the_old_comment(there: tuple[str, Any, str]) -> None:
    name, system, address = there
    for each in range(3):
        servers.add(system, **{"body": f"hello {each}", "notes": "", "value": "", "content": "", "text": ""})
    attach(name, address)

    done = attach(name, address, NEWER, BODIES | {"json": b"[]"})

    assert done.comment == "replaced"
    assert len(system.comments) == (5 if name in ("servicenow", "pagerduty") else 4)
    assert name == "pagerduty" or b"[]" in system.files.values()
    assert attach(name, address, NEWER, BODIES | {"json": b"[]"}).comment == "unchanged"


def test_an_expired_token_is_said_and_never_shown(there: tuple[str, Any, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, address = there
    monkeypatch.setenv(f"FORENSICS_{name.upper()}_TOKEN", "expired-secret")

    with pytest.raises(TicketError) as caught:
        attach(name, address)

    assert "401" in caught.value.message or "invalid_auth" in caught.value.message
    assert "enew the token" in caught.value.hint
    assert "expired-secret" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


@pytest.mark.parametrize("status", [403, 404, 413])
def test_a_refusal_ends_it_at_once(there: tuple[str, Any, str], status: int) -> None:
    name, system, address = there
    system.faults, system.fault_on = [(status, {"message": f"no {servers.TOKEN}"})], "P" if status == 413 else ""
    if (name, status) == ("github", 404):
        pytest.skip("a repository without the release is one to make")
    slept: list[float] = []

    with pytest.raises(TicketError, match=f"answered {status}") as caught:
        attach(name, address, slept=slept)

    assert slept == []
    assert servers.TOKEN not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("fault", [(429, {}, {"Retry-After": "7"}), (500, {"message": "oops"}), "cut"])
@pytest.mark.parametrize("on", ["G", "P"])
def test_what_fails_for_a_while_is_tried_again_and_done_once(there: tuple[str, Any, str], fault: Any, on: str) -> None:
    name, system, address = there
    system.faults, system.fault_on = [fault, fault], on
    slept: list[float] = []

    done = attach(name, address, slept=slept)

    assert slept == ([7.0, 7.0] if isinstance(fault, tuple) and fault[0] == 429 else [1.0, 2.0])
    assert done.comment == "posted"
    assert len(system.comments) == 1
    assert set(system.files.values()) == held(name)


def test_what_never_recovers_is_given_up(there: tuple[str, Any, str]) -> None:
    name, system, address = there
    system.faults = [(500, None)] * 6
    slept: list[float] = []

    with pytest.raises(TicketError, match="gave up after 6 tries"):
        attach(name, address, slept=slept)

    assert slept == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_a_file_that_is_too_large_is_left_out_and_said(there: tuple[str, Any, str]) -> None:
    name, system, address = there
    _, tracker = tickets.TRACKERS[name](address, False)
    tracker.largest_bytes = min(tracker.largest_bytes, 10)
    said, files = tickets.prepared(REPORT, BODIES)

    done = tickets.attach(tracker, said, files, lambda _: None)

    assert any(".pdf" in each for each in done.left_out)
    assert BODIES["pdf"] not in system.files.values()


def test_a_dry_run_shows_everything_and_sends_nothing(
    there: tuple[str, Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, system, address = there
    sender, tracker = tickets.TRACKERS[name](address, True)
    said, files = tickets.prepared(REPORT, BODIES if tracker.largest_bytes else {})

    tickets.attach(tracker, said, files, lambda _: None)

    shown = "\n".join(sender.shown)
    assert system.asked == []
    assert "forensics-report" in shown
    assert name == "pagerduty" or ".pdf" in shown
    assert servers.TOKEN not in shown


@pytest.mark.parametrize("make", [summary.markdown, summary.textile, summary.mrkdwn, summary.plain])
def test_text_of_a_report_calls_nobody(make: Any) -> None:
    said, _ = tickets.prepared(REPORT, {})

    text = make(said)

    if make is not summary.plain:
        assert "<!channel>" not in text
    if make is summary.markdown:
        assert "@all" not in text
        assert "#12" not in text


def test_a_token_is_never_sent_unencrypted_or_to_a_stranger() -> None:
    with pytest.raises(TicketError, match="unencrypted"):
        tickets.TRACKERS["redmine"]("http://redmine.example/issues/12", True)
    with pytest.raises(UsageError, match="no ticket of redmine"):
        tickets.TRACKERS["redmine"]("https://redmine.example/projects/12", True)


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORENSICS_REDMINE_TOKEN", servers.TOKEN)
    with servers.serving("redmine") as (system, address):
        system.faults = [(302, None, {"Location": f"{system.base}/issues/12.json"})]

        with pytest.raises(TicketError, match="answered 302"):
            attach("redmine", address)

        assert len(system.asked) == 1


def test_no_token_is_said_with_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORENSICS_REDMINE_TOKEN", raising=False)

    with pytest.raises(TicketError) as caught:
        tickets.TRACKERS["redmine"]("https://redmine.example/issues/12", False)

    assert "FORENSICS_REDMINE_TOKEN" in caught.value.hint
