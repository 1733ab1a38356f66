"""Hypotheses, the judgement of each change, status and confidence."""

from forensics.verdict.deciding import decide

__all__ = ["decide"]
