from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "suite.core"
    label = "core"
    verbose_name = _("Users and companies")

    def ready(self) -> None:
        import suite.celery  # noqa: F401  doorbells of every process ring at our broker
        from suite.core import checks, signals, texts  # noqa: F401

        texts.install()
