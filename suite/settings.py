"""One settings file, switched by environment variables (see docs/operate.md)."""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from suite.desk.admin_theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
BUILT = BASE_DIR / "var"  # what set-up makes from the sources, shared by all data folders
VAR = Path(os.environ.get("SUITE_VAR") or BUILT).resolve()
TESTING = "SUITE_TEST_RUN" in os.environ
PROCESS = os.environ.get("SUITE_PROCESS", "worker")  # "web", "worker" or "command"

# "demo" runs on embedded servers with sample sign-ins; "production" refuses demo secrets and demo users.
MODE = os.environ.get("SUITE_MODE", "demo")
PRODUCTION = MODE == "production"
DEBUG = os.environ.get("DEBUG") == "1" and not PRODUCTION

DEMO_SECRET = "demo-secret-for-the-embedded-default-only-never-for-production"
SECRET_KEY = os.environ.get("SECRET_KEY", DEMO_SECRET)
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
if PRODUCTION and (SECRET_KEY == DEMO_SECRET or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured("Set SECRET_KEY to a random text of at least 50 characters")

ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "" if PRODUCTION else "*").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
    if PRODUCTION:
        raise ImproperlyConfigured("Set DATABASE_URL and REDIS_URL: the embedded servers are for trying out")
    from suite.boot import servers

    servers.attach()  # sets DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, starting what is down

INSTALLED_APPS = [
    "suite.boot",
    "unfold.apps.BasicAppConfig",
    "suite.desk.admin_config.SuiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "suite.core",
    "suite.desk",
    "suite.automation",
    "suite.masterdata",
    "crm",
    "crm.customers",
    "crm.sales",
    "crm.retention",
    "erp",
    "erp.finance",
    "erp.inventory",
    "erp.procurement",
    "integration",
    "integration.insight",
    "integration.onboarding",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "suite.core.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "suite.core.middleware.ActorMiddleware",
    "suite.core.middleware.SizeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "suite.desk.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "suite.urls"
WSGI_APPLICATION = "suite.wsgi.application"

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
                "suite.desk.context.shell",
            ],
        },
    },
]


# How many milliseconds a statement, a wait for a lock and an idle transaction may take, by the kind of process.
TIMEOUTS = {
    "web": {"statement_timeout": 15_000, "lock_timeout": 3_000, "idle_in_transaction_session_timeout": 30_000},
    "worker": {"statement_timeout": 600_000, "lock_timeout": 3_000, "idle_in_transaction_session_timeout": 30_000},
    "command": {"lock_timeout": 2_000},
}


def database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    # What is prepared (`suite.core.sql`) looks rows up by their keys: one plan suits all values, by index.
    session = TIMEOUTS[PROCESS] | {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1"}
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": f"suite {PROCESS}", "options": options} | dict(parse_qsl(parts.query)),
    }


# The application's role does not own the tables: only what changes the schema connects as their owner.
DATABASE_URL = os.environ["DATABASE_URL"]
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or DATABASE_URL
DATABASE_APP_ROLE = unquote(urlsplit(DATABASE_URL).username or "")
CHANGES_SCHEMA = TESTING or (len(sys.argv) > 1 and sys.argv[1] in {"migrate", "createcachetable", "flush"})
DATABASES = {
    "default": database(DATABASE_OWNER_URL if CHANGES_SCHEMA else DATABASE_URL),
    "owner": database(DATABASE_OWNER_URL) | {"TEST": {"MIRROR": "default"}},  # for jobs that build indexes
}

PUBLIC_URL = os.environ.get("PUBLIC_URL", "")  # where people reach the suite: links in mails and chats begin with it

REDIS_URL = os.environ["REDIS_URL"]
if REDIS_URL.startswith("redis"):
    # Emptying the cache must not empty the queue: it lives in the next database.
    broker = urlsplit(REDIS_URL)
    CACHE_URL = os.environ.get("CACHE_URL") or broker._replace(path=f"/{int(broker.path[1:] or 0) + 1}").geturl()
    CACHES = {"default": {"BACKEND": "suite.core.rediscache.RedisCache", "LOCATION": CACHE_URL}}
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 3600}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}
    (VAR / "queue").mkdir(parents=True, exist_ok=True)
    folders = ("data_folder_in", "data_folder_out", "control_folder")
    CELERY_BROKER_TRANSPORT_OPTIONS = dict.fromkeys(folders, str(VAR / "queue"))

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800  # below the visibility timeout: a task that still runs must not be handed out again
CELERY_TASK_SOFT_TIME_LIMIT = 1700
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0  # a doorbell must not keep people waiting
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat" / "schedule")

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "suite.core.auth.CompanyBackend"]
# Tests make many people and never keep them.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{'MD5' if TESTING else 'Argon2'}PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # sign-ins stand in the audit trail
AXES_LOCKOUT_CALLABLE = "suite.core.views.signin.locked_out"
AXES_CLIENT_IP_CALLABLE = "suite.core.auth.client_address"
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "1" if PRODUCTION else "0"))  # each adds one X-Forwarded-For
OTP_TOTP_ISSUER = "Suite"
SESSION_COOKIE_AGE = 7 * 24 * 3600  # seconds after signing in, however busy
SESSION_IDLE = 12 * 3600  # seconds without a request
LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "signin"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "suite" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BUILT / "static"
WHITENOISE_AUTOREFRESH = TESTING  # else it reads all files that were collected anew for each test
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", BUILT / "assets")]
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004"]  # the set-up makes var/assets; not every command waits for it
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {
        # Tests read static files where they lie, without collecting them first.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # an order of 500 lines has a dozen fields in each

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who may enter, paging and filters of the API stand on its base class, `suite.core.api.viewsets.Declared`.
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "suite.core.api.errors.explain",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATE = int(os.environ.get("API_RATE", "12000"))  # requests a minute per token or user; 0: as many as they like
SPECTACULAR_SETTINGS = {
    "TITLE": "Suite API",
    "DESCRIPTION": "CRM and ERP. Decimals are texts; lists are paged by following `next`.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["suite.core.api.schema.only_ours"],
    # Choices stand at their fields: as components, those called kind and status would clash.
    "POSTPROCESSING_HOOKS": ["suite.core.api.schema.any_of"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

if PRODUCTION:
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]  # asked from inside, past the proxy that speaks TLS
    SECURE_SSL_REDIRECT = os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "suite.desk.views.errors.forged"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "suite.boot.logs.Plain"},
        "json": {"()": "suite.boot.logs.Json"},
    },
    "filters": {"faults": {"()": "suite.boot.logs.TracesOfFaults"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "plain",
            "filters": ["faults"],
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"celery": {"level": "WARNING"}},  # else every tick of the clock is a line
}

EMAIL_URL = os.environ.get("EMAIL_URL", "")
if EMAIL_URL:
    mail = urlsplit(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = mail.hostname, mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(mail.username or ""), unquote(mail.password or "")
    EMAIL_USE_TLS = mail.scheme == "smtp+tls"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "suite@localhost")
