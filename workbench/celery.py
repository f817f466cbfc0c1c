"""The Celery application: settings from Django, tasks from the app."""

from __future__ import annotations

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning  # type: ignore[attr-defined]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
# A worker has no addresses: what is wrong with those is none of its business.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

# Celery's advice about root is about pickled messages; ours are JSON, and hold one id.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("kakehashi")
# For every thread: a worker without a broker does its runs in several, and each would find another.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["migrations_app"])
