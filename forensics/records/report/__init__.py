"""The report contract (DESIGN section 5) as types. ``docs/report.schema.json`` is generated from them.

Times are ISO 8601 in UTC with a ``Z``; ``evidence`` lists ids of the ``evidence`` map; ``claim`` is a stable key
of kind, component and subject.
"""

from forensics.records.report.document import SCHEMA_VERSION, Report

__all__ = ["SCHEMA_VERSION", "Report"]
