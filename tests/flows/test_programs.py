"""What programs meet at the API of the whole house."""

from __future__ import annotations

from suite.core.access import Actor
from tests import make


def test_a_token_that_only_reads_changes_nothing_of_its_owners_either(admin: Actor) -> None:
    reading, writing = make.client(admin, "*.view_*"), make.client(admin)
    address = "/api/v1/integration/insight/dashboard/arrangement/"
    text = {"text": "周五前发 3 台灯"}

    refused = [reading.delete(address), reading.put(address, {"tiles": []}, format="json")]
    asked = reading.post("/api/v1/crm/customers/commitments/propose/", text, format="json")

    assert [answer.status_code for answer in refused] == [403, 403]
    assert asked.status_code != 403
    assert writing.delete(address).status_code in (200, 204)


def test_everything_that_is_wrong_is_told_at_once(admin: Actor) -> None:
    answer = make.client(admin).post(
        "/api/v1/masterdata/parties/", {"foo": 1, "phone": "12", "name": ""}, format="json"
    )

    assert answer.status_code == 400
    assert set(answer.json()) == {"foo", "phone", "name"}
