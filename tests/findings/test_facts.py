"""What diffs do, by their code alone, in the languages that services and their deployments are written in."""

# Diffs stand on one line each.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.findings.changes import diffs, facts, knowledge, tokens, values
from forensics.library import Library

KNOWN = knowledge.load(Library())
# Name: file, lines of the diff, and the kind and subject of a fact that must be told.
TOLD = {
    "go, a smaller pool": ("db/pool.go", "-const defaultMaxConns = 50\n+const defaultMaxConns = 5", ("pool_lowered", "defaultMaxConns")),
    "go, a check for nil": ("p.go", "-if resp.Card == nil {\n-  return \"\"\n-}\n return resp.Card.Status", ("null_check_removed", "resp.Card")),
    "go, a list that grows": ("h.go", "+var seen []record\n+func add(r record) {\n+\tseen = append(seen, r)\n+}", ("unbounded_growth", "seen")),
    "go, a query in a loop": (
        "o.go", " for _, li := range items {\n+\tit, err := s.catalog.Find(ctx, li.ID)\n \tuse(it)\n }", ("remote_loop", "s.catalog.Find")),
    "go, seconds for milliseconds": ("c.go", "-\tTimeout: 500 * time.Millisecond,\n+\tTimeout: 500 * time.Second,", ("unit_changed", "Timeout")),
    "go, a body left open": ("c.go", " resp, err := client.Do(req)\n-defer resp.Body.Close()\n return read(resp)", ("release_removed", "resp.Body.Close")),
    "go, an error dropped": ("c.go", "-row, err := q.Row(id)\n-if err != nil {\n-\treturn err\n-}\n+row, _ := q.Row(id)", ("error_ignored", "err")),
    "go, a lock taken away": ("m.go", "-\tm.mu.Lock()\n-\tdefer m.mu.Unlock()\n \tm.seen[k] = v", ("lock_removed", "m.mu.Lock")),
    "python, a query in a loop": (
        "o.py", " for item in items:\n+    row = self.catalog_client.get(item.sku)\n     rows.append(row)", ("remote_loop", "self.catalog_client.get")),
    "python, a call moved into a loop": (
        "o.py", "-rates = fetch_rates(day)\n for order in orders:\n+    rates = fetch_rates(day)\n     total(order, rates)", ("moved_into_loop", "fetch_rates")),
    "python, a cache without a bound": (
        "c.py", "+_seen = {}\n+def profile(key):\n+    _seen[key] = load(key)\n+    return _seen[key]", ("unbounded_growth", "_seen")),
    "python, a default dropped": ("u.py", "-name = user.get(\"name\", \"\")\n+name = user[\"name\"]", ("unsafe_access", "name")),
    "python, an exception swallowed": ("u.py", " try:\n     send(x)\n-except Timeout as error:\n-    retry(x)\n+except Exception:\n+    pass", ("error_ignored", "Exception")),
    "python, a timeout in a call": ("u.py", "-r = requests.get(url, timeout=30)\n+r = requests.get(url, timeout=3)", ("timeout_lowered", "timeout")),
    "python, a timeout gone": ("u.py", "-r = requests.get(url, timeout=30)\n+r = requests.get(url)", ("timeout_removed", "timeout")),
    "python, prefetching gone": ("v.py", "-q = Order.objects.select_related(\"customer\").all()\n+q = Order.objects.all()", ("batch_removed", "Order.objects.select_related")),
    "python, a page without end": ("v.py", "-rows = db.run(\"SELECT * FROM orders WHERE u = 1 LIMIT 100\")\n+rows = db.run(\"SELECT * FROM orders WHERE u = 1\")", ("query_limit_removed", "orders")),
    "python, a pattern that back-tracks": ("v.py", "-EMAIL = re.compile(r\"^[^@]+@[^@]+$\")\n+EMAIL = re.compile(r\"^([a-z0-9.]+)+@x$\")", ("regex_catastrophic", "^([a-z0-9.]+)+@x$")),
    "python, sleeping": ("w.py", " def handle(job):\n+    time.sleep(2)\n     run(job)", ("blocking_added", "time.sleep")),
    "java, a smaller pool": ("Db.java", "-config.setMaximumPoolSize(40);\n+config.setMaximumPoolSize(4);", ("pool_lowered", "setMaximumPoolSize")),
    "java, a map that grows": (
        "Hist.java", "+private static final Map<String, Event> HISTORY = new ConcurrentHashMap<>();\n+  void on(Event e) {\n+    HISTORY.put(e.id(), e);\n+  }", ("unbounded_growth", "HISTORY")),
    "java, Optional taken by force": ("A.java", "-String n = user.map(User::name).orElse(\"\");\n+String n = user.map(User::name).get();", ("unsafe_access", "orElse")),
    "java, synchronized gone": ("A.java", "-  lock.lock();\n   balance += x;", ("lock_removed", "lock.lock")),
    "kotlin, forced": ("A.kt", "-val n = user?.name\n+val n = user!!.name", ("unsafe_access", "n")),
    "typescript, a safe step gone": ("a.ts", "-const city = user.address?.city;\n+const city = user.address.city;", ("unsafe_access", "city")),
    "typescript, awaiting in a loop": (
        "a.ts", " for (const id of ids) {\n+  const user = await userApi.fetchUser(id);\n   out.push(user);\n }", ("remote_loop", "userApi.fetchUser")),
    "typescript, a field renamed": ("a.ts", "-  customerId: order.cid,\n+  customer_id: order.cid,", ("field_renamed", "customerId")),
    "typescript, another address": ("a.ts", "-const base = \"https://api.pay.example.com/v1\";\n+const base = \"https://api2.pay.example.com/v1\";", ("endpoint_changed", "https://api2.pay.example.com/v1")),
    "javascript, a comparison turned": ("a.js", "-if (age < limit) {\n+if (age <= limit) {", ("comparison_changed", "age limit")),
    "ruby, a record in a loop": ("a.rb", " ids.each do |id|\n+  user = user_repository.find(id)\n   names << user.name\n end", ("remote_loop", "user_repository.find")),
    "ruby, an index dropped": ("db/migrate/1.rb", "+    remove_index(:orders, :customer_id)", ("index_dropped", "remove_index")),
    "rust, unwrapped": ("a.rs", "-let n = map.get(k).unwrap_or(0);\n+let n = map.get(k).unwrap();", ("unsafe_access", "unwrap")),
    "c#, no more retries": ("A.cs", "-services.AddHttpClient<Pay>().AddPolicy(RetryPolicy());\n+services.AddHttpClient<Pay>();", ("protection_removed", "RetryPolicy")),
    "php, a smaller limit": ("a.php", "-$maxItems = 500;\n+$maxItems = 50;", ("cache_size_lowered", "$maxItems")),
    "yaml, less memory": ("k8s/api.yaml", " resources:\n   limits:\n-    memory: 512Mi\n+    memory: 128Mi", ("memory_lowered", "memory")),
    "yaml, a hasty probe": ("k8s/api.yaml", " livenessProbe:\n   httpGet: {path: /healthz}\n-  timeoutSeconds: 5\n+  timeoutSeconds: 1", ("probe_lowered", "timeoutSeconds")),
    "yaml, a variable's value": ("k8s/api.yaml", " - name: DB_POOL_SIZE\n-  value: \"40\"\n+  value: \"4\"", ("pool_lowered", "DB_POOL_SIZE")),
    "yaml, a variable gone": ("k8s/api.yaml", "-- name: PAYMENT_URL\n-  value: \"http://pay\"\n - name: LOG_LEVEL\n   value: info", ("variable_removed", "PAYMENT_URL")),
    "yaml, an image": ("k8s/api.yaml", "-    image: registry.example/api:1.4.2\n+    image: registry.example/api:2.0.0", ("dependency_major", "registry.example/api")),
    "yaml, a switch": ("config.yaml", "-  strict_mode: false\n+  strict_mode: true", ("switch_flipped", "strict_mode")),
    "helm, fewer replicas": ("charts/api/values.yaml", "-replicaCount: 6\n+replicaCount: 2", ("replicas_lowered", "replicaCount")),
    "properties, a level of logs": ("application.properties", "-logging.level = INFO\n+logging.level = DEBUG", ("log_level_lowered", "logging.level")),
    "toml, hours for a cache": ("settings.toml", "-cache_ttl = \"1h\"\n+cache_ttl = \"30s\"", ("cache_time_lowered", "cache_ttl")),
    "terraform, capacity": ("db.tf", "-  write_capacity = 400\n+  write_capacity = 40", ("rate_limit_lowered", "write_capacity")),
    "terraform, an address": ("net.tf", "-  cidr_blocks = [\"10.0.0.0/8\"]\n+  cidr_blocks = [\"10.1.0.0/16\"]", ("network_rule", "cidr_blocks = [\"10.0.0.0/8\"]")),
    "sql, an index gone": ("m/7.sql", "+DROP INDEX idx_orders_customer;", ("index_dropped", "idx_orders_customer")),
    "sql, a column not null": ("m/8.sql", "+ALTER TABLE orders ADD COLUMN region text NOT NULL;", ("constraint_added", "orders")),
    "sql, a column renamed": ("m/9.sql", "+ALTER TABLE orders RENAME COLUMN cid TO customer_id;", ("schema_changed", "orders")),
    "proto, a field": ("a.proto", "-  string title = 1;\n+  string name = 1;", ("field_renamed", "title")),
    "docker, a base image": ("Dockerfile", "-FROM python:3.11-slim\n+FROM python:3.13-slim", ("dependency_minor", "python")),
    "a major release": ("package.json", "-    \"axios\": \"^0.27.2\",\n+    \"axios\": \"^1.6.0\",", ("dependency_major", "axios")),
    "a patch release": ("go.mod", "-\tx.io/jwt v5.2.0\n+\tx.io/jwt v5.2.1", ("dependency_patch", "x.io/jwt")),
    "an unknown language": ("rules.zzz", "-max_conn = 50 ; bound\n+max_conn = 5 ; bound", ("pool_lowered", "max_conn")),
}  # fmt: skip
NOTHING = {
    "comments": ("x.go", "-// old words\n+// new words", "only comments, formatting, documents or tests"),
    "a docstring": ("x.py", " def f():\n-    \"\"\"Old.\"\"\"\n+    \"\"\"New 5.\"\"\"\n     return 1", "only comments, formatting, documents or tests"),
    "white space": ("x.go", "-if a{b()}\n+if a {b()}", "only comments, formatting, documents or tests"),
    "imports": ("x.py", "-import os\n+import os, sys\n+from a import b", "only imports"),
    "documents": ("README.md", "-a 5\n+a 50", "only documents, tests or appearance"),
    "a test": ("tests/test_pool.py", "-assert size == 50\n+assert size == 5", "only documents, tests or appearance"),
    "a style": ("web/app.css", "-.a { max-width: 50px }\n+.a { max-width: 5px }", "only documents, tests or appearance"),
    "a log line": ("x.go", "+logger.Info(\"done\")", "only logging or metrics"),
    "a message": ("x.go", "-\treturn \"recieved a bad status\"\n+\treturn \"received a bad status\"", "only the words of messages"),
}  # fmt: skip


