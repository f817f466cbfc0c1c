"""Groups of Podman options, each tried with a real container: what was asked, what became of it."""
