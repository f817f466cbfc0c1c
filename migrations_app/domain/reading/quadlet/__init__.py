"""Podman's Quadlet units, read as Podman's own generator reads them."""
