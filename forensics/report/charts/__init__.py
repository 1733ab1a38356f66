"""Charts as SVG: one accent, direct labels, text beside colour."""

from forensics.report.charts.graph import causal_graph
from forensics.report.charts.lines import line_chart
from forensics.report.charts.strip import timeline_strip

__all__ = ["causal_graph", "line_chart", "timeline_strip"]
