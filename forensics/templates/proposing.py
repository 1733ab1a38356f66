"""Drain's proposals: messages that differ in several words at once, which no comparison of one place at a time can join.

Drain (He et al., An Online Log Parsing Approach with Fixed Depth Tree, ICWS 2017; here in drain3-improved) groups by shape
and likeness. A group of it becomes a template only where each place that differs takes many values and enough words are
fixed: ``user alice left Oslo``, ``user bob left Rome``. What Drain would join in a telling word stays apart.
"""

from collections.abc import Sequence

from forensics.masking import PLACEHOLDER

# Likeness above Drain's own default of 0.4, which is for texts whose variables are not masked yet.
SIMILARITY, DEPTH, MAX_CHILDREN = 0.6, 4, 100
# A place is a variable when it takes this many values, and as many as this share of the group.
MANY, SHARE = 8, 0.3
FIXED_WORDS = 3


def proposals(texts: Sequence[str]) -> dict[str, str]:
    """The template of each text that a group of Drain's joins; ``texts`` are sorted, so the result has one order only."""
    if len(texts) < MANY:
        return {}
    from drain3.drain import Drain

    drain = Drain(depth=DEPTH, sim_th=SIMILARITY, max_children=MAX_CHILDREN, max_clusters=None, param_str=PLACEHOLDER)
    groups: dict[int, list[str]] = {}
    for text in texts:
        groups.setdefault(drain.add_log_message(text)[0].cluster_id, []).append(text)
    found: dict[str, str] = {}
    for group in groups.values():
        template = _joined([text.split(" ") for text in group]) if len(group) >= MANY else ""
        found.update((text, template) for text in group if template and text != template)
    return found


def _joined(rows: Sequence[Sequence[str]]) -> str:
    """The template of rows of words; "" where they are not told by their fixed words alone."""
    if len({len(row) for row in rows}) > 1:
        return ""
    columns = [sorted(set(column)) for column in zip(*rows, strict=True)]
    varying = [column for column in columns if len(column) > 1]
    fixed = [column[0] for column in columns if len(column) == 1 and any(each.isalpha() for each in column[0])]
    is_told = len(fixed) >= FIXED_WORDS and len(fixed) >= len(varying)
    is_free = all(len(column) >= max(MANY, SHARE * len(rows)) for column in varying)
    if not (is_told and is_free):
        return ""
    return " ".join(column[0] if len(column) == 1 else PLACEHOLDER for column in columns)