def diff_of(path: str, lines: str) -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@ -1,4 +1,4 @@\n{lines}\n"


@pytest.mark.parametrize(("path", "lines", "told"), TOLD.values(), ids=TOLD.keys())
def test_a_diff_is_read_for_what_it_does(path: str, lines: str, told: tuple[str, str]) -> None:
    _, found = facts.read(diff_of(path, lines), (path,), KNOWN)

    assert told in [(each.kind, each.subject) for each in found]


@pytest.mark.parametrize(("path", "lines", "why"), NOTHING.values(), ids=NOTHING.keys())
def test_what_no_program_notices_has_no_effect(path: str, lines: str, why: str) -> None:
    assert facts.read(diff_of(path, lines), (path,), KNOWN) == (f"none: {why}", ())


def test_a_changed_number_carries_its_values_and_how_much_it_moved() -> None:
    _, (fact,) = facts.read(diff_of("a.go", "-maxRetries := 2\n+maxRetries := 3"), (), KNOWN)

    assert (fact.kind, fact.before, fact.after, round(fact.risk, 3)) == ("retry_raised", "2", "3", 0.263)


def test_taking_code_apart_into_helpers_is_hardly_a_risk() -> None:
    before = '-if r.Lat < -90 || r.Lat > 90 {\n-\treturn wrong("lat", r.Lat)\n-}\n'
    after = '+if err := inRange("lat", r.Lat, -90, 90); err != nil {\n+\treturn err\n+}\n'

    _, found = facts.read(diff_of("a.go", before + after), (), KNOWN)

    assert max(each.risk for each in found) <= 0.3


