"""``bin/demo``: the main job for real, from running containers to audited manifests."""
