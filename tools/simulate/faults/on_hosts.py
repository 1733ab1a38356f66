"""Faults of the booking site on virtual machines."""

from tools.simulate.faults.hosts import nginx, postgres, syslog
from tools.simulate.faults.innocent import deploy
from tools.simulate.faults.shapes import flat, ramp, spikes, step
from tools.simulate.faults.world import LENGTH, ONSET, OVER, World


def node(host: str) -> dict[str, str]:
    """The labels of node_exporter on a host."""
    return {"instance": f"{host}:9100", "job": "node"}


def disk_full(w: World) -> None:
    """Write-ahead logs fill the database's volume because archiving fails; writes stop."""
    deploy(w, "dep-31", "bookings", ONSET - 8, 2)
    left = ramp(ONSET - 80, ONSET, OVER, 0.0, 1.6e10)
    w.measure("db-1", "node_filesystem_avail_bytes", left, 0.0, **node("db-1"), mountpoint="/var/lib/postgresql")
    w.measure("db-1", "node_filesystem_size_bytes", flat(1.2e11), 0.0, **node("db-1"), mountpoint="/var/lib/postgresql")
    syslog(
        w,
        "db-1",
        step(ONSET - 80, ONSET, 1.0),
        lambda dice: (
            f"archive-wal[{dice.randrange(9000)}]: upload of 0000000100000A{dice.randrange(255):02X} failed, will try again"
        ),
    )
    postgres(
        w,
        step(ONSET, OVER, 30.0),
        lambda dice: 'ERROR:  could not extend file "base/16402/24881": No space left on device',
    )
    postgres(w, step(ONSET, OVER, 30.0), lambda dice: "HINT:  Check free disk space.")
    w.breaks(
        "postgres",
        step(ONSET, OVER, 0.5),
        lambda _: "psycopg.errors.DiskFull: could not extend file: No space left on device",
        500,
    )


def open_files(w: World) -> None:
    """The proxy reaches the number of files it may open, since connections to clients stay open longer."""
    deploy(w, "dep-32", "bookings", ONSET - 13, 0)
    w.measure("nginx", "nginx_connections_active", ramp(ONSET - 12, ONSET, OVER, 1020.0, 310.0), 0.01, service="nginx")
    w.measure("nginx", "process_open_fds", ramp(ONSET - 12, ONSET, OVER, 1024.0, 350.0), 0.004, service="nginx")
    w.measure("nginx", "process_max_fds", flat(1024.0), 0.0, service="nginx")
    nginx(
        w,
        step(ONSET, OVER, 60.0),
        lambda dice: (
            'alert] 812#812: *99012 socket() failed (24: Too many open files) while connecting to upstream, client: 198.51.3.7, server: rooms.example, request: "GET /rooms HTTP/1.1", upstream: "http://10.1.0.12:8000/rooms"'
        ),
    )
    nginx(w, step(ONSET, OVER, 30.0), lambda dice: "crit] 812#812: accept4() failed (24: Too many open files)")
    w.breaks("nginx", step(ONSET, OVER, 0.3), lambda _: "", 500)


def clock_off(w: World) -> None:
    """The clock of the sign-in server runs away after its time server is lost; its tokens come from the future."""
    deploy(w, "dep-33", "bookings", ONSET - 30, 1)
    off = ramp(ONSET - 30, LENGTH, LENGTH, 210.0, 0.0004)
    w.measure("auth-1", "node_timex_offset_seconds", off, 0.01, **node("auth-1"))
    w.measure("auth-1", "node_timex_sync_status", step(ONSET - 30, LENGTH, 0.0, 1.0), 0.0, **node("auth-1"))
    for host in ("web-1", "db-1"):
        w.measure(host, "node_timex_offset_seconds", flat(0.0003), 0.2, **node(host))
    syslog(
        w, "auth-1", step(ONSET - 30, LENGTH, 0.5), lambda _: "chronyd[611]: Can't synchronise: no selectable sources"
    )
    syslog(
        w,
        "auth-1",
        step(ONSET - 5, LENGTH, 0.3),
        lambda dice: f"chronyd[611]: System clock wrong by {60 + dice.random() * 120:.6f} seconds",
    )
    w.says(
        "bookings",
        step(ONSET, LENGTH, 22.0),
        "error",
        lambda _: "jwt.exceptions.ImmatureSignatureError: The token is not yet valid (iat)",
    )
    w.breaks("auth", ramp(ONSET, ONSET + 15, LENGTH, 0.6), lambda _: "token refused: issued in the future", 500)


