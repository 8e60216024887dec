"""What a serializer makes of a change that names only some fields."""

from rest_framework import serializers

from suite.core.api.serializers import StrictSerializer


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
