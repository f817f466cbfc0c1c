"""Kubernetes objects: walking, building, writing and owning them."""
