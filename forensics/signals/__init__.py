"""What behaved unusually: every detector over the case, largest signal first."""

from forensics.signals.detecting import DETECTORS, detect

__all__ = ["DETECTORS", "detect"]
