"""Distinct messages to templates: mask, mine with Drain, join by message key."""

from forensics.templates.mining import mine

__all__ = ["mine"]
