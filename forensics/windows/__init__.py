"""When the incident was, what it is compared with, and the marks on its timeline."""

from forensics.windows.finding import find

__all__ = ["find"]
