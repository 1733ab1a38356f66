"""Post-mortems from what an incident left behind, with evidence under every sentence."""

__version__ = "0.1.0"
