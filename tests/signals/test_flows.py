"""Extra time and failures on metrics that are made here."""

from collections.abc import Callable

from forensics.library import Library
from forensics.measuring import series
from forensics.records.evidence import SeriesEvidence
from forensics.records.signal import Windows
from forensics.signals import flows
from forensics.store import Store

Read = Callable[[dict[str, str]], tuple[Store, Windows]]
HEADER = "timestamp,service,availability_avg,latency_avg,requests\n"


def clock(minute: int) -> str:
    return f"2026-05-06T{7 + minute // 60:02d}:{minute % 60:02d}:00Z"


def metrics(slow: float, available: float, others: int = 3) -> str:
    """Ninety minutes of a service that changes after an hour, and of services that do not."""
    rows = []
    for minute in range(90):
        late = minute >= 60
        rows.append(f"{clock(minute)},pay,{available if late and minute % 10 == 0 else 100},{slow if late else 0.1},50")
        rows += [f"{clock(minute)},calm{at},100,{0.2 + minute % 2 / 1000},50" for at in range(others)]
    return HEADER + "\n".join(rows) + "\n"


def test_extra_time_is_the_shift_of_the_mean_times_traffic(read: Read) -> None:
    store, windows = read({"metrics.csv": metrics(slow=0.3, available=100)})

    (signal,) = flows.detect(store, windows, Library())

    assert (signal.component, signal.quantity, signal.direction) == ("pay", "latency", 1)
    assert round(signal.amount, 6) == 10.0
    for each in signal.evidence:
        assert isinstance(each, SeriesEvidence)
        assert series(store, each) == (each.value, each.n)


def test_a_failure_in_one_sample_of_ten_is_seen_though_no_median_moves(read: Read) -> None:
    store, windows = read({"metrics.csv": metrics(slow=0.1, available=90)})

    (signal,) = flows.detect(store, windows, Library())

    assert (signal.component, signal.quantity, round(signal.amount, 6)) == ("pay", "availability", 0.5)


def test_a_measure_of_the_front_door_alone_says_nothing_of_where(read: Read) -> None:
    store, windows = read({"metrics.csv": metrics(slow=0.3, available=90, others=0)})

    assert flows.detect(store, windows, Library()) == []


def test_no_metrics_give_no_flow(read: Read) -> None:
    store, windows = read({"pay.log": "".join(f"{clock(minute)} INFO tick\n" for minute in range(90))})

    assert flows.detect(store, windows, Library()) == []
