"""What a serializer makes of a change that names only some fields."""

import pytest
from rest_framework import serializers

from suite.core.api.serializers import StrictModelSerializer, StrictSerializer
from suite.core.models import Team
from tests import make


class Line(StrictSerializer):
    text = serializers.CharField()
    count = serializers.IntegerField(default=1)
    marks = serializers.ListField(child=serializers.CharField(), default=list)


class Note(StrictSerializer):
    title = serializers.CharField()
    lines = Line(many=True)


def test_a_change_may_leave_fields_of_the_record_out():
    change = Note(data={"title": "New"}, partial=True)

    assert change.is_valid()
    assert change.validated_data == {"title": "New"}


def test_a_line_within_a_change_is_given_whole():
    change = Note(data={"lines": [{"text": "first"}, {"count": 2}]}, partial=True)

    assert not change.is_valid()
    assert change.errors["lines"][1]["text"][0].code == "required"


def test_what_a_line_within_a_change_leaves_out_has_its_usual_value():
    change = Note(data={"lines": [{"text": "first"}]}, partial=True)

    assert change.is_valid()
    assert change.validated_data["lines"] == [{"text": "first", "count": 1, "marks": []}]


class RegionSerializer(StrictModelSerializer):
    manager_name = serializers.CharField(source="manager.label", read_only=True)
    members = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = ("id", "manager_name", "name", "manager", "members")

    def get_members(self, team):
        return [team.name]


@pytest.mark.django_db
def test_records_are_answered_column_by_column_in_the_order_of_the_fields(company, rep):
    led, alone = make.team(company, "Led", manager=rep.user), make.team(company, "Alone")

    answers = [dict(RegionSerializer(team).data) for team in (led, alone)]

    assert answers[0] == {
        "id": led.pk, "manager_name": rep.user.label, "name": "Led", "manager": rep.user.pk, "members": ["Led"],
    }  # fmt: skip
    assert list(answers[0]) == ["id", "manager_name", "name", "manager", "members"]
    assert answers[1]["manager"] is None
    assert answers[1]["members"] == ["Alone"]
    assert answers == [serializers.ModelSerializer.to_representation(RegionSerializer(), team) for team in (led, alone)]
