"""A log in which nearly every line is distinct once its digits are folded: ids, hashes, names, addresses and paths of many shapes.

usage: python benchmarks/high_cardinality.py OUT.log [LINES] [SEED]
"""

import random
import string
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

TEMPLATES = (
    ("INFO", "gateway", "request {uuid} of session {b36} accepted from {ip}:{port}"),
    ("INFO", "gateway", "GET https://api.example.com/v1/{word}/{hex12}?token={b36} took {n} ms"),
    ("INFO", "auth", "user={name} signed in with key {hex32}"),
    ("WARN", "auth", "invalid user {name} from {ip} port {port} ssh2"),
    ("INFO", "store", "wrote block blk_{n} ({hex12}) to /data/{word}/{hex8}.part"),
    ("ERROR", "store", "checksum of {hex32} differs from {hex32}"),
    ("INFO", "mail", "message {b36} queued for {name}@{word}.example.com"),
    ("ERROR", "pay", "charge {uuid} refused: card token tok_{b36} expired"),
    ("INFO", "pay", "order {uuid} paid by {name} in {n} ms"),
    ("DEBUG", "cache", "evicted key {word}:{hex8}:{b36} after {n} s"),
    ("INFO", "build", "commit {hex40} of branch {word}-{b36} built"),
    ("WARN", "queue", "consumer {word}-{hex8} lags by {n} on partition {port}"),
)
LETTERS = string.ascii_lowercase
BASE36 = string.ascii_lowercase + string.digits


def line(draw: random.Random, now: datetime) -> str:
    """One line at a time."""
    level, component, text = draw.choice(TEMPLATES)
    values = {
        "uuid": f"{draw.getrandbits(32):08x}-{draw.getrandbits(16):04x}-4{draw.getrandbits(12):03x}-a{draw.getrandbits(12):03x}"
        f"-{draw.getrandbits(48):012x}",
        "b36": "".join(draw.choices(BASE36, k=16)),
        "ip": ".".join(str(draw.randrange(256)) for _ in range(4)),
        "port": draw.randrange(1024, 65536),
        "n": draw.randrange(1, 10 ** draw.randrange(1, 7)),
        "name": "".join(draw.choices(LETTERS, k=draw.randrange(4, 9))),
        "word": "".join(draw.choices(LETTERS, k=draw.randrange(4, 9))),
    } | {f"hex{n}": f"{draw.getrandbits(4 * n):0{n}x}" for n in (8, 12, 32, 40)}
    return f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d} {level} {component}: {text.format(**values)}\n"


def main(out: Path, lines: int, seed: int) -> None:
    """Write the log."""
    draw = random.Random(seed)
    now = datetime(2026, 3, 14, tzinfo=UTC)
    with out.open("w", encoding="utf-8") as file:
        for _ in range(lines):
            now += timedelta(milliseconds=draw.randrange(60))
            file.write(line(draw, now))


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        int(sys.argv[2]) if len(sys.argv) > 2 else 3_000_000,
        int(sys.argv[3]) if len(sys.argv) > 3 else 11,
    )
