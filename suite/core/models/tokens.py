"""Keys of other systems."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suite.core import clock
from suite.core.models.documents import CompanyRow


class ApiToken(CompanyRow):
    """API 令牌: 256 random bits, shown once, kept as SHA-256; narrows the rights of its user by scopes."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=12, db_index=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name


class ApiCall(CompanyRow):
    """接口调用: a call another system made with a token; of what went wrong, what it was told. Kept for 30 days."""

    OWNER = "user"
    TEAM = None

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"), db_index=False
    )
    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+", verbose_name=_("API token"), db_index=False)
    at = models.DateTimeField(_("when"), default=clock.now)
    method = models.CharField(_("method"), max_length=10)
    path = models.CharField(_("address"), max_length=300)
    code = models.PositiveSmallIntegerField(_("answer code"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    request_id = models.CharField(_("request"), max_length=40)
    told = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        indexes = [
            models.Index(fields=["company", "-id"], name="core_call_latest"),
            models.Index(fields=["token", "-id"], name="core_call_by_token"),
            models.Index(fields=["company", "code", "-id"], name="core_call_by_code"),
            models.Index(fields=["request_id"], name="core_call_by_request"),
            models.Index(fields=["at"], name="core_call_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class IdempotencyKey(CompanyRow):
    """The answer once given to a write with this key, stored in the transaction of its effect."""

    client = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()  # JSON, as text: the second answer is the first one, to the byte
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "client", "key"], name="core_idempotency_once")]

    def __str__(self) -> str:
        return self.key
