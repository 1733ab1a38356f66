"""The causal graph in layers: what failed first on the left, who depends on it to the right."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

MOST = 25
TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 0 L8 4 L0 8 Z"/></marker></defs>'
)
WIDE, TALL, GAP_X, GAP_Y = 150, 34, 46, 14


def causal_graph(edges: Sequence[Mapping[str, Any]], roles: Mapping[str, str], origin: str) -> Markup:
    """An SVG of the components in ``roles`` (origin, affected, other) and the calls between them."""
    names = [origin, *sorted(name for name in roles if name != origin)][:MOST] if origin else sorted(roles)[:MOST]
    links = sorted(
        {
            (each["source"], each["target"])
            for each in edges
            if each["kind"] != "runs_on" and {each["source"], each["target"]} <= set(names)
        }
    )
    if len(names) < 2:
        return Markup("")
    layer = _layers(names, links, origin)
    columns: dict[int, list[str]] = {}
    for name in names:
        columns.setdefault(layer[name], []).append(name)
    place = {
        name: (column * (WIDE + GAP_X) + 6, row * (TALL + GAP_Y) + 6)
        for column, members in enumerate(columns[key] for key in sorted(columns))
        for row, name in enumerate(members)
    }
    width = len(columns) * (WIDE + GAP_X) - GAP_X + 12
    height = max(map(len, columns.values())) * (TALL + GAP_Y) - GAP_Y + 12
    parts = [
        f'<svg class="chart graph" viewBox="0 0 {width} {height}" style="max-width:{width}px" role="img" aria-label="Who depends on whom">',
        TIP,
    ]
    parts += [_link(place[target], place[source]) for source, target in links]
    parts += [_box(name, roles.get(name, "other"), *place[name]) for name in names]
    return Markup("".join(parts) + "</svg>")


def _layers(names: Sequence[str], links: Sequence[tuple[str, str]], origin: str) -> Mapping[str, int]:
    """Steps from the origin along callers; callees of it stand on its left, what is not linked at the end."""
    layer = {origin: 0}
    waiting = [origin]
    while waiting:
        here = waiting.pop(0)
        for source, target in links:
            if target == here and source not in layer:
                layer[source] = layer[here] + 1
                waiting.append(source)
    for source, target in links:
        if source == origin and target not in layer:
            layer[target] = -1
    far = max(layer.values())
    return {name: layer.get(name, far + 1) for name in names}


def _link(start: tuple[float, float], end: tuple[float, float]) -> str:
    """The way a failure travels: from a dependency to who depends on it."""
    forward = end[0] >= start[0]
    x1, y1 = start[0] + (WIDE if forward else 0), start[1] + TALL / 2
    x2, y2 = end[0] + (0 if forward else WIDE), end[1] + TALL / 2
    bend = max(24.0, abs(x2 - x1) / 2) * (1 if forward else -1)
    return f'<path class="edge" d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" marker-end="url(#tip)"/>'


def _box(name: str, role: str, x: float, y: float) -> str:
    short = name if len(name) <= 20 else name[:19] + "…"
    return (
        f'<g class="node {role}"><title>{escape(name)} ({role})</title><rect x="{x}" y="{y}" width="{WIDE}" height="{TALL}" rx="6"/>'
        f'<text x="{x + WIDE / 2}" y="{y + TALL / 2 + 4}" text-anchor="middle">{escape(short)}</text></g>'
    )
