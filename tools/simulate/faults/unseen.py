"""Ten more faults, to see whether what was learned from the thirty holds: answers fixed before any analysis of them."""

from tools.simulate.faults.hosts import postgres, syslog
from tools.simulate.faults.innocent import deploy
from tools.simulate.faults.on_hosts import node
from tools.simulate.faults.shapes import flat, ramp, step
from tools.simulate.faults.truth import BROKEN, EXHAUSTED, SETTING, Fault
from tools.simulate.faults.world import LENGTH, ONSET, OVER, World


def no_inodes(w: World) -> None:
    """Session files use up the inodes of the sign-in server, while there is space left."""
    deploy(w, "dep-51", "bookings", ONSET - 12, 1)
    left = ramp(ONSET - 60, ONSET, OVER, 0.0, 400_000.0)
    w.measure("auth-1", "node_filesystem_files_free", left, 0.0, **node("auth-1"), mountpoint="/var")
    w.measure("auth-1", "node_filesystem_files", flat(2.6e6), 0.0, **node("auth-1"), mountpoint="/var")
    said = "OSError: [Errno 28] No space left on device: '/var/lib/auth/sessions/tmp'"
    w.says("auth", step(ONSET, OVER, 30.0), "error", lambda _: said)
    w.breaks("auth", step(ONSET, OVER, 0.5), lambda _: said, 500)


def killed_database(w: World) -> None:
    """The kernel kills the database for want of memory again and again."""
    deploy(w, "dep-52", "ledger", ONSET - 15, 2)
    w.measure("db-1", "node_memory_MemAvailable_bytes", ramp(ONSET - 30, ONSET, OVER, 6e7, 5e9), 0.02, **node("db-1"))
    syslog(
        w,
        "db-1",
        step(ONSET, OVER, 0.4),
        lambda dice: (
            f"kernel: Out of memory: Killed process {dice.randrange(900, 9000)} (postgres) total-vm:14200124kB"
        ),
    )
    postgres(w, step(ONSET, OVER, 1.0), lambda _: "LOG:  server process was terminated by signal 9: Killed")
    postgres(w, step(ONSET, OVER, 4.0), lambda _: "FATAL:  the database system is in recovery mode")
    w.breaks(
        "postgres",
        step(ONSET, OVER, 0.4),
        lambda _: "psycopg.OperationalError: server closed the connection unexpectedly",
        500,
    )


def wrong_password(w: World) -> None:
    """A new password for the ledger's database account reaches the database and not the service."""
    deploy(w, "dep-53", "auth", ONSET - 9, 0)
    w.changed("config", "cfg-21", "bookings", ONSET, "bookings: database account from the new vault path", VAULT)
    postgres(w, step(ONSET, LENGTH, 60.0), lambda _: 'FATAL:  password authentication failed for user "bookings_app"')
    w.says(
        "bookings", step(ONSET, LENGTH, 60.0), "error",
        lambda _: 'psycopg.OperationalError: FATAL: password authentication failed for user "bookings_app"',
    )  # fmt: skip
    w.breaks("bookings", step(ONSET, LENGTH, 0.8), lambda _: "could not open a session with the database", 500)


VAULT = """diff --git a/deploy/bookings.yaml b/deploy/bookings.yaml
--- a/deploy/bookings.yaml
+++ b/deploy/bookings.yaml
@@ -4,3 +4,3 @@ env:
   DB_HOST: db-1
-  DB_PASSWORD_PATH: secret/bookings/db
+  DB_PASSWORD_PATH: secret/shared/db
   DB_NAME: rooms
"""


def slow_disk(w: World) -> None:
    """A copy of the volume for the night takes the disk of the database's machine."""
    deploy(w, "dep-54", "bookings", ONSET - 20, 3)
    w.measure("db-1", "node_disk_io_utilization", step(ONSET, OVER, 0.99, 0.2), 0.01, **node("db-1"), device="sda")
    w.measure("db-1", "node_disk_io_queue_depth", step(ONSET, OVER, 60.0, 1.0), 0.05, **node("db-1"), device="sda")
    syslog(
        w,
        "db-1",
        step(ONSET, OVER, 0.5),
        lambda _: "kernel: INFO: task jbd2/sda1-8:311 blocked for more than 120 seconds.",
    )
    w.slows("postgres", flat(1.0), step(ONSET, OVER, 1.6))
    w.breaks("postgres", step(ONSET, OVER, 0.1), lambda _: "canceling statement due to statement timeout", 500, 3.0)


def flood(w: World) -> None:
    """Half-open connections by the hundred thousand keep the proxy from taking real ones."""
    deploy(w, "dep-55", "bookings", ONSET - 6, 0)
    syslog(
        w, "web-1", step(ONSET, OVER, 1.0),
        lambda _: "kernel: TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.",
    )  # fmt: skip
    w.measure("web-1", "node_sockstat_TCP_syn_recv", step(ONSET, OVER, 60_000.0, 12.0), 0.05, **node("web-1"))
    w.measure("nginx", "nginx_connections_active", step(ONSET, OVER, 1020.0, 300.0), 0.02, service="nginx")
    w.breaks("nginx", step(ONSET, OVER, 0.35), lambda _: "", 503)


