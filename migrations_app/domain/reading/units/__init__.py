"""Unit files of systemd and of Podman's Quadlet: settings with the place of every word."""
