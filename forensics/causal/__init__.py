"""The causal graph and the ranked candidates (``docs/ranking.md``)."""

from forensics.causal.ranking import rank

__all__ = ["rank"]
