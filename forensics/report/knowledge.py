"""The entry for a knowledge base: how it looks, what it is, what helps, how to see that it is over."""

from typing import Any

from forensics.records.case import Case
from forensics.records.report.outcome import RemediationOut
from forensics.records.report.prose import claim
from forensics.report.citing import Register

MOST = 3


def knowledge_base(case: Case, remedies: RemediationOut, register: Register) -> dict[str, Any]:
    """Title, fields in reading order and evidence; empty where no cause is probable."""
    verdict = case.verdict
    if verdict.status not in ("identified", "probable"):
        return {}
    found = next((each for each in case.findings.modes if each.mode == verdict.failure_mode), None)
    mode = dict(found.definition) if found else {}
    component = verdict.first_failing_component
    signs = register.proses(found.fits[:MOST] if found else ())
    radius = [each for each in case.ranking.blast_radius if each.component != component]
    effects = register.proses(symptom for each in radius[:MOST] for symptom in each.symptoms[:1])
    trigger = register.proses(verdict.trigger)
    back = [f"{each.metric} at {each.component}" for each in case.impact.recovery if each.component == component]
    rows = [
        (
            "What users see",
            " ".join(f"{each.component}: {said.text}" for each, said in zip(radius, effects, strict=False)),
        ),
        ("Cause", f"{mode.get('title', 'Failure')} at {component}. {mode.get('means', '')}".strip()),
        ("Recognise it by", " ".join(each.text for each in signs)),
        ("Set off by", " ".join(each.text for each in trigger)),
        ("What helps", " ".join(each.text for each in remedies.immediate)),
        ("Over when", f"{', '.join(back[:MOST])} back at the level before." if back else ""),
        ("Prevent it", " ".join(each.text for each in (*remedies.short_term, *remedies.long_term))),
        ("Read more", str(mode.get("source", ""))),
    ]
    ids = dict.fromkeys(name for prose in (*signs, *effects, *trigger) for name in prose.evidence)
    return {
        "claim": claim("knowledge", component, verdict.failure_mode),
        "title": f"{mode.get('title', 'Failure')} at {component}",
        "fields": [[label, text] for label, text in rows if text],
        "evidence": list(ids),
    }
