import pytest

from forensics.ingest.expressions import Place, compiled


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"job": "node", "instance": "db-1:9100"}, "db-1:9100"),
        ({"job": "node-exporter", "instance": "db-1:9100"}, "db-1:9100"),
        ({"service": "kube-prometheus-stack-kubelet", "job": "kubelet", "pod": "pay-7f9dd8b6c4-x7gr9"}, "pay-7f9dd8b6c4-x7gr9"),
        ({"job": "payments", "instance": "10.1.2.3:8080"}, "payments"),
        ({"job": "nodejs-frontend", "instance": "10.1.2.3:8080"}, "nodejs-frontend"),
        ({"job": "node"}, "node"),
    ],
)  # fmt: skip
def test_who_scraped_is_not_whom_a_series_is_about(labels: dict[str, str], name: str) -> None:
    said = compiled("service:named|job:named|pod|instance|job")

    assert said(Place(labels), labels) == name
