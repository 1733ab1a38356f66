"""What the path of a file says about whose it is."""

import re

GENERAL = {
    "access",
    "error",
    "app",
    "application",
    "logs",
    "log",
    "messages",
    "syslog",
    "stdout",
    "stderr",
    "output",
    "current",
    "all",
}


def stem(path: str) -> str:
    """The name of a file without suffixes, dates and the ids of a pod."""
    name = re.sub(r"(?:\.(?:log|txt|json|ndjson|jsonl|gz|xz|zst|bz2|out|err|csv|\d+))+$", "", path.rsplit("/", 1)[-1])
    name = re.sub(r"[-_.]\d{4}[-_]?\d\d[-_]?\d\d.*$", "", name)
    return re.sub(r"-[0-9a-f]{6,10}-[a-z0-9]{5}$", "", name)


def component(path: str) -> str:
    """What a log file is named after; its folder where the name is too general."""
    parts, name = path.split("/"), stem(path)
    if name.lower() in GENERAL:
        return parts[-2] if len(parts) > 1 and parts[-2].lower() not in GENERAL else ""
    return name
