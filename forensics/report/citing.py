"""The register of evidence: ids for what sentences cite, with the text and context that a reader wants to see."""

from collections.abc import Iterable, Mapping, Sequence

from forensics import documents
from forensics.clock import iso
from forensics.records.bundle import Bundle
from forensics.records.evidence import (
    CountEvidence,
    Evidence,
    LineEvidence,
    RecordEvidence,
    SeriesEvidence,
    Statement,
    evidence_id,
)
from forensics.records.report.outcome import EvidenceOut
from forensics.records.report.prose import Ids, Prose, Span
from forensics.records.window import Window
from forensics.report.wording import Words

CONTEXT = 3
LONGEST_TEXT = 2_000


class Register:
    """Collects evidence while a report is composed; ``rows`` gives it all, texts read from the bundle."""

    def __init__(self, bundle: Bundle, words: Words) -> None:
        """Start with nothing cited."""
        self._files = {file.path: file for file in bundle.files}
        self._found: dict[str, Evidence] = {}
        self._words = words

    def cite(self, evidence: Iterable[Evidence]) -> Ids:
        """The ids of some evidence, each once, in order."""
        ids: dict[str, None] = {}
        for each in evidence:
            if isinstance(each, LineEvidence | RecordEvidence) and each.file not in self._files:
                continue
            name = evidence_id(each)
            self._found[name] = each
            ids[name] = None
        return tuple(ids)

    def prose(self, statement: Statement) -> Prose:
        """A statement in words, with its evidence."""
        return Prose(self._words.say(statement), self.cite(statement.evidence))

    def proses(self, statements: Iterable[Statement]) -> tuple[Prose, ...]:
        """Statements in words."""
        return tuple(self.prose(each) for each in statements)

    def rows(self) -> dict[str, EvidenceOut]:
        """Everything cited, by id, sorted."""
        contexts = self._contexts()
        return {name: self._row(each, contexts.get(name, ())) for name, each in sorted(self._found.items())}

    def _row(self, each: Evidence, context: Sequence[str]) -> EvidenceOut:
        if isinstance(each, LineEvidence):
            sha = self._files[each.file].sha256
            return EvidenceOut("line", each.file, sha, each.first, each.last, None, _cut(each.text), tuple(context))
        if isinstance(each, RecordEvidence):
            sha = self._files[each.file].sha256
            return EvidenceOut("record", each.file, sha, record=each.record, text=_cut(each.text))
        if isinstance(each, SeriesEvidence):
            return EvidenceOut(
                "series", component=each.component, metric=each.metric, labels=dict(each.labels), window=span(each.window),
                statistic=each.statistic, value=each.value, n=each.n,
            )  # fmt: skip
        assert isinstance(each, CountEvidence)
        return EvidenceOut(
            "count",
            table=each.table,
            filters=each.filters,
            measure=each.measure,
            window=span(each.window),
            value=float(each.value),
        )

    def _contexts(self) -> Mapping[str, tuple[str, ...]]:
        """Lines around each cited line, file by file so that each file is read once."""
        by_file: dict[str, list[tuple[str, LineEvidence]]] = {}
        for name, each in self._found.items():
            if isinstance(each, LineEvidence):
                by_file.setdefault(each.file, []).append((name, each))
        found: dict[str, tuple[str, ...]] = {}
        for path, cited in sorted(by_file.items()):
            places = [
                (name, line)
                for name, each in cited
                for line in range(max(1, each.first - CONTEXT), each.last + CONTEXT + 1)
            ]
            texts = documents.line_texts(self._files[path].location, [(line, line) for _, line in places])
            for (name, line), text in zip(places, texts, strict=True):
                if text is not None:
                    found[name] = (*found.get(name, ()), f"{line}: {_cut(text, 400)}")
        return found


def _cut(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def span(window: Window) -> Span:
    """A window as instants."""
    return Span(iso(window.start), iso(window.end))
