"""What the incident cost: duration, requests, users, money, service levels, recovery."""

from forensics.impact.assessing import assess

__all__ = ["assess"]
