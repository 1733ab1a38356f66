"""Changes as facts: what a diff does, told from the code and never from its message."""
