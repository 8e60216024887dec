"""What was backed up comes back to the last row and byte; what cannot come back changes nothing."""

import hashlib
import io
import json
import tarfile
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from crm.sales.services.confirming import confirm_orders
from crm.sales.services.orders import create_order
from crm.sales.services.pricing import LineInput
from erp.finance.models import Voucher
from suite.boot import backup
from suite.core import invariants
from suite.desk.models import Attachment
from suite.masterdata.models import Party
from tests import make

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def files(settings, tmp_path):
    """A folder of this test's own for files."""
    settings.VAR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files"}},
    }
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


@pytest.fixture
def company(files):
    company = make.company("acme")
    rep = make.actor(company, "rep", username="rep")
    product = make.product(company, "LAMP", price=113)
    make.stock(product, 10)
    party = make.customer(rep, "Northwind").party
    order = create_order(party=party, lines=[LineInput(product_id=product.pk, quantity=Decimal(3))], actor=rep)
    confirm_orders(order_ids=[order.pk], actor=rep)
    Attachment.objects.create(
        company=company, subject_kind="masterdata.party", subject_id=party.pk, name="合同.txt",
        file=ContentFile(b"signed", "x"), content_type="text/plain", size=6,
    )  # fmt: skip
    return company


def sums():
    """A checksum of the rows of every table."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()
    return found


def saved(tmp_path):
    target = tmp_path / "kept" / "suite.tar"
    call_command("backup", str(target))
    return target


def test_every_row_and_file_comes_back_and_adds_up(company, files, tmp_path, capsys):
    before = sums()
    (kept,) = [path for path in files.rglob("*") if path.is_file()]
    target = saved(tmp_path)
    Party.objects.update(name="Lost")
    make.company("globex")
    kept.unlink()

    call_command("restore", str(target), yes=True)

    assert sums() == before
    assert kept.read_bytes() == b"signed"
    assert Voucher.objects.filter(status="posted").exists()
    assert all(finding.holds for finding in invariants.check())
    assert target.stat().st_mode & 0o777 == 0o600
    make.party(company, "Sequences go on where they were")


def rights():
    """Who may do what to each table, and the triggers that guard it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relacl::text, (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid) FROM pg_class c"
            " WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        return cursor.fetchall()


def test_the_rights_and_guards_of_the_ledgers_are_there_again(company, tmp_path):
    before = rights()

    call_command("restore", str(saved(tmp_path)), yes=True)

    assert rights() == before
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE erp_finance_voucher SET posting_date = posting_date - 1 WHERE status = 'posted'")


def test_nothing_is_brought_back_while_others_are_at_work(company, tmp_path):
    target = saved(tmp_path)
    at_work = somebody_else()
    try:
        with pytest.raises(CommandError, match="at work"):
            call_command("restore", str(target), yes=True)
    finally:
        at_work.close()
    assert Party.objects.filter(name="Northwind").exists()


def somebody_else():
    given = connections["owner"].get_connection_params()
    return psycopg2.connect(
        **{name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}
    )


@pytest.mark.parametrize("harm", ["missing", "text", "cut", "changed", "newer", "odd", "outside", "link"])
def test_what_is_no_whole_backup_changes_nothing(company, files, tmp_path, harm):
    target = saved(tmp_path)
    before = sums()
    damaged = spoil(target, harm)

    with pytest.raises(CommandError):
        call_command("restore", str(damaged), yes=True)

    assert sums() == before
    assert len([path for path in files.rglob("*") if path.is_file()]) == 1
    assert not (tmp_path / "outside").exists()


def spoil(target: Path, harm: str) -> Path:
    if harm == "missing":
        return target.with_name("elsewhere.tar")
    if harm == "text":
        target.write_text("no archive")
        return target
    if harm == "cut":
        target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])
        return target
    with tarfile.open(target) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
    facts = json.loads(parts[backup.FACTS])
    if harm == "changed":
        parts[backup.DUMP] = parts[backup.DUMP][:-1]
    elif harm == "outside":
        parts["files/../../outside"] = b"x"
    elif harm == "odd":
        facts["migrations"] = [1]
    elif harm == "newer":
        facts["migrations"].append(["core", "9999_from_the_future"])
    parts[backup.FACTS] = json.dumps(facts).encode()
    with tarfile.open(target, "w") as tar:
        for name, content in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        if harm == "link":
            link = tarfile.TarInfo("files/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
    return target


def test_a_dump_that_does_not_go_in_leaves_the_old_database(company, tmp_path, monkeypatch):
    target = saved(tmp_path)
    before = sums()
    monkeypatch.setattr(backup, "EMPTY", backup.EMPTY + "; CREATE TABLE core_user (id int)")

    with pytest.raises(CommandError, match="psql failed"):
        call_command("restore", str(target), yes=True)

    assert sums() == before


def test_a_backup_does_not_overwrite_another(company, tmp_path):
    target = saved(tmp_path)
    digest = hashlib.sha256(target.read_bytes()).digest()

    with pytest.raises(CommandError, match="there already"):
        call_command("backup", str(target))

    assert hashlib.sha256(target.read_bytes()).digest() == digest


def test_whoever_does_not_agree_changes_nothing(company, tmp_path, monkeypatch):
    target = saved(tmp_path)
    monkeypatch.setattr("builtins.input", lambda _question: "")
    Party.objects.update(name="Present")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(target))

    assert Party.objects.filter(name="Present").exists()
