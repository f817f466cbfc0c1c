"""The Celery application: settings from Django, tasks from the app."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
# A worker has no addresses: what is wrong with those is none of its business.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("kakehashi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["migrations_app"])
