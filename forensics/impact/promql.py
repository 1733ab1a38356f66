"""Selectors and rules as PromQL, https://prometheus.io/docs/prometheus/latest/querying/basics/."""

import re
from collections.abc import Mapping

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def selector(metric: str, labels: Mapping[str, str]) -> str:
    """An instant selector; labels that PromQL cannot name are left out.

    >>> selector("up", {"job": "a", "__name__": "up"}), selector("aws.cpu", {})
    ('up{job="a"}', '{__name__="aws.cpu"}')
    """
    pairs = [
        (name, value) for name, value in sorted(labels.items()) if LABEL.fullmatch(name) and not name.startswith("__") and name != "peer"
    ]  # fmt: skip
    plain = NAME.fullmatch(metric)
    named = pairs if plain else [("__name__", metric), *pairs]
    inside = ",".join(f"{name}={quoted(value)}" for name, value in named)
    return (metric if plain else "") + ("{" + inside + "}" if inside else "")


def quoted(value: str) -> str:
    """A string literal."""
    body = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{body}"'


def span(seconds: int) -> str:
    """A duration; half a minute more than asked, so that a window of whole scrapes holds both of its edges.

    >>> span(300), span(3600)
    ('5m30s', '1h30s')
    """
    return duration(seconds + 30)


def duration(seconds: int) -> str:
    """A duration as PromQL writes it.

    >>> duration(120), duration(0)
    ('2m', '0s')
    """
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def error_ratio(component: str, seconds: int) -> str:
    """The share of failing requests over a window, for counters that are named as the conventions have them."""
    who = quoted(component)
    failing = f'sum(rate(http_requests_total{{service={who},status=~"5.."}}[{span(seconds)}]))'
    return f"{failing} / sum(rate(http_requests_total{{service={who}}}[{span(seconds)}]))"
