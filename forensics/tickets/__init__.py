"""Reports attached to tickets: one file a ticket system, one table of them."""

from collections.abc import Mapping

from forensics.tickets import github, gitlab, jira, pagerduty, redmine, servicenow, slack
from forensics.tickets.attaching import Done, attach, prepared
from forensics.tickets.tracker import Maker

TRACKERS: Mapping[str, Maker] = {
    "jira": jira.make,
    "github": github.make,
    "gitlab": gitlab.make,
    "servicenow": servicenow.make,
    "redmine": redmine.make,
    "pagerduty": pagerduty.make,
    "slack": slack.make,
}

__all__ = ["TRACKERS", "Done", "attach", "prepared"]
