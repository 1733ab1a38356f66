"""Distinct messages to templates: mask, mine with Drain, join by message key or number."""

from forensics.templates.identifying import identify
from forensics.templates.mining import mine

__all__ = ["identify", "mine"]
