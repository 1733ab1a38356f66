import re

import pytest

from forensics.resolve.names import ADDRESS


@pytest.mark.parametrize(
    ("name", "host"),
    [("db-1:9100", "db-1"), ("redis.internal:6379", "redis.internal"), ("10.1.2.3:8080", None), ("api:v2", None)],
)
def test_a_named_host_stands_for_its_ports(name: str, host: str | None) -> None:
    found = re.fullmatch(ADDRESS, name)

    assert (found[1] if found else None) == host
