"""A small estate of services, the requests that walk through it, and what is noted on the way."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from tools.simulate.faults.shapes import Curve, flat

LENGTH = 170
ONSET, OVER = 118.0, 156.0
ALWAYS = flat(1.0)
Text = Callable[[random.Random], str]


def always(text: str) -> Text:
    """The same words each time."""
    return lambda _: text


@dataclass(frozen=True, slots=True)
class Service:
    """A part of the estate: its own work in seconds, whom it calls in turn, and what one instance takes (requests a second).

    A store (a database, a cache) is heard through its clients and by its own means; a silent one has no application log.
    """

    name: str
    seconds: float
    calls: tuple[str, ...] = ()
    instances: int = 3
    capacity: float = 40.0
    memory: float = 5e8
    is_store: bool = False
    is_silent: bool = False


@dataclass(slots=True)
class Visit:
    """One service's part in a request."""

    service: str
    instance: int
    parent: int
    at: float
    seconds: float = 0.0
    status: int = 200


@dataclass(slots=True)
class Request:
    """One request at the edge, and the visits it made."""

    at: float
    operation: str
    user: int
    trace: str
    visits: list[Visit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fails:
    """A service fails with a probability that moves over time, and says so."""

    odds: Curve
    text: Text
    status: int = 500
    severity: str = "error"
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """Something that people did, as its history tells it."""

    kind: str
    id: str
    component: str
    minute: float
    title: str
    diff: str = ""
    sha: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log; ``source`` is the program or service that wrote it."""

    minute: float
    source: str
    severity: str
    text: str
    host: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alerting rule saw at one service; ``ended`` is None while it still does."""

    service: str
    name: str
    fired: float
    ended: float | None
    observed: float
    threshold: float


class World:
    """What a fault is done to. ``run`` simulates; afterwards ``requests``, ``lines`` and the counts are complete."""

    def __init__(
        self, name: str, services: Sequence[Service], operations: Mapping[str, str], rate: float, seed: int
    ) -> None:
        """An estate at rest; ``operations`` names the service where each kind of request enters."""
        self.name, self.rate = name, rate
        self.services = {each.name: each for each in services}
        self.operations = operations
        self.random = random.Random(seed)
        self.start = datetime(2026, 3, 3 + seed % 20, 7 + seed % 9, 5 * (seed % 11), tzinfo=UTC).timestamp()
        self.traffic: Curve = flat(1.0)
        self.fails: dict[str, list[Fails]] = defaultdict(list)
        self.slow: dict[str, list[tuple[Curve, Curve, int | None]]] = defaultdict(list)
        self.weights: dict[str, Callable[[float], Sequence[float]]] = {}
        self.chance: dict[tuple[str, str], Curve] = {}
        self.retries: dict[tuple[str, str], Curve] = {}
        self.timeout = 5.0
        self.requests: list[Request] = []
        self.lines: list[Line] = []
        self.series: list[tuple[str, Mapping[str, str], str, list[float]]] = []
        self.changes: list[Change] = []
        self.alerted: list[Alert] = []
        self.events: list[dict[str, Any]] = []
        self.documents: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.raw: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.arrivals: dict[tuple[str, int], list[float]] = defaultdict(list)

    def stamp(self, minute: float) -> datetime:
        """Minutes after the start as a time."""
        return datetime.fromtimestamp(round(self.start + minute * 60, 3), UTC)

    def iso(self, minute: float) -> str:
        """The same as ISO 8601 with milliseconds."""
        return self.stamp(minute).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def slows(self, service: str, factor: Curve, added: Curve | None = None, instance: int | None = None) -> None:
        """Multiply a service's own work and add seconds to it; at one instance or at all."""
        self.slow[service].append((factor, added or flat(0.0), instance))

    def breaks(self, service: str, odds: Curve, text: Text, status: int = 500, after: float = 0.0) -> None:
        """Let a service fail with the odds given, after some seconds."""
        self.fails[service].append(Fails(odds, text, status, after=after))

    def measure(self, component: str, metric: str, curve: Curve, noise: float = 0.02, **labels: str) -> None:
        """A series by the minute, with relative noise."""
        dice = random.Random(f"{self.name}/{component}/{metric}/{sorted(labels.items())}")
        values = [max(0.0, curve(minute) * (1 + dice.gauss(0, noise))) for minute in range(LENGTH)]
        self.series.append((component, labels, metric, values))

    def count(self, component: str, metric: str, per_minute: Curve, **labels: str) -> None:
        """A counter: the whole numbers that a rate adds up to."""
        dice = random.Random(f"{self.name}/{component}/{metric}/{sorted(labels.items())}")
        total, values = float(dice.randrange(1000, 90_000)), []
        for minute in range(LENGTH):
            total += _poisson(dice, per_minute(minute))
            values.append(total)
        self.series.append((component, labels, metric, values))

    def says(self, source: str, per_minute: Curve, severity: str, text: Text, host: str = "") -> None:
        """Lines at a rate that moves over time."""
        for minute in range(LENGTH):
            for _ in range(_poisson(self.random, per_minute(minute))):
                at = minute + self.random.random()
                self.lines.append(Line(at, source, severity, text(self.random), host))

    def writes(self, path: str, per_minute: Curve, text: Callable[[random.Random, datetime], str]) -> None:
        """Lines of a file in a format of its own, at a rate that moves over time."""
        for minute in range(LENGTH):
            for _ in range(_poisson(self.random, per_minute(minute))):
                at = minute + self.random.random()
                self.raw[path].append((at, text(self.random, self.stamp(at))))

    def changed(
        self, kind: str, ident: str, component: str, minute: float, title: str, diff: str = "", **more: Any
    ) -> None:
        """Something that was done; a deploy with a diff brings a commit with it."""
        sha = f"{random.Random(f'{self.name}/{ident}').getrandbits(160):040x}" if diff else ""
        self.changes.append(Change(kind, ident, component, minute, title, diff, sha, more))

    def run(self) -> None:
        """Simulate every request."""
        names = sorted(self.operations)
        minute = 0.0
        while True:
            wave = 1 + 0.15 * math.sin(minute / 40)
            minute += self.random.expovariate(self.rate * wave * self.traffic(minute) * 60)
            if minute >= LENGTH:
                return
            operation = names[self.random.randrange(len(names))]
            trace = f"{self.random.getrandbits(128):032x}"
            request = Request(minute, operation, self.random.randrange(1, 9000), trace)
            self._visit(self.operations[operation], minute, request, -1)
            self.requests.append(request)

    def _visit(self, name: str, minute: float, request: Request, parent: int) -> tuple[float, int]:
        """The minute at which a service has answered, and with what."""
        said = self.services[name]
        weights = self.weights[name](minute) if name in self.weights else [1.0] * said.instances
        instance = self.random.choices(range(said.instances), weights)[0]
        visit = Visit(name, instance, parent, minute)
        request.visits.append(visit)
        place = len(request.visits) - 1
        seconds = self._own(said, instance, minute)
        for each in self.fails[name]:
            if visit.status < 500 and self.random.random() < each.odds(minute):
                visit.status, seconds = each.status, seconds + each.after
                self._note(name, minute + seconds / 60, each.severity, each.text(self.random), request, parent)
        end = minute + seconds / 60
        for callee in said.calls:
            if visit.status >= 500:
                break
            if self.random.random() >= self.chance.get((name, callee), ALWAYS)(end):
                continue
            end, status = self._call(name, callee, end, request, place)
            if status >= 500:
                visit.status = 502
        visit.seconds = (end - minute) * 60
        if visit.status < 500 and self.random.random() < 0.1 and not (said.is_store or said.is_silent):
            text = f"handled {request.operation} in {visit.seconds * 1000:.0f}ms"
            self.lines.append(Line(end, name, "info", text, "", request.trace))
        return end, visit.status

    def _call(self, name: str, callee: str, minute: float, request: Request, place: int) -> tuple[float, int]:
        """A call with its retries, given up after the time-out."""
        more = int(self.retries[name, callee](minute)) if (name, callee) in self.retries else 0
        end, status = minute, 500
        for attempt in range(1 + more):
            began = end
            end, status = self._visit(callee, began, request, place)
            if (end - began) * 60 > self.timeout:
                end, status = began + self.timeout / 60, 504
            if status < 500:
                return end, status
            if not self.services[callee].is_store or status == 504:
                said = f"timed out after {self.timeout:.0f}s" if status == 504 else f"answered {status}"
                tail = f" (attempt {attempt + 1} of {1 + more})" if more else ""
                self._note(name, end, "error", f"call to {callee} {said}{tail}", request, place)
        return end, status

    def _note(self, name: str, minute: float, severity: str, text: str, request: Request, parent: int) -> None:
        """A store does not log what its client is told: the client does."""
        if self.services[name].is_store and parent >= 0:
            name = request.visits[parent].service
        if self.services[name].is_silent:
            return
        self.lines.append(Line(minute, name, severity, text, "", request.trace))

    def _own(self, said: Service, instance: int, minute: float) -> float:
        """Seconds of a service's own work: longer as an instance nears what it takes, as in an M/M/1 queue."""
        recent = self.arrivals[said.name, instance]
        recent.append(minute)
        while recent[0] < minute - 1 / 6:
            recent.pop(0)
        load = min(0.97, len(recent) / 10 / said.capacity)
        seconds = said.seconds * math.exp(self.random.gauss(0, 0.35)) / (1 - load)
        for factor, added, where in self.slow[said.name]:
            if where is None or where == instance:
                seconds = seconds * factor(minute) + added(minute)
        return seconds

    def load(self, name: str, instance: int, minute: int) -> float:
        """Share of an instance's capacity that a minute used."""
        return self.arrived[name, instance, minute] / 60 / self.services[name].capacity

    @cached_property
    def arrived(self) -> Counter[tuple[str, int, int]]:
        """Visits by service, instance and minute, once every request is simulated."""
        return Counter(
            (visit.service, visit.instance, int(visit.at)) for each in self.requests for visit in each.visits
        )


def _poisson(dice: random.Random, mean: float) -> int:
    """A count with a mean, by Knuth for small means and rounded normal above."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count
