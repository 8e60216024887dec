"""Message catalogues: compiled where they lie, without gettext's tools, which a machine may lack."""

from pathlib import Path

from suite.boot.servers import ROOT

CATALOGUES = ROOT / "suite" / "locale"


def compile_all() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for catalogue in CATALOGUES.rglob("*.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            compile_catalogue(catalogue, compiled)


def compile_catalogue(catalogue: Path, compiled: Path) -> None:
    import polib  # needed so rarely that nobody should wait for it

    new = compiled.with_suffix(".new")
    polib.pofile(str(catalogue)).save_as_mofile(str(new))
    new.rename(compiled)


if __name__ == "__main__":
    compile_all()
