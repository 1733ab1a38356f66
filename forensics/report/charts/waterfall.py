"""One request: its spans as bars in time, what it waited for in the accent."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from forensics.report.charts.frame import cut, label, levels, opened, wide
from forensics.report.wording import duration

ROW = 22
MOST = 24


def waterfall(spans: Sequence[Mapping[str, Any]], total_us: int, *, title: str, width: int = 720) -> Markup:
    """An SVG with a row a span: ``depth``, ``component``, ``operation``, ``start_us``, ``duration_us``, ``is_error``, ``critical``.

    ``critical`` are stretches ``(start_us, end_us)`` of the span that lie on the critical path.
    """
    shown = spans[:MOST]
    if not shown or total_us <= 0:
        return Markup("")
    # Room for the longest text at the end of a bar, so that none stands on the names.
    left, right = (230 if width > 500 else 128), 10 + max(wide(_said(each)) for each in shown)
    height = 24 + ROW * len(shown) + 4
    scale = (width - left - right) / total_us
    parts = [opened(width, height, title, "waterfall")]
    for value in levels(total_us / 1e6):
        x = left + value * 1e6 * scale
        parts.append(f'<line class="c-grid" x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{height}"/>')
        parts.append(label(duration(value) if value else "0", x, 12, "middle"))
    for index, each in enumerate(shown):
        parts.append(_row(each, 24 + index * ROW, left, scale, width))
    return Markup("".join(parts) + "</svg>")


def _row(each: Mapping[str, Any], y: float, left: int, scale: float, width: int) -> str:
    indent = min(each["depth"], 8) * (9 if width > 500 else 4)
    name = f"{each['component']} {each['operation']}"
    said = _said(each)
    x, long = left + each["start_us"] * scale, max(each["duration_us"] * scale, 1.5)
    kind = "c-blamed" if each["is_error"] else "c-tick"
    parts = [
        f"<g><title>{escape(name)} {said}</title>",
        label(cut(name, left - indent - 10, 6.3), indent, y + 12, "start", "c-name"),
        f'<rect class="c-span" x="{x:.1f}" y="{y + 2}" width="{long:.1f}" height="12" rx="2"/>',
    ]
    colour = "c-failed" if each["is_error"] else "c-critical"
    for start, end in each["critical"]:
        parts.append(
            f'<rect class="{colour}" x="{left + start * scale:.1f}" y="{y + 2}" width="{max((end - start) * scale, 1):.1f}" height="12"/>'
        )
    parts.append(label(said, x + long + 5, y + 12, "start", kind))
    return "".join(parts) + "</g>"


def _said(each: Mapping[str, Any]) -> str:
    return duration(each["duration_us"] / 1e6) + (" failed" if each["is_error"] else "")
