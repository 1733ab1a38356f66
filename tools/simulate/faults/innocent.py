"""Changes that alter nothing that runs: the ones that are blamed because they came last."""

from tools.simulate.faults.world import World

DIFFS = (
    """diff --git a/{0}/web/summary.html b/{0}/web/summary.html
--- a/{0}/web/summary.html
+++ b/{0}/web/summary.html
@@ -12,1 +12,1 @@
-    <h2 class="total">Total</h2>
+    <h2 class="total total--large">Your total</h2>
""",
    """diff --git a/{0}/README.md b/{0}/README.md
--- a/{0}/README.md
+++ b/{0}/README.md
@@ -3,1 +3,1 @@
-Run the tests with make.
+Run the tests with make test.
""",
    """diff --git a/{0}/tests/test_totals.py b/{0}/tests/test_totals.py
--- a/{0}/tests/test_totals.py
+++ b/{0}/tests/test_totals.py
@@ -40,1 +40,4 @@
 def test_total_of_nothing():
+    assert total([]) == 0
+
+def test_total_of_one():
""",
    """diff --git a/{0}/src/format.py b/{0}/src/format.py
--- a/{0}/src/format.py
+++ b/{0}/src/format.py
@@ -7,2 +7,2 @@
-    # amounts are in cents
+    # amounts are in cents, never in euros
     return f"{{amount / 100:.2f}}"
""",
)
TITLES = ("larger totals", "say how to run the tests", "more tests", "explain a comment")


def deploy(world: World, ident: str, service: str, minute: float, kind: int = 0) -> None:
    """A deploy whose diff changes looks, documents, tests or comments."""
    version = f"2.{int(minute) % 9}.{kind}"
    world.changed(
        "deploy",
        ident,
        service,
        minute,
        f"{service} {version}: {TITLES[kind]}",
        DIFFS[kind].format(service),
        version=version,
    )
