"""Charts as SVG: one accent, direct labels, text and shape beside colour."""

from forensics.report.charts.graph import causal_graph
from forensics.report.charts.heat import heat_map, matrix
from forensics.report.charts.lines import line_chart
from forensics.report.charts.strip import timeline_strip
from forensics.report.charts.waterfall import waterfall

__all__ = ["causal_graph", "heat_map", "line_chart", "matrix", "timeline_strip", "waterfall"]
