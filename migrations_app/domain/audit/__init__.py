"""The audit trail: tags and the hash chain."""
