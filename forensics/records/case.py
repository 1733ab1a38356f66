"""Everything an analysis found, as one value: what ``report.compose`` turns into the report."""

from dataclasses import dataclass

from forensics.records.bundle import Bundle, Symptom
from forensics.records.cause import Ranking, Verdict
from forensics.records.finding import Findings
from forensics.records.impact import Impact
from forensics.records.options import Options
from forensics.records.signal import Detected, Windows


@dataclass(frozen=True, slots=True)
class Case:
    """The results of every stage for one bundle."""

    bundle: Bundle
    options: Options
    symptom: Symptom | None
    windows: Windows
    detected: Detected
    findings: Findings
    ranking: Ranking
    verdict: Verdict
    impact: Impact
