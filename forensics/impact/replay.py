"""A saturated pool, replayed: requests wait for a slot, hold it, give up in time, and some come again."""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

# Kinds of events, in the order in which they happen at one instant.
FREE, SIZE, TRY, GIVE_UP = range(4)
BACKOFF_S = 0.2


@dataclass(frozen=True, slots=True)
class Load:
    """What came and how it behaved: times in seconds from the start of the replay.

    ``others`` is how many slots other consumers hold, by time; ``delays`` after which those who try again come back.
    """

    arrivals: tuple[float, ...]
    reach: float
    hold_s: float
    hold_spread: float
    timeout_s: float
    attempts: int
    retry_share: float
    delays: tuple[float, ...]
    others: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Requests and failed ones that ended within the window, and the 95th percentile of their waits."""

    requests: int
    failed: int
    wait_p95_s: float


@dataclass(slots=True)
class _Request:
    tries_left: int
    is_first: bool
    since: float
    waited: float = 0.0
    is_waiting: bool = False


class _Replay:
    def __init__(self, load: Load, size: int, window: tuple[float, float], seed: int) -> None:
        self.load, self.size, self.window = load, size, window
        self.chance = random.Random(seed)
        self.order = itertools.count()
        self.events: list[tuple[float, int, int, _Request | int]] = []
        self.queue: deque[_Request] = deque()
        self.busy = self.held = self.requests = self.failed = 0
        self.waits: list[float] = []

    def run(self) -> Outcome:
        for time in self.load.arrivals:
            self._push(time, TRY, _Request(self.load.attempts, True, time))
        for time, count in self.load.others:
            self._push(time, SIZE, min(count, self.size))
        while self.events:
            time, kind, _, what = heapq.heappop(self.events)
            if kind == SIZE:
                assert isinstance(what, int)
                self.held = what
            elif kind == FREE:
                self.busy -= 1
            else:
                assert isinstance(what, _Request)
                self._step(time, kind, what)
            self._serve(time)
        ranked = sorted(self.waits)
        return Outcome(self.requests, self.failed, ranked[int(0.95 * (len(ranked) - 1))] if ranked else 0.0)

    def _push(self, time: float, kind: int, what: _Request | int) -> None:
        heapq.heappush(self.events, (time, kind, next(self.order), what))

    def _step(self, time: float, kind: int, request: _Request) -> None:
        if kind == TRY:
            if request.tries_left == self.load.attempts and self.chance.random() > self.load.reach:
                self._end(time, request, is_failed=False)
                return
            request.since, request.is_waiting = time, True
            self.queue.append(request)
            self._push(time + self.load.timeout_s, GIVE_UP, request)
        elif request.is_waiting and time - request.since >= self.load.timeout_s - 1e-9:
            request.is_waiting = False
            request.waited += time - request.since
            request.tries_left -= 1
            if request.tries_left:
                self._push(time + BACKOFF_S, TRY, request)
            else:
                self._end(time, request, is_failed=True)

    def _serve(self, time: float) -> None:
        while self.queue and self.busy + self.held < self.size:
            request = self.queue.popleft()
            if not request.is_waiting:
                continue
            request.is_waiting = False
            request.waited += time - request.since
            self.busy += 1
            spread = self.load.hold_spread
            hold = self.load.hold_s * math.exp(self.chance.gauss(0, 1) * spread - spread * spread / 2)
            self._push(time + hold, FREE, 0)
            self._end(time + hold, request, is_failed=False)

    def _end(self, time: float, request: _Request, *, is_failed: bool) -> None:
        if self.window[0] <= time < self.window[1]:
            self.requests += 1
            self.failed += is_failed
            self.waits.append(request.waited)
        if is_failed and request.is_first and self.load.delays and self.chance.random() < self.load.retry_share:
            later = time + self.load.delays[self.chance.randrange(len(self.load.delays))]
            self._push(later, TRY, _Request(self.load.attempts, False, later))


def replay(load: Load, size: int, window: tuple[float, float], seed: int) -> Outcome:
    """One replay of ``load`` against a pool of ``size``; equal for equal seeds."""
    return _Replay(load, size, window, seed).run()


def thinned(arrivals: Sequence[float], factor: float, seed: int) -> tuple[float, ...]:
    """Arrivals at ``factor`` times their rate: some left out, or some doubled a moment apart."""
    chance = random.Random(seed)
    found = []
    for time in arrivals:
        whole, rest = divmod(factor, 1)
        for _ in range(int(whole) + (chance.random() < rest)):
            found.append(time + chance.uniform(0, 1.0) * (factor > 1))
    return tuple(sorted(found))