def small_pool(w: World) -> None:
    """A new setting leaves the booking service a tenth of its connections."""
    deploy(w, "dep-56", "ledger", ONSET - 14, 1)
    w.changed("config", "cfg-22", "bookings", ONSET, "bookings: tidy settings", POOL)
    w.measure("bookings", "db_pool_in_use", step(ONSET, OVER, 2.0, 8.0), 0.02, service="bookings")
    w.measure("bookings", "db_pool_size", step(ONSET, OVER, 2.0, 20.0), 0.0, service="bookings")
    w.says(
        "bookings", step(ONSET, OVER, 40.0), "error",
        lambda _: "sqlalchemy.exc.TimeoutError: QueuePool limit of size 2 overflow 0 reached, connection timed out, timeout 5.00",
    )  # fmt: skip
    w.breaks("bookings", step(ONSET, OVER, 0.5), lambda _: "no connection to the database within 5 s", 500, 5.0)


POOL = """diff --git a/bookings/settings.py b/bookings/settings.py
--- a/bookings/settings.py
+++ b/bookings/settings.py
@@ -8,3 +8,3 @@
 DB_HOST = "db-1"
-DB_POOL_SIZE = 20
+DB_POOL_SIZE = 2
 DB_TIMEOUT_S = 5
"""


def one_instance(w: World) -> None:
    """A broken health check leaves one of three servers in rotation."""
    deploy(w, "dep-57", "auth", ONSET - 18, 2)
    w.weights["bookings"] = lambda minute: (0.02, 0.02, 0.96) if ONSET <= minute < OVER else (1.0, 1.0, 1.0)
    w.slows("bookings", step(ONSET, OVER, 35.0, 1.0), instance=2)
    for place, host in enumerate(("app-1", "app-2", "app-3")):
        w.count(host, "http_server_requests_total", step(ONSET, OVER, 190.0 if place == 2 else 4.0, 66.0), **node(host))
        w.measure(host, "node_load1", step(ONSET, OVER, 15.0 if place == 2 else 0.1, 0.8), 0.08, **node(host))


def guessing(w: World) -> None:
    """A list of names is tried from three addresses."""
    deploy(w, "dep-58", "bookings", ONSET - 11, 3)
    w.says(
        "auth", step(ONSET, OVER, 220.0, 0.2), "warn",
        lambda dice: f"authentication failure for account {dice.randrange(10**6):06x} (invalid credentials), client 203.0.113.{dice.randrange(3)}",
    )  # fmt: skip
    w.measure("auth-1", "node_load1", step(ONSET, OVER, 18.0, 0.4), 0.05, **node("auth-1"))
    w.slows("auth", step(ONSET, OVER, 90.0, 1.0))


def bad_prices(w: World) -> None:
    """A supplier sends a price list with commas for points."""
    deploy(w, "dep-59", "checkout", ONSET - 9, 0)
    w.says(
        "catalog", step(ONSET, OVER, 60.0, 0.3), "error",
        lambda dice: f"record {dice.randrange(10**5)} of supplier price list rejected: field price is not a number: '12,50'",
    )  # fmt: skip
    w.breaks("catalog", step(ONSET, OVER, 0.15), lambda _: "ValueError: price missing in record", 500)


def card_network(w: World) -> None:
    """The card network does not answer in time."""
    deploy(w, "dep-60", "storefront", ONSET - 13, 2)
    w.says(
        "payments", step(ONSET, OVER, 30.0), "error",
        lambda _: 'Post "https://api.cardnet.com/v1/charges": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    )  # fmt: skip
    w.slows("payments", flat(1.0), step(ONSET, OVER, 2.5))
    w.breaks("payments", step(ONSET, OVER, 0.4), lambda _: "charge not confirmed", 502, 5.0)


HOST = "hosts"
UNSEEN = (
    Fault("no-inodes", HOST, no_inodes, ("auth", "auth-1"), (EXHAUSTED,), also=("auth-1",)),
    Fault("killed-database", HOST, killed_database, ("postgres", "postgresql", "db-1"), (EXHAUSTED,), also=("db-1",)),
    Fault("wrong-password", HOST, wrong_password, ("bookings", "postgres", "postgresql"), (SETTING, "security"), "cfg-21"),
    Fault("slow-disk", HOST, slow_disk, ("postgres", "postgresql", "db-1"), (EXHAUSTED, BROKEN), also=("db-1",)),
    Fault("flood", HOST, flood, ("nginx", "web-1"), ("security",), also=("web-1",)),
    Fault("small-pool", HOST, small_pool, ("bookings",), (EXHAUSTED, SETTING), "cfg-22", ("postgres",)),
    Fault("one-instance", HOST, one_instance, ("nginx", "app-3", "bookings"), (SETTING, BROKEN), also=("app-3", "bookings")),
    Fault("guessing", HOST, guessing, ("auth", "auth-1"), ("security",), also=("auth-1",)),
    Fault("bad-prices", "cluster", bad_prices, ("catalog",), ("data_quality",)),
    Fault("card-network", "cluster", card_network, ("payments", "api.cardnet.com"), ("dependency_failure",)),
)  # fmt: skip