def noisy_neighbour(w: World) -> None:
    """Another guest of the same machine takes the processor from one of three application servers."""
    deploy(w, "dep-34", "ledger", ONSET - 16, 3)
    steal = step(ONSET, OVER, 0.62, 0.003)
    w.measure("app-2", "instance:node_cpu_seconds:rate5m", steal, 0.05, **node("app-2"), mode="steal")
    w.measure("app-2", "node_load1", step(ONSET, OVER, 11.0, 0.6), 0.05, **node("app-2"))
    for host in ("app-1", "app-3"):
        w.measure(host, "node_load1", flat(0.6), 0.1, **node(host))
    w.slows("bookings", step(ONSET, OVER, 28.0, 1.0), instance=1)
    rows = [f"Linux 6.1.0-28-amd64 (app-2) \t{w.stamp(0):%Y-%m-%d} \t_x86_64_\t(2 CPU)", "",
            f"{w.stamp(0):%H:%M:%S}        CPU     %user     %nice   %system   %iowait    %steal     %idle"]  # fmt: skip
    for minute in range(1, LENGTH, 2):
        taken = 100 * steal(minute)
        rows.append(
            f"{w.stamp(minute):%H:%M:%S}        all     {22.1:5.2f}      0.00      {4.3:4.2f}      0.10     {taken:5.2f}     {max(0.0, 73.5 - taken):5.2f}"
        )
    w.texts["sysstat/app-2.txt"] = "\n".join(rows) + "\n"


def lock_wait(w: World) -> None:
    """A migration waits for a table's strongest lock behind a long report, and everything else waits behind it."""
    deploy(w, "dep-35", "bookings", ONSET - 7, 0)
    w.changed(
        "migration",
        "0091",
        "bookings",
        ONSET,
        "0091_add_guest_notes: ALTER TABLE bookings ADD COLUMN guest_notes text NOT NULL DEFAULT ''",
        LOCK,
    )
    w.measure(
        "postgres",
        "pg_locks_count",
        step(ONSET, OVER, 130.0, 2.0),
        0.05,
        service="postgres",
        mode="accessexclusivelock",
    )
    w.measure(
        "postgres",
        "pg_stat_activity_count",
        ramp(ONSET, ONSET + 4, OVER, 96.0, 14.0),
        0.04,
        service="postgres",
        state="active",
    )
    postgres(
        w,
        step(ONSET, OVER, 22.0),
        lambda dice: (
            f"LOG:  process {dice.randrange(900, 30_000)} still waiting for RowExclusiveLock on relation 16571 of database 16402 after 1000.{dice.randrange(999):03d} ms"
        ),
    )
    postgres(w, step(ONSET, OVER, 12.0), lambda _: "ERROR:  canceling statement due to lock timeout")
    w.slows("postgres", flat(1.0), step(ONSET, OVER, 3.0))
    w.breaks(
        "postgres",
        step(ONSET, OVER, 0.35),
        lambda _: "psycopg.errors.LockNotAvailable: canceling statement due to lock timeout",
        500,
        3.0,
    )


LOCK = """diff --git a/migrations/0091_add_guest_notes.sql b/migrations/0091_add_guest_notes.sql
--- /dev/null
+++ b/migrations/0091_add_guest_notes.sql
@@ -0,0 +1,3 @@
+BEGIN;
+ALTER TABLE bookings ADD COLUMN guest_notes text NOT NULL DEFAULT '';
+COMMIT;
"""


def packet_loss(w: World) -> None:
    """A network card of the ledger's host damages packets; connections hang until they are sent again."""
    deploy(w, "dep-36", "bookings", ONSET - 9, 3)
    w.count("ledger-1", "node_network_receive_errs_total", step(ONSET, OVER, 900.0), **node("ledger-1"), device="eth0")
    w.count(
        "ledger-1", "node_network_receive_drop_total", step(ONSET, OVER, 240.0, 0.05), **node("ledger-1"), device="eth0"
    )
    w.count("ledger-1", "node_netstat_Tcp_RetransSegs", step(ONSET, OVER, 700.0, 1.0), **node("ledger-1"))
    w.count("app-1", "node_netstat_Tcp_RetransSegs", lambda _: 1.0, **node("app-1"))
    syslog(
        w,
        "ledger-1",
        step(ONSET, OVER, 1.5),
        lambda dice: (
            f"kernel: [{dice.randrange(900_000)}.{dice.randrange(10**6):06d}] ixgbe 0000:03:00.0 eth0: Detected Tx Unit Hang"
        ),
    )
    syslog(
        w,
        "ledger-1",
        step(ONSET, OVER, 0.4),
        lambda _: "kernel: [881242.110021] ixgbe 0000:03:00.0 eth0: NIC Link is Down",
    )
    w.slows("ledger", flat(1.0), spikes(ONSET, OVER, 1.6, 3, 2))
    w.breaks(
        "ledger", step(ONSET, OVER, 0.22), lambda _: "read tcp 10.1.0.11:50122->10.1.0.31:8080: i/o timeout", 503, 3.0
    )


