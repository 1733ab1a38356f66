"""Mechanisms, failure modes, health and what each change could do."""

from forensics.findings.matching import match

__all__ = ["match"]
