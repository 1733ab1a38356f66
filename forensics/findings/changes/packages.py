"""Libraries and images whose version a diff moves, and commands and variables of a manifest."""

import re
from collections.abc import Iterator, Sequence

from forensics.findings.changes.diffs import Hunk, changed
from forensics.findings.changes.knowledge import Knowledge
from forensics.records.finding import CodeFact

MANIFEST = re.compile(
    r"(?i)(^|/)(go\.(mod|sum)|package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|requirements[\w.-]*|constraints\.txt|pyproject\.toml|poetry\.lock"
    r"|uv\.lock|pipfile(\.lock)?|setup\.(py|cfg)|pom\.xml|build\.gradle(\.kts)?|libs\.versions\.toml|gradle\.properties|build\.sbt|cargo\.(toml|lock)"
    r"|gemfile(\.lock)?|[\w-]+\.gemspec|composer\.(json|lock)|mix\.(exs|lock)|[\w.-]+\.csproj|packages\.config|directory\.packages\.props|chart\.(yaml|lock)"
    r"|\.terraform\.lock\.hcl|versions\.tf|\.tool-versions|\.(node|python|ruby|java)-version)$"
)
PIN = re.compile(
    r"""([@\w][\w@./:-]*?)["'>]?\s*(?:[:=,(]|==|=>|\s|version)*\s*["'(\[]*\s*(?:[~^<>=!]+\s*)*v?(\d+)\.(\d+)(?:\.(\d+))?([\w.+-]*)"""
)
# Checksums say nothing that the version beside them does not.
CHECKSUM = re.compile(r"h1:|sha\d+|integrity|checksum|/go\.mod ")
IMAGE = re.compile(r"(?i)^\s*(?:from\s+(?:--\S+\s+)?|(?:-\s*)?image:\s*[\"']?)([\w./-]+(?::\d+)?[\w./-]*):([\w.-]+)")
COMMAND = re.compile(r"(?i)^\s*(entrypoint|cmd|command:|args:|run\s|exec |-{1,2}\s+[\"']?-{1,2}\w)")
VARIABLE = re.compile(
    r"^\s*(?:-\s*name:\s*[\"']?([A-Z][A-Z0-9_]{2,})[\"']?\s*$|(?:ENV|export|ARG)\s+([A-Z][A-Z0-9_]{2,})|([A-Z][A-Z0-9_]{3,})\s*[:=])"
)
NETWORK = re.compile(
    r"(?i)networkpolicy|ingress|egress|cidr|security_group|from_port|to_port|target_?port|firewall|route_table|subnet|nameserver|ndots|dnspolicy|podselector|virtualservice|destinationrule"
)
DEPLOYED = re.compile(r"(?i)\.(ya?ml|tf|hcl|tpl|env|properties|conf)$|dockerfile|(^|/)\.env")


def is_manifest(path: str) -> bool:
    """Whether a file only lists dependencies."""
    return bool(MANIFEST.search(path))


def read(hunk: Hunk, known: Knowledge) -> Iterator[CodeFact]:
    """Moves of versions, and in files that describe a deployment its commands, variables and network rules."""
    removed, added = list(changed(hunk, "-")), list(changed(hunk, "+"))
    if is_manifest(hunk.path):
        yield from _pins(removed, added, hunk.path, known)
        return
    if not DEPLOYED.search(hunk.path):
        return
    images = [{match[1]: match[2] for line in side if (match := IMAGE.match(line))} for side in (removed, added)]
    for name in sorted(images[0].keys() & images[1].keys()):
        if images[0][name] != images[1][name]:
            yield known.fact(_step(images[0][name], images[1][name]), name, hunk.path, images[0][name], images[1][name])
    for name in sorted(images[1].keys() - images[0].keys()) if images[0] else ():
        yield known.fact("image_changed", name, hunk.path, ", ".join(sorted(images[0])), name)
    gone = _variables(removed) - _variables(added) - _variables(changed(hunk, " "))
    for name in sorted(gone):
        yield known.fact("variable_removed", name, hunk.path)
    for pattern, kind in ((COMMAND, "command_changed"), (NETWORK, "network_rule")):
        lines = [
            line.strip() for line in (*removed, *added) if pattern.search(line) and not line.strip().startswith("#")
        ]
        if lines and removed:
            yield known.fact(kind, lines[0], hunk.path)


def _variables(lines: Sequence[str] | Iterator[str]) -> set[str]:
    return {next(filter(None, match.groups())) for line in lines if (match := VARIABLE.match(line))}


def _pins(removed: Sequence[str], added: Sequence[str], path: str, known: Knowledge) -> Iterator[CodeFact]:
    pins: list[dict[str, str]] = [{}, {}]
    for side, lines in zip(pins, (removed, added), strict=True):
        for line in lines:
            match = PIN.search(line) if not CHECKSUM.search(line) else None
            if match:
                side[match[1].strip("\"':,=")] = f"{match[2]}.{match[3]}.{match[4] or 0}{match[5]}"
    for name in sorted(pins[0].keys() | pins[1].keys()):
        old, new = pins[0].get(name, ""), pins[1].get(name, "")
        if old and new:
            if old != new:
                yield known.fact(_step(old, new), name, path, old, new)
        else:
            yield known.fact("dependency_set", name, path, old, new)


def _step(old: str, new: str) -> str:
    """How far a version moves; down is as risky as a major step, and so is a minor one before 1.0."""
    numbers = [[int(each) for each in re.findall(r"\d+", version)[:3]] for version in (old, new)]
    if not all(len(each) >= 2 for each in numbers):
        return "image_changed"
    a, b = ((*each, 0, 0)[:3] for each in numbers)
    if a[0] != b[0] or b < a:
        return "dependency_major"
    return "dependency_minor" if a[1] != b[1] else "dependency_patch"
