"""Every type, table schema and protocol that passes between stages."""
