"""The causal graph in layers: what failed first on the left, who depends on it to the right, each with its onset."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from forensics.report.charts.frame import cut, label, opened

MOST = 25
TIP = (
    '<defs><marker id="{id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="c-tip" d="M0 0 L8 4 L0 8 Z"/></marker></defs>'
)
WIDE, TALL, GAP_X, GAP_Y = 156, 44, 54, 14
BOXES = {"origin": "c-origin", "affected": "c-hit", "loose": "c-loose"}


def causal_graph(
    edges: Sequence[Mapping[str, Any]],
    roles: Mapping[str, str],
    origin: str,
    onsets: Mapping[str, str],
    *,
    is_tall: bool = False,
) -> Markup:
    """An SVG of the components in ``roles`` (origin, affected, other) and the calls between them.

    ``onsets`` are times of day; ``is_tall`` lays the layers one below the other, for narrow screens.
    """
    names = [origin, *sorted(name for name in roles if name != origin)][:MOST] if origin else sorted(roles)[:MOST]
    links = sorted(
        {
            (each["source"], each["target"])
            for each in edges
            if each["kind"] != "runs_on"
            and {each["source"], each["target"]} <= set(names)
            and each["source"] != each["target"]
        }
    )
    if len(names) < 2:
        return Markup("")
    layer = _layers(names, links, origin)
    place, width, height = _places(names, layer, is_tall=is_tall)
    linked = {name for link in links for name in link}
    tip = "tip-tall" if is_tall else "tip"
    title = f"Who depends on whom: {origin} failed first; " + ", ".join(
        name for name in names if roles.get(name) == "affected"
    )
    parts = [
        opened(width, height, title, "graph").replace(' role="img"', f' style="max-width:{width}px" role="img"', 1), TIP.format(id=tip),
    ]  # fmt: skip
    parts += [_link(target, source, place, tip, is_tall=is_tall) for source, target in links]
    for name in names:
        role = roles.get(name, "other")
        loose = role == "affected" and name not in linked
        parts.append(_box(name, role, onsets.get(name, ""), *place[name], is_loose=loose))
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


Places = Mapping[str, tuple[float, float]]


def _places(names: Sequence[str], layer: Mapping[str, int], *, is_tall: bool) -> tuple[Places, int, int]:
    columns: dict[int, list[str]] = {}
    for name in names:
        columns.setdefault(layer[name], []).append(name)
    across, along = (GAP_X // 3, GAP_X) if is_tall else (GAP_X, GAP_Y)
    place: dict[str, tuple[float, float]] = {}
    # A layer of a tall drawing breaks after two boxes, which is what a phone has room for.
    row = 0
    for column, key in enumerate(sorted(columns)):
        for index, name in enumerate(columns[key]):
            if is_tall:
                place[name] = ((index % 2) * (WIDE + across) + 6, (row + index // 2) * (TALL + along // 2) + 6)
            else:
                place[name] = (column * (WIDE + across) + 6, index * (TALL + along) + 6)
        row += -(-len(columns[key]) // 2)
    width = max(x for x, _ in place.values()) + WIDE + 8
    height = max(y for _, y in place.values()) + TALL + 8
    return place, int(width), int(height)


def _link(cause: str, hit: str, place: Places, tip: str, *, is_tall: bool) -> str:
    """The way a failure travels: from a dependency to who depends on it."""
    start, end = place[cause], place[hit]
    if is_tall:
        down = end[1] >= start[1]
        x1, y1 = start[0] + WIDE / 2, start[1] + (TALL if down else 0)
        x2, y2 = end[0] + WIDE / 2, end[1] + (0 if down else TALL)
        path = f"M{x1} {y1} C{x1} {(y1 + y2) / 2} {x2} {(y1 + y2) / 2} {x2} {y2}"
    else:
        forward = end[0] >= start[0]
        x1, y1 = start[0] + (WIDE if forward else 0), start[1] + TALL / 2
        x2, y2 = end[0] + (0 if forward else WIDE), end[1] + TALL / 2
        bend = max(24.0, abs(x2 - x1) / 2) * (1 if forward else -1)
        path = f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    names = f'data-from="{escape(cause)}" data-to="{escape(hit)}"'
    return f'<path class="c-edge" {names} d="{path}" marker-end="url(#{tip})"/>'


def _box(name: str, role: str, onset: str, x: float, y: float, *, is_loose: bool) -> str:
    kind = BOXES.get("loose" if is_loose else role, "c-node")
    big, small = ("c-onbad", "c-onbadsmall") if role == "origin" else ("c-name", "c-tick")
    second = f"first, {onset}" if role == "origin" and onset else "first" if role == "origin" else onset
    middle = x + WIDE / 2
    return (
        f'<g class="node {role}" data-name="{escape(name)}"><title>{escape(name)} ({role}) {second}</title>'
        f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDE}" height="{TALL}" rx="7"/>'
        + label(cut(name, WIDE - 12, 7.0), middle, y + (19 if second else TALL / 2 + 4), "middle", big)
        + (label(second, middle, y + 34, "middle", small) if second else "")
        + "</g>"
    )