def certificate(w: World) -> None:
    """The ledger's certificate ends; its renewal had failed for weeks."""
    deploy(w, "dep-37", "bookings", ONSET - 20, 0)
    ends = w.stamp(ONSET)
    w.texts["tls/ledger.internal.txt"] = (
        "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number: 4096 (0x1000)\n        Issuer: O = Example, CN = Internal CA 2\n        Validity\n"
        f"            Not Before: {w.stamp(-129_600):%b %d %H:%M:%S %Y} GMT\n            Not After : {ends:%b %d %H:%M:%S %Y} GMT\n"
        "        Subject: O = Example, CN = ledger.internal\n        Subject Public Key Info:\n            Public Key Algorithm: rsaEncryption\n"
    )
    w.measure("ledger", "probe_ssl_earliest_cert_expiry", flat(w.start + ONSET * 60), 0.0, service="ledger")
    w.measure("ledger", "probe_success", step(ONSET, LENGTH, 0.0, 1.0), 0.0, service="ledger")
    said = "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)"
    w.says(
        "bookings", step(ONSET, LENGTH, 40.0), "error", lambda _: f"POST https://ledger.internal:8443/entries: {said}"
    )
    w.breaks(
        "ledger",
        step(ONSET, LENGTH, 0.9),
        lambda _: "http: TLS handshake error from 10.1.0.12:40022: remote error: tls: expired certificate",
        503,
    )


def uneven(w: World) -> None:
    """Two of three servers are taken out of rotation by mistake, and the third cannot serve all."""
    deploy(w, "dep-38", "bookings", ONSET - 40, 2)
    w.changed("config", "cfg-12", "nginx", ONSET, "nginx: sticky sessions for bookings", STICKY)
    w.weights["bookings"] = lambda minute: (0.94, 0.03, 0.03) if ONSET <= minute < OVER else (1.0, 1.0, 1.0)
    w.slows("bookings", step(ONSET, OVER, 40.0, 1.0), instance=0)
    for place, host in enumerate(("app-1", "app-2", "app-3")):
        share = step(ONSET, OVER, 0.96 if place == 0 else 0.05, 0.22)
        w.measure(host, "instance:node_cpu_seconds:rate5m", share, 0.03, **node(host), mode="user")
        w.measure(host, "node_load1", step(ONSET, OVER, 14.0 if place == 0 else 0.1, 0.7), 0.08, **node(host))
    nginx(
        w,
        step(ONSET, OVER, 14.0),
        lambda dice: (
            f'error] 812#812: *{dice.randrange(10**6)} upstream timed out (110: Connection timed out) while reading response header from upstream, client: 198.51.3.7, server: rooms.example, upstream: "http://10.1.0.11:8000/bookings"'
        ),
    )


STICKY = """diff --git a/nginx/upstreams.conf b/nginx/upstreams.conf
--- a/nginx/upstreams.conf
+++ b/nginx/upstreams.conf
@@ -1,5 +1,5 @@
 upstream bookings {
-    least_conn;
+    hash $http_x_forwarded_for consistent;
     server 10.1.0.11:8000;
     server 10.1.0.12:8000;
     server 10.1.0.13:8000;
"""


def stuffing(w: World) -> None:
    """Stolen passwords are tried by the thousand; the hash function eats the sign-in server's processor."""
    deploy(w, "dep-39", "bookings", ONSET - 10, 1)
    w.count("auth", "auth_login_attempts_total", step(ONSET, OVER, 2600.0, 2.0), service="auth", result="failure")
    w.count("auth", "auth_login_attempts_total", lambda _: 30.0, service="auth", result="success")
    w.says(
        "auth",
        step(ONSET, OVER, 160.0, 0.4),
        "warn",
        lambda dice: (
            f"login failed for user{dice.randrange(10**5)}@mail.example from 185.220.101.{dice.randrange(40)}: wrong password"
        ),
    )
    w.says(
        "auth",
        step(ONSET + 2, OVER, 8.0),
        "warn",
        lambda dice: f"account locked after 5 failed logins: user{dice.randrange(10**5)}@mail.example",
    )
    w.measure(
        "auth-1", "instance:node_cpu_seconds:rate5m", step(ONSET, OVER, 0.97, 0.12), 0.02, **node("auth-1"), mode="user"
    )
    w.slows("auth", step(ONSET, OVER, 120.0, 1.0))
