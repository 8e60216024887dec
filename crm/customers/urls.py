"""Addresses of customers."""

from django.urls import path

from crm.customers.views import commitments, customers, forms, grading, lists, needs, quality, tagging, texts

app_name = "customers"
urlpatterns = [
    path("", lists.customer_list, name="customers"),
    path("new/", forms.new, name="new"),
    path("quality/", quality.quality_page, name="quality"),
    path("alike/", forms.alike, name="alike"),
    path("<int:pk>/", customers.customer_page, name="customer"),
    path("<int:pk>/edit/", forms.edit, name="edit"),
    path("<int:pk>/history/", customers.history, name="history"),
    path("<int:pk>/tasks/", customers.tasks, name="tasks"),
    path("<int:pk>/log/", customers.log, name="log"),
    path("<int:pk>/next-step/", customers.next_step, name="next_step"),
    path("<int:pk>/archive/", customers.archive, name="archive"),
    path("grading/", grading.grade_policy, name="grading"),
    path("tag-rules/", tagging.tag_rule_list, name="tag_rules"),
    path("tag-rules/new/", tagging.tag_rule_new, name="tag_rule_new"),
    path("tag-rules/<int:pk>/", tagging.tag_rule, name="tag_rule"),
    path("text/", texts.text, name="text"),
    path("commitments/", commitments.commitment_list, name="commitments"),
    path("commitments/<int:pk>/", commitments.commitment, name="commitment"),
    path("commitments/<int:pk>/edit/", commitments.commitment_edit, name="commitment_edit"),
    path("commitments/<int:pk>/<slug:name>/", commitments.commitment_act, name="commitment_act"),
    path("<int:pk>/needs/new/", needs.need_new, name="need_new"),
    path("needs/", needs.need_list, name="needs"),
    path("needs/<int:pk>/", needs.need, name="need"),
    path("needs/<int:pk>/edit/", needs.need_edit, name="need_edit"),
    path("needs/<int:pk>/<slug:name>/", needs.need_act, name="need_act"),
    path("parties/<int:pk>/", customers.party, name="party"),
]
