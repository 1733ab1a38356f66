"""The thirty faults with their answers: fixed before any analysis was run on them."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.simulate.faults import clouds, cluster, hosts, in_clouds, in_cluster, in_services, on_hosts
from tools.simulate.faults.world import World

WRITERS: dict[str, tuple[Callable[[str, int], World], Callable[[Path, World], None]]] = {
    "cluster": (cluster.world, cluster.write),
    "hosts": (hosts.world, hosts.write),
    "aws": (clouds.aws, clouds.write_aws),
    "gcp": (clouds.orders, clouds.write_gcp),
    "azure": (clouds.orders, clouds.write_azure),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and its answer. Where an expert could name the part or the kind in two ways, both are right.

    ``guilty`` is the id of the change to blame, empty where none is; ``also`` names parts, besides the callers of the
    component, of which a critical finding is not unrelated.
    """

    name: str
    estate: str
    build: Callable[[World], None]
    components: tuple[str, ...]
    categories: tuple[str, ...]
    guilty: str = ""
    also: tuple[str, ...] = ()


EXHAUSTED, SETTING, BROKEN = "resource_exhaustion", "configuration_error", "infrastructure"
FAULTS = (
    Fault("memory-leak", "cluster", in_cluster.memory_leak, ("payments",), (EXHAUSTED, "code_defect"), "dep-117"),
    Fault("image-pull", "cluster", in_cluster.image_pull, ("stock",), (SETTING,), "dep-202"),
    Fault("liveness-probe", "cluster", in_cluster.liveness_probe, ("catalog",), (SETTING,), "cfg-88"),
    Fault("node-lost", "cluster", in_cluster.node_lost, (cluster.NODES[1],), (BROKEN,), also=("catalog", "checkout", "payments")),
    Fault("namespace-quota", "cluster", in_cluster.namespace_quota, ("checkout",), (EXHAUSTED, SETTING), also=("shop",)),
    Fault("missing-secret", "cluster", in_cluster.missing_secret, ("payments",), (SETTING,), "cfg-92"),
    Fault("name-server", "cluster", in_services.name_server, ("coredns",), (BROKEN,), also=("payments", "catalog", "stock")),
    Fault("mesh-policy", "cluster", in_services.mesh_policy, ("stock",), (SETTING, "certificate"), "cfg-97"),
    Fault("retry-storm", "cluster", in_services.retry_storm, ("payments",), ("traffic", EXHAUSTED)),
    Fault("traffic-surge", "cluster", in_services.traffic_surge, ("catalog", "storefront"), ("traffic",), "cmp-55",
          ("catalog-db", "checkout", "stock", "payments", "redis", "ledger-db")),
    Fault("flag-nil", "cluster", in_services.flag_nil, ("checkout",), ("code_defect",), "guest_express_checkout"),
    Fault("poison-message", "cluster", in_services.poison_message, ("invoice-worker",), ("data_quality",)),
    Fault("cache-eviction", "cluster", in_services.cache_eviction, ("redis",), (EXHAUSTED,), also=("stock",)),
    Fault("disk-full", "hosts", on_hosts.disk_full, ("postgres", "postgresql", "db-1"), (EXHAUSTED,), also=("db-1",)),
    Fault("open-files", "hosts", on_hosts.open_files, ("nginx", "web-1"), (EXHAUSTED,)),
    Fault("clock-off", "hosts", on_hosts.clock_off, ("auth", "auth-1"), (BROKEN,), also=("auth-1",)),
    Fault("noisy-neighbour", "hosts", on_hosts.noisy_neighbour, ("app-2", "bookings"), (BROKEN,), also=("app-2",)),
    Fault("lock-wait", "hosts", on_hosts.lock_wait, ("postgres", "postgresql"), (EXHAUSTED, "code_defect"), "0091"),
    Fault("packet-loss", "hosts", on_hosts.packet_loss, ("ledger-1", "ledger"), (BROKEN,), also=("ledger-1",)),
    Fault("certificate", "hosts", on_hosts.certificate, ("ledger", "ledger.internal"), ("certificate",), also=("ledger.internal",)),
    Fault("uneven-balancer", "hosts", on_hosts.uneven, ("nginx", "app-1", "bookings"), (SETTING, BROKEN), "cfg-12", ("app-1", "bookings")),
    Fault("stuffing", "hosts", on_hosts.stuffing, ("auth", "auth-1"), ("security",), also=("auth-1",)),
    Fault("cdn-misses", "aws", in_clouds.cdn_misses, ("cloudfront", clouds.DISTRIBUTION, "seats.example"), (SETTING, EXHAUSTED), "cfg-5",
          (clouds.ALB, "seats-api", "price-quote", "seats-db")),
    Fault("cold-starts", "aws", in_clouds.cold_starts, ("price-quote",), (BROKEN, EXHAUSTED)),
    Fault("function-throttled", "aws", in_clouds.function_throttled, ("price-quote", "nightly-export"), (EXHAUSTED,), also=("account",)),
    Fault("function-timeout", "aws", in_clouds.function_timeout, ("price-quote", "api.fxrates.example"), ("dependency_failure",)),
    Fault("replica-lag", "aws", in_clouds.replica_lag, ("seats-db-replica-1",), (BROKEN, EXHAUSTED), also=("seats-db", "seats-api")),
    Fault("burst-credits", "aws", in_clouds.burst_credits, ("seats-db",), (EXHAUSTED,)),
    Fault("provider-outage", "gcp", in_clouds.provider_outage, ("paygate", "billing"), ("dependency_failure",)),
    Fault("malformed-feed", "azure", in_clouds.malformed_feed, ("feed-import",), ("data_quality",), also=("orders-svc",)),
)  # fmt: skip


def make(fault: Fault, folder: Path) -> dict[str, Any]:
    """Write the bundle of a fault into ``folder``; its answer."""
    begin, write = WRITERS[fault.estate]
    # The ten of ``unseen`` have seeds by their names.
    world = begin(fault.name, 100 + FAULTS.index(fault) if fault in FAULTS else zlib.crc32(fault.name.encode()))
    fault.build(world)
    world.run()
    write(folder, world)
    changes = sorted(each.id for each in world.changes)
    sha = {each.id: each.sha for each in world.changes}
    return {
        "components": list(fault.components), "categories": list(fault.categories), "guilty": fault.guilty, "guilty_sha": sha.get(fault.guilty, ""),
        "decoys": [each for each in changes if each != fault.guilty], "decoy_shas": [sha[each] for each in changes if each != fault.guilty and sha[each]],
        "related": sorted(_related(world, fault)),
        "onset": world.iso(118.0),
    }  # fmt: skip


# Other names under which the same part shows in some export.
NAMES = {**hosts.HOSTS, "cloudfront": (clouds.DISTRIBUTION, "seats.example"), "nginx": ("web-1",)}


def _related(world: World, fault: Fault) -> set[str]:
    """The parts that a fault touches, under all of their names."""
    touched = {*fault.components, *fault.also}
    touched |= _above(world, tuple(touched))
    return touched | {name for each in touched for name in NAMES.get(each, ())}


def _above(world: World, names: tuple[str, ...]) -> set[str]:
    """Those who call the named parts, and their callers."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        for each in world.services.values():
            if name in each.calls and each.name not in found:
                found.add(each.name)
                waiting.append(each.name)
    return found