def test_fragments_without_a_header_are_read() -> None:
    fragment = "@@ services/db/pool.go @@\n-  Max: 64,\n+  Max: 4,\n"

    assert (diffs.paths(fragment), facts.read(fragment, (), KNOWN)[0]) == (("services/db/pool.go",), "limit_lowered")


def test_a_merge_is_read_for_what_any_side_changed() -> None:
    merge = "diff --cc db/pool.go\nindex 1,2..3\n--- a/db/pool.go\n+++ b/db/pool.go\n@@@ -1,2 -1,2 +1,2 @@@\n- poolSize = 50\n++poolSize = 5\n"

    assert facts.read(merge, (), KNOWN)[0] == "pool_lowered"


def test_binary_files_and_renames_are_named() -> None:
    parsed = diffs.parse(
        "diff --git a/x.bin b/x.bin\nBinary files a/x.bin and b/x.bin differ\nrename from a.go\nrename to b.go\n"
    )

    assert (parsed.binary, parsed.renamed) == (("x.bin",), (("a.go", "b.go"),))


def test_a_diff_that_is_too_long_is_never_called_harmless() -> None:
    effect, _ = facts.read(diff_of("a.go", "+// words\n" * 20_000), (), KNOWN)

    assert effect == "read_in_part"


def test_units_make_values_comparable() -> None:
    assert [values.literal((tokens.Token("number", text),)).number for text in ("5s", "500ms", "1h", "2Gi")] == [
        5.0,
        0.5,
        3600.0,
        2147483648.0,
    ]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "diff",
    [
        "",
        "+",
        "@@",
        "\0\1binary",
        "+++ \n--- \n@@ @@\n",
        "Binary files a and b differ\n",
        "+x\n" * 20_000,
        "+" + "(" * 5_000,
        "@@@@@@ @\n+a\n",
    ],
)
def test_any_text_is_judged_without_a_fault(diff: str) -> None:
    assert all(0.0 <= each.risk <= 1.0 for each in facts.read(diff, (), KNOWN)[1])


@given(
    st.text(alphabet="+-@ \n{}()[]=:;\"'`#/\\.,<>!?&|abcfor0123xif", max_size=300),
    st.sampled_from(["a.py", "b.go", "c.yaml", "d", "e.sql"]),
)
def test_noise_is_judged_without_a_fault(text: str, path: str) -> None:
    assert facts.read(diff_of(path, text), (path,), KNOWN) == facts.read(diff_of(path, text), (path,), KNOWN)


@pytest.mark.parametrize(
    ("path", "diff"),
    [
        ("settings.py", '-DB_PASSWORD = "hunter2x"\n+DB_PASSWORD = "hunter3y"'),
        ("config.yaml", "-  api_key: hunter2x\n+  api_key: hunter3y"),
        ("app.properties", "-db.password=hunter2x\n+db.password=hunter3y"),
        (".env", "-TOKEN=hunter2x\n+TOKEN=hunter3y"),
    ],
)
def test_a_secret_stands_in_no_fact(path: str, diff: str) -> None:
    found = facts.read(diff_of(path, diff), (path,), KNOWN)

    assert "hunter" not in repr(found)
