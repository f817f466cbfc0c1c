"""Settings: one file; the environment decides. Every variable is described in docs/settings.md."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from migrations_app.domain.messages import msg
from workbench import data
from workbench.database import database
from workbench.env import (
    checked_url,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_secret,
    env_text,
    refuse,
)
from workbench.language import AUTO
from workbench.language import LANGUAGES as COMMAND_LANGUAGES

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# --- Where things live -------------------------------------------------------------------------
WORKBENCH_DATA_DIR = (BASE_DIR / Path(env_text("WORKBENCH_DATA_DIR", "var")).expanduser()).resolve()
WORKBENCH_PORT = env_int("WORKBENCH_PORT", 8000, low=1, high=65535)
WORKBENCH_BIND = env_text("WORKBENCH_BIND", "127.0.0.1")

# --- Secrets -----------------------------------------------------------------------------------
SECRET_KEY = env_secret("SECRET_KEY") or data.kept_secret(WORKBENCH_DATA_DIR, "secret-key")
WORKBENCH_ENCRYPTION_KEYS = data.encryption_keys(
    env_secret("WORKBENCH_ENCRYPTION_KEYS")
    or data.kept_secret(WORKBENCH_DATA_DIR, "encryption-key")
)
WORKBENCH_INSTANCE = env_text(
    "WORKBENCH_INSTANCE", hashlib.sha256(f"instance:{SECRET_KEY}".encode()).hexdigest()[:8]
)
if not re.fullmatch(r"[a-z0-9]{1,16}", WORKBENCH_INSTANCE):
    refuse("WORKBENCH_INSTANCE", msg("1 to 16 lower-case letters and digits are allowed."), "team1")

# --- Who may talk to us ------------------------------------------------------------------------
DEBUG = env_bool("DEBUG", default=False)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env_list("WORKBENCH_TRUSTED_ORIGINS")
WORKBENCH_HTTPS = env_bool("WORKBENCH_HTTPS", default=False)
WORKBENCH_PROXIES = env_int("WORKBENCH_PROXIES", 0, high=10)

# --- Django ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "migrations_app.apps.MigrationsAppConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "migrations_app.web.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "migrations_app.web.middleware.PersonalLocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "migrations_app.web.middleware.MethodMiddleware",
]
ROOT_URLCONF = "workbench.urls"
ASGI_APPLICATION = "workbench.asgi.application"
WSGI_APPLICATION = "workbench.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "migrations_app.web.context.shell",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "migrations_app.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "portfolio"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Database ----------------------------------------------------------------------------------
DATABASES = {"default": database(WORKBENCH_DATA_DIR / "workbench.sqlite3")}

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
WORKBENCH_LANGUAGE = env_choice("WORKBENCH_LANGUAGE", (AUTO, *COMMAND_LANGUAGES), AUTO)
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
SERVESTATIC_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedStaticFilesStorage"},
}

# --- Security ----------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = WORKBENCH_HTTPS
CSRF_COOKIE_SECURE = WORKBENCH_HTTPS
CSRF_FAILURE_VIEW = "migrations_app.web.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if WORKBENCH_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if WORKBENCH_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
WORKBENCH_UPLOAD_LIMIT = env_int("WORKBENCH_UPLOAD_LIMIT", 10 * 1024 * 1024)

# Counters of requests; one process serves the web, so its memory is the place for them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- REST --------------------------------------------------------------------------------------
# Requests of one person within a minute; 0: as many as they like.
WORKBENCH_RATE_LIMIT = env_int("WORKBENCH_RATE_LIMIT", 1200)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "migrations_app.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "migrations_app.api.parsers.StrictJSONParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "migrations_app.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "migrations_app.api.schema.Schema",
    "EXCEPTION_HANDLER": "migrations_app.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kakehashi",
    "DESCRIPTION": "From Podman to Kubernetes, with nothing lost on the way.",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["migrations_app.api.schema.without_aliases"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "migrations_app.api.schema.finished",
    ],
    "ENUM_NAME_OVERRIDES": {
        name: f"migrations_app.api.enums.{table}"
        for name, table in {
            "ChangeKind": "CHANGE_KINDS",
            "DiffState": "DIFF_STATES",
            "EventOutcome": "EVENT_OUTCOMES",
            "LossOutcome": "LOSS_OUTCOMES",
            "NextStep": "NEXT_STEPS",
            "Peers": "PEERS",
            "Phase": "PHASES",
            "RehearsalOutcome": "REHEARSAL_OUTCOMES",
            "ResultType": "RESULT_TYPES",
            "Role": "ROLES",
            "RunKind": "RUN_KINDS",
            "RunState": "RUN_STATES",
            "Scope": "SCOPES",
            "Severity": "SEVERITIES",
            "SourceKind": "SOURCE_KINDS",
            "SourceWay": "SOURCE_WAYS",
            "StepState": "STEP_STATES",
            "WorkloadKind": "WORKLOAD_KINDS",
        }.items()
    },
}

# --- Work in the background --------------------------------------------------------------------
REDIS_URL = checked_url(
    "REDIS_URL",
    env_secret("REDIS_URL"),
    ("redis", "rediss", "redis+socket"),
    "redis://host:6379/0",
)
WORKBENCH_BROKER = env_choice(
    "WORKBENCH_BROKER", ("redis", "none"), "redis" if REDIS_URL else "none"
)
if WORKBENCH_BROKER == "redis" and not REDIS_URL:
    refuse("WORKBENCH_BROKER", msg("redis needs REDIS_URL as well."), "none")
WORKBENCH_LEASE_SECONDS = env_int("WORKBENCH_LEASE_SECONDS", 60, low=2, high=3600)
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 30,
    "global_keyprefix": f"kakehashi-{WORKBENCH_INSTANCE}:",
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 1800
CELERY_TASK_TIME_LIMIT = 1860
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB

# --- Podman ------------------------------------------------------------------------------------
PODMAN_URL = checked_url(
    "PODMAN_URL", env_text("PODMAN_URL"), ("unix",), "unix:///run/podman/podman.sock"
)
WORKBENCH_SOCKET_DIRS = env_list(
    "WORKBENCH_SOCKET_DIRS", ("/run/podman", "/run/user", str(WORKBENCH_DATA_DIR / "run"))
)
WORKBENCH_REHEARSAL_DEADLINE = env_int("WORKBENCH_REHEARSAL_DEADLINE", 120, low=5, high=1800)
WORKBENCH_REHEARSAL_WATCH = env_int("WORKBENCH_REHEARSAL_WATCH", 6, low=1, high=600)

# --- Logs --------------------------------------------------------------------------------------
WORKBENCH_LOG_LEVEL = env_choice(
    "WORKBENCH_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "workbench.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    # What libraries say at INFO is noise; ours is not.
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "migrations_app": {"level": WORKBENCH_LOG_LEVEL},
        "workbench": {"level": WORKBENCH_LOG_LEVEL},
    },
}
