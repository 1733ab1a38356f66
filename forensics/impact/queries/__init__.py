"""The queries of SLO definitions, evaluated on the metrics of the bundle: a stated subset of PromQL, the rest refused."""

from forensics.impact.queries.asking import measure
from forensics.impact.queries.parsing import Unread

__all__ = ["Unread", "measure"]
