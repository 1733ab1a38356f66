"""What is shown while an analysis runs: on a terminal only, on stderr, and only once it has taken a second."""

import sys
import time
from dataclasses import dataclass, field

PATIENCE_S = 1.0


@dataclass(slots=True)
class Line:
    """One line of stderr that names the stage at work; ``stages`` keeps how long each took."""

    shown: bool = False
    started: float = field(default_factory=time.monotonic)
    stages: list[tuple[str, str, float]] = field(default_factory=list)

    def __call__(self, stage: str, done: str = "") -> None:
        """``stage`` began, or got as far as ``done`` says."""
        now = time.monotonic()
        if self.stages and self.stages[-1][0] == stage:
            self.stages[-1] = (stage, done or self.stages[-1][1], self.stages[-1][2])
        else:
            self.stages.append((stage, done, now))
        if sys.stderr.isatty() and now - self.started > PATIENCE_S:
            self.shown = True
            elapsed = f"{now - self.started:.0f} s"
            text = f"{elapsed:>6}  {stage}{', ' + done if done else ''}"
            print(f"\r\x1b[K{text[:100]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
