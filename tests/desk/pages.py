"""Pages for the browser tests: a form with lines, as orders have one, and a record with an act that wants a reason."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path

from suite.core.doors import SIGNED_IN, door
from suite.desk.forms import ActorForm, PickerField, lines_formset
from suite.desk.pages import render_page
from suite.desk.records import PageAct, RecordPage, record_page
from suite.urls import urlpatterns as ours


class HeadForm(ActorForm):
    customer = forms.CharField(label="Customer", max_length=50)
    owner = PickerField("user", label="Owner")


class LineForm(ActorForm):
    person = PickerField("user", label="Person")
    quantity = forms.DecimalField(label="Quantity", min_value=0, widget=forms.TextInput({"inputmode": "decimal"}))
    note = forms.CharField(label="Note", required=False)


LINES = lines_formset(LineForm, extra=1)
saved: list[list[tuple[str, str, str]]] = []


@door(SIGNED_IN)
def order(request: HttpRequest) -> HttpResponse:
    actor = request.actor
    form = HeadForm(request.POST or None, actor=actor)
    lines = LINES(request.POST or None, actor=actor, prefix="lines")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        saved.append([(line["person"].username, str(line["quantity"]), line["note"]) for line in lines.filled])
        return HttpResponse("saved")
    context = {"form": form, "lines": lines, "heading": "Order"}
    return render_page(request, "suite/desk/form_page.html", context)


@door(SIGNED_IN)
def mistake(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return HttpResponse(f"undone: {request.POST['reason']}")
    act = PageAct("Take it back", "/test/mistake/", in_menu=True, reason="needed", confirm="Was it a mistake?")
    return record_page(request, RecordPage("A paper", acts=[act]))


urlpatterns = [path("test/order/", order), path("test/mistake/", mistake), *ours]
