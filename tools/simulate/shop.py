"""The shop: gateway, checkout, inventory, payment, a pool of database connections, and a job that shares it."""

import math
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from tools.simulate.scenario import DAY, MINUTE, Scenario

Process = Generator[simpy.Event, Any, Any]


@dataclass
class Request:
    """One request at the gateway, as it ended."""

    at: float
    user: int
    order: int
    attempt: int
    status: int
    seconds: float
    value: float
    waits: list[float] = field(default_factory=list)
    inventory: float = 0.0
    payments: list[tuple[float, float, bool]] = field(default_factory=list)
    trace: str = ""
    cause: str = ""


@dataclass
class Minute:
    """What a scrape at the end of a minute sees."""

    at: float
    in_use: dict[str, int]
    waiting: int
    requests: int
    failed: int
    p95: float
    orders: int


class Shop:
    """The simulated system; ``run`` fills ``requests``, ``minutes`` and ``jobs``."""

    def __init__(self, scenario: Scenario) -> None:
        """Set the stage; nothing moves yet."""
        self.said = scenario
        self.random = random.Random(scenario.seed)
        self.env = simpy.Environment()
        self.pool = simpy.Resource(self.env, scenario.pool)
        self.workers = simpy.Resource(self.env, scenario.job_workers)
        self.holders = {"payment-api": 0, "reconciliation-job": 0}
        self.requests: list[Request] = []
        self.minutes: list[Minute] = []
        self.jobs: list[tuple[float, float, bool]] = []
        self.running: list[simpy.Process] = []
        self.orders = 0
        self._fresh: list[Request] = []

    def run(self) -> None:
        """Simulate the whole length."""
        self.env.process(self._arrivals())
        self.env.process(self._job_clock())
        self.env.process(self._scrapes())
        if self.said.slow_jobs:
            self.env.process(self._mend(self.said.slow_jobs[1]))
        self.env.run(until=self.said.length)

    def rate(self, at: float) -> float:
        """Orders a second: a day's wave, and what a campaign adds."""
        low, high = self.said.night_rate, self.said.day_rate
        wave = (1 + math.cos(2 * math.pi * (at - self.said.busiest) / DAY)) / 2
        rate = low + (high - low) * wave
        if self.said.surge and self.said.surge[0] <= at < self.said.surge[1]:
            # People open a message within minutes: up in one, down over the rest.
            start, end, factor = self.said.surge
            rise = min(1.0, (at - start) / MINUTE)
            fall = max(0.0, min(1.0, (end - at) / (8 * MINUTE)))
            rate *= 1 + (factor - 1) * rise * fall
        return rate

    def _arrivals(self) -> Process:
        while True:
            yield self.env.timeout(self.random.expovariate(self.rate(self.env.now)))
            self.orders += 1
            user = self.random.randrange(1, 40_000)
            value = round(self.random.lognormvariate(3.7, 0.55), 2)
            self.env.process(self._customer(user, self.orders, value))

    def _customer(self, user: int, order: int, value: float) -> Process:
        """A customer tries, and most of those who fail try once more after some seconds."""
        for attempt in (1, 2):
            request = Request(
                self.env.now, user, order, attempt, 0, 0.0, value, trace=f"{self.random.getrandbits(64):016x}"
            )
            yield self.env.process(self._checkout(request))
            request.seconds = self.env.now - request.at
            self.requests.append(request)
            self._fresh.append(request)
            if request.status < 500 or self.random.random() > 0.7:
                return
            yield self.env.timeout(self.random.uniform(3, 25))

    def _checkout(self, request: Request) -> Process:
        yield self.env.timeout(self.random.lognormvariate(-4.2, 0.35))
        request.inventory = self.random.lognormvariate(-3.9, 0.4)
        yield self.env.timeout(request.inventory)
        if self.random.random() < 0.012:
            request.status, request.cause = 422, "cart"
            return
        if self.random.random() < 0.00012:
            request.status, request.cause = 500, "stray"
            return
        for attempt in (1, 2):
            began = self.env.now
            done = yield self.env.process(self._payment(request))
            request.payments.append((began, self.env.now - began, done))
            if done:
                request.status = 200
                return
            if attempt == 1:
                yield self.env.timeout(0.2)
        request.status, request.cause = 502, "pool"

    def _payment(self, request: Request) -> Process:
        """Hold a connection while the card is charged; give up when the pool gives none in time."""
        began = self.env.now
        with self.pool.request() as turn:
            found = yield turn | self.env.timeout(self.said.pool_timeout)
            request.waits.append(self.env.now - began)
            if turn not in found:
                return False
            self.holders["payment-api"] += 1
            yield self.env.timeout(self.random.lognormvariate(math.log(self.said.hold) - 0.08, 0.4))
            self.holders["payment-api"] -= 1
        return True

    def _job_clock(self) -> Process:
        while True:
            yield self.env.timeout(self.random.expovariate(1 / self.said.job_every))
            self.running.append(self.env.process(self._job()))
            self.running = [each for each in self.running if each.is_alive]

    def _job(self) -> Process:
        """One batch of the reconciliation job: a worker, a connection, a query."""
        try:
            with self.workers.request() as worker:
                yield worker
                with self.pool.request() as turn:
                    yield turn
                    yield from self._query()
        except simpy.Interrupt:
            return

    def _query(self) -> Process:
        began = self.env.now
        slow = self.said.slow_jobs is not None and self.said.slow_jobs[0] <= began < self.said.slow_jobs[1]
        mean = self.said.slow_job_hold if slow else self.said.job_hold
        self.holders["reconciliation-job"] += 1
        cancelled = False
        try:
            yield self.env.timeout(self.random.lognormvariate(math.log(mean), 0.3))
        except simpy.Interrupt:
            cancelled = True
        self.holders["reconciliation-job"] -= 1
        self.jobs.append((began, self.env.now - began, cancelled))

    def _mend(self, at: float) -> Process:
        """The index is back: running scans are cancelled and start again, fast."""
        yield self.env.timeout(at)
        for each in self.running:
            if each.is_alive:
                each.interrupt()

    def _scrapes(self) -> Process:
        while True:
            yield self.env.timeout(MINUTE)
            fresh, self._fresh = self._fresh, []
            times = sorted(each.seconds for each in fresh)
            p95 = times[min(len(times) - 1, int(0.95 * len(times)))] if times else 0.0
            failed = sum(each.status >= 500 for each in fresh)
            self.minutes.append(
                Minute(self.env.now, dict(self.holders), len(self.pool.queue), len(fresh), failed, p95, self.orders)
            )


def simulate(scenario: Scenario) -> Shop:
    """Run a scenario to its end."""
    shop = Shop(scenario)
    shop.run()
    return shop
