"""The door: a folder, archive or file becomes an inventory with hashes, and nothing escapes from it."""

from forensics.bundle.opening import open_bundle

__all__ = ["open_bundle"]
