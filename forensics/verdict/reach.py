"""Which components a change can reach: by name, by its files, by what shipped it, by what depends on it."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from forensics.records.finding import Change

SHARED = re.compile(
    r"(?i)(^|/)(pkg|libs?|libraries|common|shared|internal|core|platform|packages|vendor|sdk|framework|foundation|base|util|utils)/|^[^/]+$"
)
# Folders that say how a repository is laid out, not whose the code is.
PLACES = frozenset(
    [
        "services",
        "service",
        "src",
        "main",
        "app",
        "apps",
        "cmd",
        "svc",
        "internal",
        "pkg",
        "lib",
        "libs",
        "java",
        "config",
        "configs",
        "charts",
        "chart",
        "helm",
        "deploy",
        "deployments",
        "deployment",
        "manifests",
        "k8s",
        "kubernetes",
        "terraform",
        "infra",
        "modules",
        "module",
        "packages",
        "components",
        "server",
        "client",
        "api",
        "web",
        "com",
        "org",
        "net",
        "io",
        "dist",
        "build",
        "python",
        "node",
        "golang",
        "common",
        "shared",
        "core",
        "platform",
        "templates",
        "values",
        "base",
        "overlays",
        "prod",
        "production",
        "staging",
        "environments",
        "env",
    ]
)
WHOLE, BELOW, HALF = 1.0, 0.6, 0.5


def touches(change: Change, component: str) -> float:
    """How surely a change's files belong to ``component``: 1 by name, a half for shared code, 0 for another's.

    >>> touches(Change("a", 0, "commit", "", "", "", "", ("services/checkout/order.go",), (), "", ()), "checkoutservice")
    1.0
    """
    if change.component:
        return WHOLE if change.component == component else 0.0
    return _touch(change.paths, component) if change.paths else HALF


@lru_cache(maxsize=200_000)
def _touch(paths: tuple[str, ...], component: str) -> float:
    plain = re.sub(r"[^a-z0-9]", "", component.lower())
    best = 0.0
    for path in paths[:200]:
        own, squeezed = _parts(path)
        if any(part in plain for part in own) or (plain and plain in squeezed):
            return WHOLE
        if SHARED.search(path):
            best = HALF
    return best


@lru_cache(maxsize=200_000)
def _parts(path: str) -> tuple[tuple[str, ...], str]:
    """The words of the folders of a path that may name a component, and all its letters."""
    folders, _, name = path.lower().rpartition("/")
    words = re.split(r"[/._-]+", folders or name)
    return tuple(part for part in words if len(part) >= 3 and part not in PLACES), re.sub(
        r"[^a-z0-9]", "", path.lower()
    )


def reach(change: Change, carriers: Sequence[Change], component: str, dependencies: Collection[str]) -> float:
    """1 for the failing component itself, less for what it depends on or shares, 0 for what cannot get there."""
    if change.kind == "commit":
        return _of_commit(change, {each.component for each in carriers if each.component}, component, dependencies)
    if not change.component:
        return 0.7
    return WHOLE if change.component == component else 0.7 if change.component in dependencies else 0.0


def _of_commit(change: Change, shipped: set[str], component: str, dependencies: Collection[str]) -> float:
    if component in shipped:
        return WHOLE
    own = touches(change, component)
    if shipped:
        return BELOW if shipped & set(dependencies) else 0.0 if own < WHOLE else HALF
    if own:
        return own
    return max(
        (BELOW * touches(change, each) for each in sorted(dependencies) if touches(change, each) == WHOLE), default=0.0
    )
