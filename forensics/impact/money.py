"""What lost orders were worth, before and after those who came back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Revenue:
    """Gross: every lost order at its value; net: less the share that was placed later after all."""

    gross: float
    net: float


def revenue(lost_orders: float, order_value: float, recovered_share: float = 0.0) -> Revenue:
    """``lost x value``, and that times ``1 - recovered_share``.

    >>> revenue(10, 5.0, 0.25)
    Revenue(gross=50.0, net=37.5)
    """
    gross = lost_orders * order_value
    return Revenue(gross, gross * (1 - recovered_share))
