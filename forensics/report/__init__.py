"""Findings to a report, and a report to JSON, HTML, Markdown, PDF and the terminal."""

from forensics.report.canonical import as_json, seal
from forensics.report.composing import compose
from forensics.report.rendering import render
from forensics.report.reviewing import read as read_review
from forensics.report.reviewing import reviewed
from forensics.report.terminal import terminal

__all__ = ["as_json", "compose", "read_review", "render", "reviewed", "seal", "terminal"]
