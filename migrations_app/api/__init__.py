"""The door for scripts: REST under ``/api/v1/``, and the probes of the process."""
