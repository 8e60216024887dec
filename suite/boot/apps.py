from django.apps import AppConfig


class BootConfig(AppConfig):
    name = "suite.boot"

    def ready(self) -> None:
        from suite.boot import checks  # noqa: F401  registers itself
