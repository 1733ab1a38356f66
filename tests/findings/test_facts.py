import pytest

from forensics.findings.changes import diffs, facts, risks

DIFFS = {
    "a smaller pool": ("--- a/db.go\n+++ b/db.go\n@@ -1 +1 @@\n-  maxConns: 50,\n+  maxConns: 5,\n", "limit_changed_much"),
    "a bound is gone": ("--- a/t.go\n+++ b/t.go\n@@ -1 +0 @@\n-const leeway = 120 * time.Second\n", "limit_removed"),
    "a call in a loop": (
        "--- a/o.py\n+++ b/o.py\n@@ -1,2 +1,3 @@\n for item in items:\n+    row = self.catalog.get(item.sku)\n     rows.append(row)\n",
        "loop_call",
    ),
    "a check is gone": (
        "--- a/p.go\n+++ b/p.go\n@@ -1,4 +1 @@\n-if resp.Card == nil {\n-  return \"\"\n-}\n return resp.Card.Status\n",
        "guard_removed",
    ),
    "a new query": ('--- a/q.py\n+++ b/q.py\n@@ -0 +1 @@\n+    run("SELECT a FROM favourites WHERE u = 1")\n', "query_added"),
    "a field renamed": ('--- a/m.go\n+++ b/m.go\n@@ -1 +1 @@\n-  "title": text,\n+  "name": text,\n', "name_changed"),
    "a patch release": ("--- a/go.mod\n+++ b/go.mod\n@@ -1 +1 @@\n-\tx.io/jwt v5.2.0\n+\tx.io/jwt v5.2.1\n", "dependency_patch"),
    "a list that only grows": (
        "--- a/h.go\n+++ b/h.go\n@@ -0 +1,3 @@\n+var seen []record\n+func add(r record) {\n+  seen = append(seen, r)\n",
        "unbounded_growth",
    ),
    "comments": ("--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-// old words\n+// new words\n", "none: only comments, formatting, documents or tests"),
    "white space": ("--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-if a{b()}\n+if a {b()}\n", "none: only comments, formatting, documents or tests"),
    "documents": ("--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-a 5\n+a 50\n", "none: only documents, tests or appearance"),
    "a log line": ("--- a/x.go\n+++ b/x.go\n@@ -0 +1 @@\n+logger.Info(\"done\")\n", "none: only logging or metrics"),
}  # fmt: skip


@pytest.mark.parametrize(("diff", "effect"), DIFFS.values(), ids=DIFFS.keys())
def test_a_diff_is_read_for_what_it_does(diff: str, effect: str) -> None:
    assert effect in facts.effect(diff, diffs.paths(diff))


def test_fragments_without_a_header_are_read() -> None:
    fragment = "@@ services/db/pool.go @@\n-  Max: 64,\n+  Max: 4,\n"

    assert (diffs.paths(fragment), facts.effect(fragment, ())) == (("services/db/pool.go",), "limit_changed_much")


def test_a_number_in_a_version_is_no_limit() -> None:
    diff = '--- a/v.go\n+++ b/v.go\n@@ -1 +1 @@\n-const Version = "v2026.06.24-1014"\n+const Version = "v2026.06.24-1102"\n'

    assert risks.risk(facts.effect(diff, ("v.go",))) < 0.2


@pytest.mark.parametrize(
    "diff", ["", "+", "@@", "\0\1binary", "+++ \n--- \n@@ @@\n", "Binary files a and b differ\n", "+x\n" * 20_000]
)
def test_any_text_is_judged_without_a_fault(diff: str) -> None:
    assert 0.0 <= risks.risk(facts.effect(diff, ())) <= 1.0
