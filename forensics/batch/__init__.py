"""Many bundles at once: found, analyzed in parallel, resumed after an interruption, and summed up on one page."""

from forensics.batch.running import Outcome, Plan, left_s, prepared, run
from forensics.batch.seeking import seek
from forensics.batch.summing import index

__all__ = ["Outcome", "Plan", "index", "left_s", "prepared", "run", "seek"]
