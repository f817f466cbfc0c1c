"""Probing played pods as a kubelet would."""

from __future__ import annotations
