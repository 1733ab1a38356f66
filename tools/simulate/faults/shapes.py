"""How a quantity moves over the minutes of a bundle."""

from collections.abc import Callable, Sequence

Curve = Callable[[float], float]


def flat(level: float) -> Curve:
    """The same at all times."""
    return lambda _: level


def step(start: float, end: float, during: float, rest: float = 0.0) -> Curve:
    """``during`` from ``start`` to ``end``, else ``rest``."""
    return lambda minute: during if start <= minute < end else rest


def ramp(start: float, full: float, end: float, during: float, rest: float = 0.0) -> Curve:
    """From ``rest`` at ``start`` in a straight line to ``during`` at ``full``; back to ``rest`` at ``end``."""

    def at(minute: float) -> float:
        if not start <= minute < end:
            return rest
        return rest + (during - rest) * min(1.0, (minute - start) / (full - start))

    return at


def spikes(start: float, end: float, during: float, every: float, width: float, rest: float = 0.0) -> Curve:
    """``during`` for ``width`` minutes of each ``every``, from ``start`` to ``end``; else ``rest``."""
    return lambda minute: during if start <= minute < end and (minute - start) % every < width else rest


def decay(start: float, half: float, peak: float, rest: float = 0.0) -> Curve:
    """``peak`` at ``start``, and half as far from ``rest`` with every ``half`` minutes."""
    return lambda minute: rest if minute < start else rest + (peak - rest) * 0.5 ** ((minute - start) / half)


def saw(start: float, end: float, low: float, high: float, every: float, rest: float) -> Curve:
    """Grows from ``low`` to ``high`` again and again, in ``every`` minutes each time; ``rest`` before and after."""
    return lambda minute: low + (high - low) * ((minute - start) % every) / every if start <= minute < end else rest


def stairs(steps: Sequence[float]) -> Curve:
    """One more from each of the minutes given."""
    return lambda minute: float(sum(minute >= at for at in steps))
