"""What a component is: told by edges and state, else by its name, with the reason."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from forensics.store import Store

# Names of well-known software; a name is only a hint, and says so.
BY_NAME: Sequence[tuple[str, str, str]] = (
    # AWS X-Ray gives what a caller sees of another a node of its own, of type client or remote.
    (r"[_:](client|remote)$", "client view", "view"),
    (
        r"postgres|mysql|mariadb|mongo|oracle|sqlserver|dynamodb|cassandra|aurora|\bdb\b|database|rds",
        "database",
        "database",
    ),
    (r"redis|memcache|varnish|cache", "cache", "cache"),
    (r"kafka|rabbit|sqs|queue|nats|pulsar|activemq", "queue", "queue"),
    (r"nginx|haproxy|envoy|traefik|gateway|ingress|\blb\b|load-?balancer|\balb\b|\belb\b", "load balancer", "service"),
    (r"cloudfront|\bcdn\b|fastly|akamai", "CDN", "service"),
)


def roles(store: Store, names: Sequence[str]) -> Mapping[str, tuple[str, str, str]]:
    """Kind, role and reason of every component."""
    nodes = (
        store.scan("edges").filter(pl.col("kind") == "runs_on").select("target").unique().collect()["target"].to_list()
    )
    states = store.scan("state").filter(pl.col("kind").is_in(["node", "external"])).select("component", "kind")
    told = {name: "node" for name in nodes} | dict(sorted(states.unique().collect().rows()))
    return {name: _role(name, told.get(name, "")) for name in names}


def _role(name: str, told: str) -> tuple[str, str, str]:
    if told:
        return told, told, "the cluster's state says so" if told == "node" else "a provider's status page names it"
    for pattern, role, kind in BY_NAME:
        if re.search(pattern, name, re.IGNORECASE):
            return kind, role, "its name suggests it"
    return "service", "service", "nothing says otherwise"
