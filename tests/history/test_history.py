import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forensics import history
from forensics.errors import ForensicsError, OutputError, UsageError
from forensics.history import files, index, lock, segments, upkeep
from forensics.history.features import entry
from forensics.library import Library
from forensics.records.history import Incident, Wanted

CAUSES = history.load(Library())
ROOT = Path(__file__).resolve().parent.parent.parent
TEXTS = {
    "pool": "On 2024-01-03 the payment service ran out of database connections: the connection pool was exhausted.",
    "cert": "On 2024-02-03 the TLS certificate of the gateway expired and every handshake failed.",
    "disk": "On 2023-05-03 the logs filled the disk of the search node; no space left on device.",
    "dns": "On 2022-05-03 name servers were withdrawn and DNS resolution failed in all regions.",
}


def made(name: str, text: str = "") -> Incident:
    return history.written((text or TEXTS[name]).encode(), f"{name}.txt", CAUSES, id=name)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history") / "h"
    kept = history.opened(folder, new=True)
    for name in TEXTS:
        kept.add(made(name))
    return history.opened(folder).folder


@pytest.fixture
def past(four: Path, tmp_path: Path) -> history.History:
    return history.opened(shutil.copytree(four, tmp_path / "h"))


def ids(hits: list[history.keeping.Hit]) -> list[str]:
    return [hit.incident.id for hit in hits]


def test_words_find_the_incident_and_say_why(past: history.History) -> None:
    (first, *_) = past.search("waiting for a connection from the pool", CAUSES)

    assert first.incident.id == "pool"
    assert ("cause", "db_pool_exhausted") in first.shared
    assert set(first.words) == {"connection", "pool"}


def test_an_incident_is_not_like_itself(past: history.History) -> None:
    hits = past.similar(made("pool"))

    assert "pool" not in ids(hits)


def test_filters_leave_out_what_does_not_fit(past: history.History) -> None:
    since = Wanted(since=files.read(past.folder, past.named("pool")).start)

    assert set(ids(past.search("failed service logs node", CAUSES, since))) <= {"pool", "cert"}
    assert ids(past.search("failed", CAUSES, Wanted(cause="dns_failure"))) == ["dns"]
    assert past.search("failed", CAUSES, Wanted(component="nowhere")) == []


@pytest.mark.parametrize("query", ["", "  ", "the of and", "!!! ???"])
def test_a_query_without_words_is_refused(past: history.History, query: str) -> None:
    with pytest.raises(UsageError, match="nothing to search for"):
        past.search(query, CAUSES)


@pytest.mark.parametrize(
    "query", ['+disk -full "no space" AND (logs OR x:*)', "disque plein, espace épuisé", "磁盘已满", "disk\x00\x1b[31m"]
)
def test_any_query_is_words(past: history.History, query: str) -> None:
    assert isinstance(past.search(query, CAUSES), list)


def test_the_same_twice_is_there_already_and_another_of_its_name_is_refused(past: history.History) -> None:
    assert past.add(made("pool")) == ""
    with pytest.raises(UsageError, match="another incident pool"):
        past.add(made("pool", "Something else happened on 2024-01-03."))

    past.add(made("pool", "Something else happened on 2024-01-03."), replacing=True)

    assert len(past.names()) == len(TEXTS)
    assert "Something else" in files.read(past.folder, past.named("pool")).text


def test_what_is_forgotten_is_gone_and_may_come_back(past: history.History) -> None:
    past.forget(past.named("disk"))
    assert "disk" not in ids(past.search("disk full", CAUSES))
    assert "disk" not in ids(history.opened(past.folder).search("disk full", CAUSES))

    past.add(made("disk"))

    assert ids(past.search("disk full", CAUSES))[0] == "disk"


