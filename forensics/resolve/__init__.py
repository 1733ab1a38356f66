"""What needs all files at once: one name for one component, roles, clocks, and the edges that nobody declared."""

from forensics.resolve.resolving import resolve

__all__ = ["resolve"]