def test_the_index_can_be_lost_and_is_made_again(past: history.History) -> None:
    before = ids(past.search("certificate", CAUSES))
    for path in sorted((past.folder / "index").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    assert ids(history.opened(past.folder).search("certificate", CAUSES)) == before


def test_incidents_of_another_clone_are_found(past: history.History, tmp_path: Path) -> None:
    other = history.opened(tmp_path / "other", new=True)
    name = other.add(made("oom", "On 2024-04-04 the worker ran out of memory because of a memory leak."))
    source = other.folder / "incidents" / f"{name}.json"

    (past.folder / "incidents" / f"{name}.json").write_bytes(source.read_bytes())

    assert ids(history.opened(past.folder).search("memory leak", CAUSES))[0] == "oom"


def test_half_a_line_in_the_tail_does_no_harm(past: history.History) -> None:
    (place,) = (past.folder / "index").iterdir()
    with (place / "tail.jsonl").open("ab") as file:
        file.write(b'{"name": "2024/ha')
    again = history.opened(past.folder)

    again.add(made("oom", "On 2024-04-04 the worker ran out of memory."))

    assert len(history.opened(past.folder).names()) == len(TEXTS) + 1


def test_a_damaged_incident_is_named_and_the_others_are_found(past: history.History) -> None:
    path = past.folder / "incidents" / f"{past.named('cert')}.json"
    path.write_text(path.read_text().replace("gateway", "getaway"))
    upkeep.rebuilt(past.folder, write=True)

    again = history.opened(past.folder)

    assert len(again.faults) == 1
    assert "is damaged" in again.faults[0]
    assert ids(again.search("disk", CAUSES))[0] == "disk"


def test_a_newer_history_is_refused(past: history.History) -> None:
    (past.folder / "history.json").write_text(json.dumps({"format": "forensics history", "version": 99}))

    with pytest.raises(UsageError, match="has format 99"):
        history.opened(past.folder)


def test_a_folder_of_something_else_is_not_made_a_history(tmp_path: Path) -> None:
    (tmp_path / "photo.txt").write_text("x")

    with pytest.raises(UsageError, match="not empty and no history"):
        history.opened(tmp_path, new=True)


@pytest.mark.skipif(os.name == "nt", reason="permissions are others on Windows")
def test_a_full_disk_loses_nothing(past: history.History, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            past.add(made("oom", "On 2024-04-04 out of memory."))

    assert len(history.opened(past.folder).names()) == len(TEXTS)
    assert list((past.folder / "incidents").rglob(".half-*")) == []


def test_two_clones_with_one_id_are_told_apart(past: history.History) -> None:
    other = made("pool", "On 2021-01-01 something else.")
    files.store(past.folder, other)

    with pytest.raises(UsageError, match="the id of 2 incidents"):
        history.opened(past.folder).named("pool")


def test_a_tail_is_scored_as_the_main_segment_would(past: history.History) -> None:
    entries = [entry(name, files.read(past.folder, name)) for name in past.names()]
    whole, frozen = segments.main(entries)
    term = {int(entries[0].terms[0]): 1.0}

    part = segments.tail(entries, frozen)

    np.testing.assert_allclose(part.text.scores(term), whole.text.scores(term), rtol=1e-5)
    assert part.facts.values.tolist() == pytest.approx(whole.facts.values.tolist())


def test_a_long_tail_is_folded_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "CHUNK", 4)
    kept = history.opened(tmp_path / "h", new=True)
    for n in range(40):
        kept.add(made(f"n{n}", f"On 2024-01-03 machine m{n} failed."))
        assert ids(kept.search(f"m{n}", CAUSES))[0] == f"n{n}"

    assert len(kept.index.segments[0].names) + len(kept.index.added) == 40
    assert len(kept.index.segments[0].names) > 30


def test_a_second_writer_waits_and_then_says_so(past: history.History) -> None:
    slept: list[float] = []
    with (
        lock.writing(past.folder),
        pytest.raises(ForensicsError, match="another process"),
        lock.writing(past.folder, patience_s=0.2, sleep=slept.append),
    ):
        pass

    assert sum(slept) >= 0.2


WRITER = """
import sys
from pathlib import Path
from forensics import history
from forensics.library import Library
causes = history.load(Library())
kept = history.opened(Path(sys.argv[1]), new=True)
for n in range(int(sys.argv[3])):
    kept.add(history.written(f"On 2024-01-0{1 + n % 9} machine {sys.argv[2]}{n} failed.".encode(), "x", causes, id=f"{sys.argv[2]}{n}"))
    print(n, flush=True)
"""


def start(folder: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(count)], cwd=ROOT, stdout=subprocess.PIPE
    )


def test_two_writers_lose_nothing_and_a_kill_leaves_it_readable(past: history.History) -> None:
    one, two, killed = start(past.folder, "a", 15), start(past.folder, "b", 15), start(past.folder, "c", 500)
    assert killed.stdout is not None
    for _ in range(random.Random(7).randrange(3, 12)):
        killed.stdout.readline()

    killed.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    told = len(killed.stdout.readlines())
    assert (one.wait(), two.wait(), killed.wait() != 0) == (0, 0, True)
    for each in (one, two, killed):
        assert each.stdout is not None
        each.stdout.close()

    names = history.opened(past.folder).names()
    known = {files.id_of(name) for name in names}
    assert {f"{writer}{n}" for writer in "ab" for n in range(15)} <= known
    assert {f"c{n}" for n in range(told)} <= known
    assert {name for year in files.years(past.folder) for name in files.names(year)} == set(names)
    assert ids(history.opened(past.folder).search("a14", CAUSES))[0] == "a14"
